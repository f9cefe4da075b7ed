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
    expect(readAwsError(answered(name, status))).toEqual({ code: name, transient });
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

  test('that is already an outage of ours stays what it is', () => {
    const outage = new DependencyUnavailable('secrets', 'PepperTooShort', false);
    expect(dependencyUnavailable('secrets', outage)).toBe(outage);
  });
});
