import { AwsError, type JsonObject, type Operation, text } from '../wire.ts';
import { mapEntries } from '../xml.ts';
import { checkCredentials, isTokenAuth } from './credentials.ts';
import { invalidParameter, readMap, requiredText } from './parameters.ts';
import { type Application, PLATFORMS, type Platform, type SnsStore } from './store.ts';

const ATTRIBUTES = new Set([
  'PlatformPrincipal',
  'PlatformCredential',
  'ApplePlatformTeamID',
  'ApplePlatformBundleID',
  'Enabled',
  'EventEndpointCreated',
  'EventEndpointDeleted',
  'EventEndpointUpdated',
  'EventDeliveryFailure',
  'SuccessFeedbackRoleArn',
  'FailureFeedbackRoleArn',
  'SuccessFeedbackSampleRate',
]);
const SECRET = new Set(['PlatformPrincipal', 'PlatformCredential']);

/** The operations on platform applications. */
export function answerApplications({ action, input, authorize }: Operation, store: SnsStore): JsonObject {
  if (action === 'CreatePlatformApplication') {
    const platform = requiredText(input, 'Platform');
    const name = requiredText(input, 'Name');
    // A recorded denial names the resource without platform and name.
    authorize(`SNS:${action}`, store.applicationsArn);
    return { PlatformApplicationArn: create(store, platform, name, readMap(input, 'Attributes')).arn };
  }
  if (action === 'ListPlatformApplications') {
    authorize(`SNS:${action}`, '*');
    const member = [...store.applications.values()].map((application) => ({
      PlatformApplicationArn: application.arn,
      Attributes: mapEntries({ Enabled: readable(application).Enabled ?? 'true' }),
    }));
    return { PlatformApplications: { member } };
  }
  const arn = requiredText(input, 'PlatformApplicationArn');
  authorize(`SNS:${action}`, arn);
  switch (action) {
    case 'GetPlatformApplicationAttributes':
      return { Attributes: mapEntries(readable(store.application(arn))) };
    case 'SetPlatformApplicationAttributes':
      update(store.application(arn), readMap(input, 'Attributes'));
      return {};
    case 'DeletePlatformApplication':
      store.applications.delete(arn);
      return {};
    case 'ListEndpointsByPlatformApplication':
      return listEndpoints(store.application(arn), text(input, 'NextToken'));
    default:
      throw new AwsError('InvalidAction', 400, `Could not find operation ${action} for version 2010-03-31`);
  }
}

function create(
  store: SnsStore,
  platformName: string,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Application {
  const platform = PLATFORMS.find((one) => one === platformName);
  if (platform === undefined) throw invalidParameter(`Platform Reason: ${platformName} is not supported`);
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name))
    throw invalidParameter('Name Reason: Application name is invalid');
  checkAttributes(platform, attributes);
  const arn = store.applicationArn(platform, name);
  const known = store.applications.get(arn);
  if (known !== undefined) {
    const same = Object.entries(attributes).every(([key, value]) => known.attributes[key] === value);
    if (same) return known;
    throw invalidParameter(
      'Attributes Reason: an application with this name but other attributes already exists',
    );
  }
  const application = { arn, name, platform, attributes, endpoints: new Map() };
  store.applications.set(arn, application);
  return application;
}

function update(application: Application, changes: Readonly<Record<string, string>>): void {
  const attributes = { ...application.attributes, ...changes };
  checkAttributes(application.platform, attributes);
  application.attributes = attributes;
}

function checkAttributes(platform: Platform, attributes: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(attributes).find((key) => !ATTRIBUTES.has(key));
  if (unknown !== undefined) throw invalidParameter(`Attributes Reason: Invalid attribute name: ${unknown}`);
  checkCredentials(platform, attributes);
}

/** Everything but the credentials, which SNS never gives back. */
function readable({ platform, attributes }: Application): Record<string, string> {
  const shown = Object.entries(attributes).filter(([key]) => !SECRET.has(key));
  const method = platform === 'GCM' || isTokenAuth(attributes) ? 'Token' : 'Certificate';
  return { Enabled: 'true', AuthenticationMethod: method, ...Object.fromEntries(shown) };
}

const PAGE = 100;

function listEndpoints(application: Application, nextToken: string | undefined): JsonObject {
  const start = Number(nextToken ?? 0);
  const all = [...application.endpoints.values()];
  const member = all.slice(start, start + PAGE).map(({ arn, token, enabled }) => ({
    EndpointArn: arn,
    Attributes: mapEntries({ Enabled: String(enabled), Token: token }),
  }));
  const more = start + PAGE < all.length;
  return { Endpoints: { member }, ...(more ? { NextToken: String(start + PAGE) } : {}) };
}
