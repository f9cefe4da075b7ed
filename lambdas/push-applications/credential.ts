import { createPrivateKey } from 'node:crypto';
import * as z from 'zod/mini';
import { CustomResourceFailure } from '#runtime/cloudformation.ts';
import type { ApplicationRequest } from './request.ts';

const appleKey = z.object({
  keyId: z.string().check(z.regex(/^[A-Z0-9]{10}$/)),
  teamId: z.string().check(z.regex(/^[A-Z0-9]{10}$/)),
  privateKey: z.string().check(z.refine(isP256Key)),
});

const serviceAccount = z.object({
  type: z.literal('service_account'),
  project_id: z.string().check(z.minLength(1)),
  client_email: z.string().check(z.minLength(1)),
  private_key: z.string().check(z.minLength(1)),
});

const WANTED = {
  apple:
    'a JSON object {"keyId","teamId","privateKey"}: 10 letters and digits each, and the text of the .p8 file',
  google: 'the JSON file of an FCM service account',
} as const;

function isP256Key(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function parse<T extends z.ZodMiniType>(schema: T, text: string, name: string, wanted: string): z.infer<T> {
  const complain = (what: string): never => {
    throw new CustomResourceFailure(`The secret "${name}" ${what}. It has to be ${wanted}.`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return complain('is not JSON');
  }
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const members = [...new Set(result.error.issues.map((issue) => String(issue.path[0] ?? 'everything')))];
  return complain(`is wrong in ${members.join(', ')}`);
}

/**
 * Attributes of SNS that carry the platform's credential: APNs by signing key (SetPlatformApplicationAttributes,
 * token authentication), FCM by service account. Throws CustomResourceFailure that names the member which is
 * missing or wrong, and never quotes one.
 */
export function credentialAttributes(
  request: ApplicationRequest,
  secretText: string,
): Record<string, string> {
  if (request.platform === 'GCM') {
    parse(serviceAccount, secretText, request.secretName, WANTED.google);
    return { PlatformCredential: secretText };
  }
  if (request.bundleId === undefined)
    throw new CustomResourceFailure('Properties missing or wrong: BundleId');
  const key = parse(appleKey, secretText, request.secretName, WANTED.apple);
  return {
    PlatformPrincipal: key.keyId,
    PlatformCredential: key.privateKey.trim(),
    ApplePlatformTeamID: key.teamId,
    ApplePlatformBundleID: request.bundleId,
  };
}
