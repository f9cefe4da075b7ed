import { AwsError, type JsonObject, type Operation, text } from '../wire.ts';
import { mapEntries } from '../xml.ts';
import { invalidParameter, readMap, requiredText } from './parameters.ts';
import {
  type Application,
  applicationOf,
  type Endpoint,
  endpointArn,
  type Platform,
  type SnsStore,
} from './store.ts';

const ATTRIBUTES = new Set(['Enabled', 'Token', 'CustomUserData']);

/** The operations on endpoints. The policy is asked about the application, as real denials show. */
export function answerEndpoints({ action, input, authorize }: Operation, store: SnsStore): JsonObject {
  if (action === 'CreatePlatformEndpoint') {
    const applicationArn = requiredText(input, 'PlatformApplicationArn');
    authorize(`SNS:${action}`, applicationArn);
    return { EndpointArn: create(store.application(applicationArn), input).arn };
  }
  const arn = requiredText(input, 'EndpointArn');
  authorize(`SNS:${action}`, applicationOf(arn));
  const found = store.endpoint(arn);
  if (action === 'DeleteEndpoint') {
    found?.application.endpoints.delete(arn);
    return {};
  }
  if (found === undefined) throw new AwsError('NotFound', 404, 'Endpoint does not exist');
  const { application, endpoint } = found;
  if (action === 'GetEndpointAttributes') {
    return { Attributes: mapEntries(readable(endpoint)) };
  }
  update(application, endpoint, readMap(input, 'Attributes'));
  return {};
}

function readable({ token, enabled, userData }: Endpoint): Record<string, string> {
  const attributes = { Enabled: String(enabled), Token: token };
  return userData === undefined ? attributes : { ...attributes, CustomUserData: userData };
}

function create(application: Application, input: JsonObject): Endpoint {
  const token = requiredText(input, 'Token');
  checkToken(application.platform, token);
  const attributes = readMap(input, 'Attributes');
  checkAttributes(attributes);
  // The attribute wins over the parameter.
  const userData = attributes.CustomUserData ?? text(input, 'CustomUserData');
  checkUserData(userData);
  const known = byToken(application, token);
  if (known !== undefined) {
    const { Enabled } = attributes;
    // Create does not enable a disabled endpoint: without a word about it, it simply succeeds.
    const same = known.userData === userData && (Enabled === undefined || Enabled === String(known.enabled));
    if (same) return known;
    throw invalidParameter(
      `Token Reason: Endpoint ${known.arn} already exists with the same Token, but different attributes.`,
    );
  }
  const arn = endpointArn(application, token);
  const endpoint: Endpoint = { arn, token, enabled: attributes.Enabled !== 'false', userData };
  application.endpoints.set(arn, endpoint);
  return endpoint;
}

function update(
  application: Application,
  endpoint: Endpoint,
  attributes: Readonly<Record<string, string>>,
): void {
  checkAttributes(attributes);
  const { Token, Enabled, CustomUserData } = attributes;
  if (Token !== undefined) {
    checkToken(application.platform, Token);
    const holder = byToken(application, Token);
    if (holder !== undefined && holder.arn !== endpoint.arn) {
      throw invalidParameter('This endpoint is already registered with a different token.');
    }
    endpoint.token = Token;
  }
  checkUserData(CustomUserData);
  if (CustomUserData !== undefined) endpoint.userData = CustomUserData;
  if (Enabled !== undefined) endpoint.enabled = Enabled === 'true';
}

function byToken(application: Application, token: string): Endpoint | undefined {
  return [...application.endpoints.values()].find((endpoint) => endpoint.token === token);
}

function checkAttributes(attributes: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(attributes).find((key) => !ATTRIBUTES.has(key));
  if (unknown !== undefined) throw invalidParameter(`Attributes Reason: Invalid attribute name: ${unknown}`);
  const { Enabled } = attributes;
  if (Enabled !== undefined && Enabled !== 'true' && Enabled !== 'false') {
    throw invalidParameter('Attributes Reason: Invalid value for attribute: Enabled');
  }
}

/** A token is checked by form alone: whether it is real shows on delivery. */
function checkToken(platform: Platform, token: string): void {
  if (platform !== 'GCM' && !/^[0-9A-Fa-f]{1,400}$/.test(token)) {
    throw invalidParameter('Token Reason: iOS device tokens must be no more than 400 hexadecimal characters');
  }
  if (Buffer.byteLength(token) > 8192) {
    throw invalidParameter('Token Reason: must be at most 8192 bytes long in UTF-8 encoding');
  }
}

function checkUserData(userData: string | undefined): void {
  if (userData !== undefined && Buffer.byteLength(userData) > 2048) {
    throw invalidParameter('CustomUserData Reason: must be at most 2048 bytes long in UTF-8 encoding');
  }
}
