import { describe, expect, it } from '@jest/globals';
import { parseDeliveryFailure } from '#adapters/sns/delivery-failure.ts';
import { CONSEQUENCES, outcomeOfError, outcomeOfFailureType } from '#adapters/sns/outcomes.ts';
import { METRICS } from '#contract';

function failure(name: string, message = '', extra: object = {}): Error {
  return Object.assign(new Error(message), { name }, extra);
}

describe('The outcome of a failed call', () => {
  it.each([
    ['EndpointDisabledException', 'Endpoint is disabled', 'device-gone'],
    ['NotFoundException', 'Endpoint does not exist', 'device-gone'],
    [
      'InvalidParameterException',
      'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
      'device-gone',
    ],
    ['NotFoundException', 'PlatformApplication does not exist', 'misconfigured'],
    ['NotFoundException', 'Topic does not exist', 'misconfigured'],
    ['PlatformApplicationDisabledException', 'Platform application is disabled', 'misconfigured'],
    [
      'InvalidParameterException',
      'Invalid parameter: Message Reason: Invalid notification for protocol APNS: Notification is too long',
      'misconfigured',
    ],
    ['AuthorizationErrorException', 'User: arn:… is not authorized to perform: SNS:Publish', 'misconfigured'],
    ['InvalidClientTokenId', '', 'misconfigured'],
    ['CredentialsProviderError', '', 'misconfigured'],
    ['ThrottledException', 'Rate exceeded', 'later'],
    ['Throttling', 'Rate exceeded', 'later'],
    ['InternalErrorException', '', 'later'],
    ['ExpiredTokenException', '', 'later'],
    ['TimeoutError', '', 'later'],
    ['AbortError', '', 'later'],
  ])('%s "%s" is %s', (name, message, kind) => {
    expect(outcomeOfError(failure(name, message))).toEqual({ kind, code: name.replace(/Exception$/, '') });
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'])('%s on the network is later', (code) => {
    expect(outcomeOfError(failure('Error', 'connect', { code }))).toEqual({ kind: 'later', code });
  });

  it('is later for an unknown fault of the server, and an alarm for any other unknown error', () => {
    const server = failure('BrandNewException', '', { $metadata: { httpStatusCode: 502 } });
    const client = failure('BrandNewException', '', { $metadata: { httpStatusCode: 400 } });
    expect(outcomeOfError(server)).toEqual({ kind: 'later', code: 'BrandNew' });
    expect(outcomeOfError(client)).toEqual({ kind: 'misconfigured', code: 'BrandNew' });
    expect(outcomeOfError(new TypeError('x'))).toEqual({ kind: 'misconfigured', code: 'TypeError' });
  });

  it('is later where no answer came at all', () => {
    expect(outcomeOfError(failure('Error', '', { $metadata: { attempts: 2 } })).kind).toBe('later');
  });

  it.each([undefined, 'text', 42, {}, Object.assign(new Error(), { name: 'constructor' })])(
    'forgets nobody for a thrown %p',
    (thrown) => {
      expect(outcomeOfError(thrown).kind).toBe('misconfigured');
    },
  );

  it('never quotes a message or a strange name', () => {
    const strange = failure('token 0123456789abcdef', 'Invalid token 0123456789abcdef');
    expect(JSON.stringify(outcomeOfError(strange))).not.toContain('0123456789abcdef');
  });

  it('has a metric of the contract for each kind', () => {
    for (const { metric } of Object.values(CONSEQUENCES)) expect(METRICS).toContain(metric);
    expect(new Set(Object.values(CONSEQUENCES).map(({ metric }) => metric)).size).toBe(4);
  });
});

describe('The outcome of a reported delivery failure', () => {
  it.each([
    ['InvalidPlatformToken', 'Platform token associated with the endpoint is not valid', 'device-gone'],
    ['EndpointDisabled', '', 'device-gone'],
    ['NotificationTTLExpired', '', 'later'],
    ['DeliveryFailedPerm', '', 'misconfigured'],
    ['SomethingNew', '', 'misconfigured'],
    ['constructor', '', 'misconfigured'],
  ])('%s "%s" is %s', (type, message, kind) => {
    expect(outcomeOfFailureType(type, message)).toEqual({ kind, code: type });
  });

  it.each([
    'DeviceTokenNotForTopic',
    'TopicDisallowed',
    'ExpiredProviderToken',
    'InvalidProviderToken',
    'BadCertificateEnvironment',
    'SENDER_ID_MISMATCH',
    'THIRD_PARTY_AUTH_ERROR',
    'Platform credentials associated with the application are invalid',
  ])('is our set-up, and forgets nobody, where the reason is %s', (reason) => {
    expect(outcomeOfFailureType('InvalidPlatformToken', reason).kind).toBe('misconfigured');
    expect(outcomeOfFailureType('EndpointDisabled', reason).kind).toBe('misconfigured');
  });
});

describe('parseDeliveryFailure', () => {
  const EVENT = {
    DeliveryAttempts: 1,
    EndpointArn:
      'arn:aws:sns:eu-central-1:123456789012:endpoint/APNS/ens/4c0f7f0a-0000-4000-8000-000000000001',
    EventType: 'DeliveryFailure',
    FailureMessage: 'Platform token associated with the endpoint is not valid',
    FailureType: 'InvalidPlatformToken',
    MessageId: '7c0e7d7e-0000-4000-8000-000000000001',
    Resource: 'arn:aws:sns:eu-central-1:123456789012:app/APNS/ens',
    Service: 'SNS',
    Time: '2026-03-01T12:00:00.000Z',
  };

  it('reads the endpoint and what its failure means', () => {
    expect(parseDeliveryFailure(JSON.stringify(EVENT))).toEqual({
      endpointArn: EVENT.EndpointArn,
      failure: { kind: 'device-gone', code: 'InvalidPlatformToken' },
    });
  });

  it('needs no failure message', () => {
    const { FailureMessage: _, ...event } = EVENT;
    expect(parseDeliveryFailure(JSON.stringify(event))?.failure.kind).toBe('device-gone');
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '"DeliveryFailure"'],
    ['another event', JSON.stringify({ ...EVENT, EventType: 'EndpointUpdated' })],
    ['no failure type', JSON.stringify({ ...EVENT, FailureType: '' })],
    ['an ARN of something else', JSON.stringify({ ...EVENT, EndpointArn: EVENT.Resource })],
    ['an ARN with more behind it', JSON.stringify({ ...EVENT, EndpointArn: `${EVENT.EndpointArn} x` })],
  ])('reads nothing from %s', (_what, message) => {
    expect(parseDeliveryFailure(message)).toBeUndefined();
  });
});
