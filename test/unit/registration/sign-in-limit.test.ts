import { describe, expect, test } from '@jest/globals';
import { accountName } from '#domain/model/account-name.ts';
import { codeOf, registerWorld } from '../../support/register-world.ts';

const REFUSED = { kind: 'unauthorized', offered: ['basic'], sent: 'basic' } as const;
const basic = (username: string, email = 'ann@example.com') => ({
  email,
  auth: { type: 'basic', username, password: 'guess' } as const,
});

/** Spellings of one account, each with a blank, a zero-width or a full-width form somewhere. */
const SPELLINGS = [
  'ann',
  'ANN',
  'ann@corp.example',
  'Ann@Corp.Example',
  'CORP\\ann',
  'corp\\ANN',
  'corp.example\\ann',
  'CORP/ann',
  ' ann',
  'ann ',
  'a\u200bnn',
  '\u2060ann\u00ad',
  '\uff41\uff4e\uff4e',
  'CORP\uff3cann',
  'ann\uff20corp.example',
  'CORP\\ann@corp.example',
];

describe('the account that a sign-in is counted for', () => {
  test.each(SPELLINGS)('is the same however it is written: %j', (username) => {
    expect(accountName(basic(username))).toBe('ann');
  });

  test('is that of another user where the name differs', () => {
    expect(accountName(basic('anne'))).toBe('anne');
    expect(accountName(basic('@corp.example'))).toBe('@corp.example');
  });

  test('is none where no password is sent', () => {
    const auth = { type: 'bearer', accessToken: 't', expiresAt: '2030-01-01T00:00:00Z' } as const;
    expect(accountName({ email: 'ann@example.com', auth })).toBeUndefined();
  });
});

/** Registers once with each of the credentials, all of them refused by Exchange; how often it was asked. */
async function guess(
  world: ReturnType<typeof registerWorld>,
  all: readonly ReturnType<typeof basic>[],
  phone?: string,
): Promise<number> {
  const { server, crypto, register } = world;
  const before = server.asked.filter((question) => question === 'inbox').length;
  server.fail('inbox', ...all.map(() => REFUSED));
  for (const credentials of all) {
    crypto.credentials = credentials;
    await register({}, phone);
  }
  return server.asked.filter((question) => question === 'inbox').length - before;
}

describe('guesses', () => {
  test('at one address reach Exchange three times, however the account is written', async () => {
    expect(
      await guess(
        registerWorld(),
        SPELLINGS.map((name) => basic(name)),
      ),
    ).toBe(3);
  });

  test('at one account reach Exchange three times, whatever address is given', async () => {
    const all = SPELLINGS.map((name, n) => basic(name, `x${n}@example.com`));
    expect(await guess(registerWorld(), all)).toBe(3);
  });

  test('of others do not lock out a device that was registered before', async () => {
    const world = registerWorld();
    world.crypto.credentials = basic('ann');
    expect(codeOf(await world.register())).toBe('ok');
    expect(
      await guess(
        world,
        [1, 2, 3, 4, 5].map(() => basic('ann')),
        'another phone',
      ),
    ).toBe(3);
    expect(await guess(world, [basic('ann')])).toBe(1);
  });

  test('by a device of another mailbox are those of an unknown one', async () => {
    const world = registerWorld();
    world.crypto.credentials = basic('mallory', 'mallory@example.com');
    expect(codeOf(await world.register())).toBe('ok');
    const all = [1, 2, 3, 4].map(() => basic('ann', 'mallory@example.com'));
    expect(await guess(world, all)).toBe(3);
    expect(await guess(world, [basic('ann')], 'yet another phone')).toBe(0);
  });

  test('at once are counted before any of them is sent', async () => {
    const world = registerWorld();
    const { crypto, server, register } = world;
    crypto.credentials = basic('ann');
    server.fail('inbox', ...Array.from({ length: 20 }, () => REFUSED));
    const answers = await Promise.all(Array.from({ length: 20 }, () => register()));
    expect(answers.map(codeOf).filter((code) => code === 'EWS_UNAUTHORIZED').length).toBeLessThanOrEqual(3);
    expect(server.asked.filter((question) => question === 'inbox').length).toBeLessThanOrEqual(3);
  });
});
