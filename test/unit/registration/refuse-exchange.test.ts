import { expect, test } from '@jest/globals';
import { refuseForExchange } from '#domain/registration/refuse-exchange.ts';

test.each([
  [{ kind: 'sign-in-impossible', code: 'NtlmV1Refused' }, 'EWS_UNAUTHORIZED', /LmCompatibilityLevel/],
  [{ kind: 'sign-in-impossible', code: 'NtlmNoChallenge' }, 'EWS_UNAUTHORIZED', /pass NTLM through/],
  [{ kind: 'sign-in-impossible', code: 'NtlmChallengeUnreadable' }, 'EWS_UNAUTHORIZED', /cannot be read/],
  [{ kind: 'sign-in-impossible', code: 'NtlmNamesNotUnicode' }, 'EWS_UNAUTHORIZED', /name in ASCII/],
  [{ kind: 'sign-in-impossible', code: 'NtlmConnectionNotKept' }, 'EWS_UNAUTHORIZED', /keep connections/],
  [{ kind: 'sign-in-impossible', code: 'NtlmKerberosOnly' }, 'EWS_UNAUTHORIZED', /Add NTLM/],
  [
    { kind: 'sign-in-impossible', code: 'ClientCertificateUnreadable' },
    'CREDENTIALS_UNREADABLE',
    /auth\.certificate/,
  ],
  [{ kind: 'not-http', code: 'HPE_INVALID_HEADER_TOKEN' }, 'EWS_NOT_FOUND', /not valid HTTP.*HPE_INVALID/],
  [
    { kind: 'unauthorized', offered: ['negotiate', 'ntlm'], sent: 'certificate' },
    'EWS_UNAUTHORIZED',
    /client certificate authentication on/,
  ],
  [
    { kind: 'forbidden', detail: 'the server answered 403', why: 'client-certificate' },
    'EWS_FORBIDDEN',
    /403\.7.*EwsEnabled/,
  ],
] as const)(
  '%j is refused as %s, with what to change, and nothing says that it may pass',
  (failure, code, told) => {
    const { refusal } = refuseForExchange(failure);
    expect(refusal.code).toBe(code);
    expect(refusal.detail).toMatch(told);
    expect(refusal.detail).not.toContain('later');
  },
);
