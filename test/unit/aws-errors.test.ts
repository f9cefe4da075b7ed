import { describe, expect, test } from '@jest/globals';
import { dependencyUnavailable, readAwsError } from '#adapters/aws-errors.ts';
import { DependencyUnavailable } from '#domain/errors.ts';

function answered(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error('says ann@example.com'), { name, $metadata: { httpStatusCode } });
}

describe('an error of an AWS client', () => {
  test.each([
    ['ThrottlingException', 400, true],
    ['Throttling', 400, true],
    ['ExpiredTokenException', 400, true],
    ['DatabaseResumingException', 400, true],
    ['TooManyRequestsException', 429, true],
    ['SomethingNew', 429, true],
    ['InternalFailure', 500, true],
    ['ServiceUnavailable', 503, true],
    ['AccessDeniedException', 400, false],
    ['ValidationException', 400, false],
    ['NotFoundException', 404, false],
    ['SomethingNew', 400, false],
  ])('%s with status %i passes by itself: %s', (name, status, transient) => {
    expect(readAwsError(answered(name, status))).toMatchObject({ code: name, transient });
  });

  test('without an answer passes by itself, under the name that says most', () => {
    const timeout = Object.assign(new Error('x'), { name: 'TimeoutError', $metadata: { attempts: 2 } });
    const reset = Object.assign(new Error('x'), { code: 'ECONNRESET' });
    expect(readAwsError(timeout)).toEqual({ code: 'TimeoutError', transient: true });
    expect(readAwsError(reset)).toEqual({ code: 'ECONNRESET', transient: true });
    for (const bare of [new Error('x'), new AggregateError([]), undefined, null, 'text', 7]) {
      expect(readAwsError(bare)).toEqual({ code: 'ConnectionFailed', transient: true });
    }
  });

  test('never lends its words to a log', () => {
    const talkative = answered('ann@example.com said so', 400);
    const outage = dependencyUnavailable('kms', talkative);
    expect(JSON.stringify([outage.message, outage.code, outage.stack])).not.toContain('ann');
    expect(outage).toMatchObject({ dependency: 'kms', code: 'Unknown', transient: false });
  });

  test.each([
    [
      'AccessDeniedException',
      'User: arn:aws:sts::123456789012:assumed-role/ens-migrate/x is not authorized to perform: rds-data:BeginTransaction on resource: y',
      { action: 'rds-data:BeginTransaction', role: 'ens-migrate' },
    ],
    [
      'BadRequestException',
      'User: arn:aws:sts::123456789012:assumed-role/r/x is not authorized to perform: secretsmanager:GetSecretValue',
      { action: 'secretsmanager:GetSecretValue', role: 'r' },
    ],
    ['AuthorizationErrorException', 'not today', { action: undefined, role: undefined }],
    ['UnrecognizedClientException', 'The security token included in the request is invalid.', {}],
    [
      'AccessDenied',
      'User: ann@example.com is not authorized to perform: ann@example.com on resource: z',
      { action: undefined, role: undefined },
    ],
  ])('%s tells what was denied to which role: %s', (name, message, denial) => {
    const error = Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 403 } });
    expect(dependencyUnavailable('sns', error).denial).toEqual({ ...denial });
  });

  test('of any other kind is no denial', () => {
    expect(dependencyUnavailable('sns', answered('ValidationException', 400)).denial).toBeUndefined();
  });

  test('that is already an outage of ours stays what it is', () => {
    const outage = new DependencyUnavailable('secrets', 'PepperTooShort', false);
    expect(dependencyUnavailable('secrets', outage)).toBe(outage);
  });
});
