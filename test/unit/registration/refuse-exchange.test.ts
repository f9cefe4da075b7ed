import { expect, test } from '@jest/globals';
import { refuseForExchange } from '#domain/registration/refuse-exchange.ts';

test.each([
  [
    { kind: 'redirected', detail: 'mail.example.com answered 302 and names the host adfs.example.com' },
    /redirects: mail\.example\.com answered 302 .* adfs\.example\.com\..*pre-authentication.*leave ewsUrl away/,
  ],
  [
    { kind: 'web-page', detail: 'mail.example.com answered 200 with a sign-in page' },
    /mail\.example\.com answered 200 with a sign-in page\. Let \/EWS pass the proxy/,
  ],
  [
    { kind: 'no-mailbox', code: 'ErrorCallerIsInvalidADAccount' },
    /no mailbox on that server.*ErrorCallerIsInvalidADAccount.*leave ewsUrl away/,
  ],
] as const)('what stands in place of the mailbox is told with what to do: %j', (failure, told) => {
  const { refusal } = refuseForExchange(failure);
  expect(refusal.code).toBe('EWS_NOT_FOUND');
  expect(refusal.detail).toMatch(told);
});
