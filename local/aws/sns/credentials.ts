import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isObject, type Json } from '../wire.ts';
import { invalidParameter } from './parameters.ts';
import type { Platform } from './store.ts';

type Attributes = Readonly<Record<string, string>>;

/**
 * Checks a platform application's credentials as far as that is possible without Apple or Google (SNS
 * developer guide, mobile-push-api-error). Throws InvalidParameter.
 */
export function checkCredentials(platform: Platform, attributes: Attributes): void {
  if (platform === 'GCM') checkServiceAccount(attributes);
  else if (isTokenAuth(attributes)) checkSigningKey(attributes);
  else checkCertificate(attributes);
}

/** Key ids have ten characters; team and bundle belong to token authentication alone. */
export function isTokenAuth(attributes: Attributes): boolean {
  return (
    attributes.ApplePlatformTeamID !== undefined ||
    attributes.ApplePlatformBundleID !== undefined ||
    /^[A-Z0-9]{10}$/.test(attributes.PlatformPrincipal ?? '')
  );
}

function checkSigningKey(attributes: Attributes): void {
  const { PlatformPrincipal, PlatformCredential, ApplePlatformTeamID, ApplePlatformBundleID } = attributes;
  if (!PlatformPrincipal) refuse('PlatformPrincipal', 'Principal is not provided');
  if (!/^[A-Z0-9]{10}$/.test(PlatformPrincipal ?? ''))
    refuse('PlatformPrincipal', 'Signing key ID is invalid');
  if (!/^[A-Z0-9]{10}$/.test(ApplePlatformTeamID ?? '')) refuse('ApplePlatformTeamID', 'Team ID is invalid');
  if (!/^[A-Za-z0-9.-]{1,155}$/.test(ApplePlatformBundleID ?? '')) {
    refuse('ApplePlatformBundleID', 'Bundle ID is invalid');
  }
  if (!PlatformCredential) refuse('PlatformCredential', 'Credential is not provided');
  if (keyType(PlatformCredential ?? '') !== 'ec') {
    refuse('PlatformCredential', 'Credential are not in a valid .pem format');
  }
}

function checkCertificate({ PlatformPrincipal, PlatformCredential }: Attributes): void {
  if (!PlatformPrincipal) refuse('PlatformPrincipal', 'Principal is not provided');
  if (!PlatformCredential) refuse('PlatformCredential', 'Credential is not provided');
  try {
    new X509Certificate(PlatformPrincipal ?? '');
  } catch {
    refuse('PlatformPrincipal', 'Principal is not a valid certificate');
  }
  if (keyType(PlatformCredential ?? '') === undefined) {
    refuse('PlatformCredential', 'Credential are not in a valid .pem format');
  }
}

function checkServiceAccount({ PlatformCredential }: Attributes): void {
  if (!PlatformCredential) refuse('PlatformCredential', 'serverAPIKey is not provided');
  const account = parse(PlatformCredential ?? '');
  const wanted = ['type', 'project_id', 'private_key', 'client_email'];
  const complete = isObject(account) && wanted.every((key) => typeof account[key] === 'string');
  if (!complete || account.type !== 'service_account') {
    refuse('PlatformCredential', 'Platform credentials are invalid');
  }
}

function keyType(pem: string): string | undefined {
  try {
    return createPrivateKey(pem).asymmetricKeyType;
  } catch {
    return undefined;
  }
}

function parse(source: string): Json {
  try {
    return JSON.parse(source);
  } catch {
    return null;
  }
}

function refuse(attribute: string, reason: string): never {
  throw invalidParameter(`Attributes Reason: ${attribute}: ${reason}`);
}
