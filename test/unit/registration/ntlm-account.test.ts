import { describe, expect, test } from '@jest/globals';
import { codeOf, registerWorld } from '../../support/register-world.ts';

describe('the limit of failed sign-ins', () => {
  test.each([
    ['a domain that nobody looks at', (n: number) => ({ username: 'CORP\\ann', domain: `D${n}` })],
    ['the domain in two places', (n: number) => ({ username: n % 2 ? 'CORP\\ann' : 'ann', domain: 'CORP' })],
    [
      'a domain beside a name that has one',
      (n: number) => ({ username: 'ann@corp.example', domain: `D${n}` }),
    ],
  ])('counts the account that NTLM signs in: %s makes no other user', async (_what, name) => {
    const { register, server, crypto } = registerWorld();
    server.offered = ['ntlm'];
    const refused = { kind: 'unauthorized', offered: ['ntlm'], sent: 'ntlm' } as const;
    server.fail('inbox', refused, refused, refused);
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      crypto.credentials = {
        email: 'ann@example.com',
        auth: { type: 'ntlm', password: `guess ${attempt}`, ...name(attempt) },
      };
      expect(codeOf(await register())).toBe(attempt > 3 ? 'TOO_MANY_ATTEMPTS' : 'EWS_UNAUTHORIZED');
    }
  });
});
