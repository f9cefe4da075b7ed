import { createHmac } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createPepper } from '#adapters/secrets/pepper.ts';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import { OWNER_SECRET_ARN, PEPPER_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';

const ID = asId<SubscriptionId>('aaaaaaaa-bbbb-4ccc-8ddd-000000000001');

let world: TestAws;

beforeAll(async () => {
  world = await startTestAws({ database: false });
});

afterEach(() => world.faults.clear());

afterAll(async () => {
  await world.close();
});

function openPepper(secretArn = PEPPER_SECRET_ARN) {
  const before = reads();
  const pepper = createPepper({ client: new SecretsManagerClient(world.client()), secretArn });
  return { pepper, reads: () => reads() - before };
}

function reads(): number {
  return world.calls.all().filter(({ action }) => action === 'GetSecretValue').length;
}

describe('a callback id', () => {
  test('is the subscription id and 128 bits under the pepper, and known again', async () => {
    const { pepper } = openPepper();
    const id = await pepper.callbackId(ID);
    expect(id).toMatch(/^aaaaaaaa-bbbb-4ccc-8ddd-000000000001\.[A-Za-z0-9_-]{22}$/);
    expect(await pepper.verifyCallbackId(id)).toBe(ID);
    expect(await openPepper().pepper.callbackId(ID)).toBe(id);
  });

  test('is not known with any character changed', async () => {
    const { pepper } = openPepper();
    const id = await pepper.callbackId(ID);
    const known: string[] = [];
    for (let at = 0; at < id.length; at += 1) {
      for (const character of 'aB0_-.') {
        const changed = id.slice(0, at) + character + id.slice(at + 1);
        if (changed !== id && (await pepper.verifyCallbackId(changed)) !== undefined) known.push(changed);
      }
    }
    expect(known).toEqual([]);
  });

  test('is not known in another spelling of the same bytes', async () => {
    const { pepper } = openPepper();
    const id = await pepper.callbackId(ID);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(id.slice(-1));
    for (const stray of [1, 2, 3]) {
      expect(await pepper.verifyCallbackId(id.slice(0, -1) + alphabet.charAt(last + stray))).toBeUndefined();
    }
    for (const text of [`${id}=`, `${id}==`, ` ${id}`, `${id}\n`, id.toUpperCase(), id.replace('.', '%2E')]) {
      expect(await pepper.verifyCallbackId(text)).toBeUndefined();
    }
  });

  test('made up without our form costs no look at the secret', async () => {
    const opened = openPepper();
    for (const text of ['', '.', ID, `${ID}.`, `${ID}.short`, 'x'.repeat(10_000)]) {
      expect(await opened.pepper.verifyCallbackId(text)).toBeUndefined();
    }
    expect(opened.reads()).toBe(0);
  });
});

describe('the HMACs of people', () => {
  test('are the same for all spellings of one address or name, and differ by use', async () => {
    const { pepper } = openPepper();
    const address = await pepper.addressHmac('ann@example.com');
    expect(address).toHaveLength(32);
    expect(await pepper.addressHmac('  Ann@EXAMPLE.com ')).toEqual(address);
    expect(await pepper.addressHmac('ann@example.org')).not.toEqual(address);
    expect(await pepper.userHmac('ann@example.com')).not.toEqual(address);
    expect(await pepper.userHmac('EXAMPLE\\Ann')).toEqual(await pepper.userHmac('example\\ann'));
    expect(await pepper.userHmac('u\u0308mit')).toEqual(await pepper.userHmac('Ümit'));
  });

  test('are not to be had without the pepper', async () => {
    const bare = createHmac('sha256', '').update('address:ann@example.com').digest();
    expect(await openPepper().pepper.addressHmac('ann@example.com')).not.toEqual(new Uint8Array(bare));
  });
});

describe('the secret', () => {
  test('is read once, with the first use, however many uses overlap', async () => {
    const opened = openPepper();
    expect(opened.reads()).toBe(0);
    await Promise.all([opened.pepper.callbackId(ID), opened.pepper.userHmac('ann')]);
    await opened.pepper.addressHmac('ann@example.com');
    expect(opened.reads()).toBe(1);
  });

  test.each([
    ['InternalServiceError', true],
    ['ThrottlingException', true],
    ['ResourceNotFoundException', false],
    ['AccessDeniedException', false],
    ['DecryptionFailure', false],
  ])('that fails with %s is an outage, transient: %s, and is read again', async (error, transient) => {
    const { pepper } = openPepper();
    world.faults.add({ service: 'secretsmanager', error, times: 1 });
    await expect(pepper.callbackId(ID)).rejects.toMatchObject({
      name: 'DependencyUnavailable',
      dependency: 'secrets',
      code: error,
      transient,
    });
    expect(await pepper.verifyCallbackId(await pepper.callbackId(ID))).toBe(ID);
  });

  test('that nobody generated is refused as our own mistake', async () => {
    const short = { send: async () => ({ SecretString: 'changeme' }) };
    const pepper = Reflect.apply(createPepper, undefined, [{ client: short, secretArn: OWNER_SECRET_ARN }]);
    await expect(pepper.callbackId(ID)).rejects.toMatchObject({ code: 'PepperTooShort', transient: false });
  });
});

describe('a challenge', () => {
  const AT = Date.UTC(2026, 10, 28, 9, 30);

  test('is an instant and 256 bits under the pepper, and is known again by every instance', async () => {
    const challenge = await openPepper().pepper.challenge(AT);
    expect(challenge).toMatch(/^1795858200000\.[A-Za-z0-9_-]{43}$/);
    expect(await openPepper().pepper.challengeIssuedAt(challenge)).toBe(AT);
  });

  test('is not known with any character changed, or with anything before or behind it', async () => {
    const { pepper } = openPepper();
    const challenge = await pepper.challenge(AT);
    const changed = [...challenge].flatMap((character, at) =>
      ['1', '7', 'a', 'B', '_', '.']
        .filter((other) => other !== character)
        .map((other) => challenge.slice(0, at) + other + challenge.slice(at + 1)),
    );
    const others = ['', '.', ` ${challenge}`, `${challenge}A`, `0${challenge}`, `${challenge}\n`, `${AT}.`];
    const known = [];
    for (const text of [...changed, ...others])
      if ((await pepper.challengeIssuedAt(text)) !== undefined) known.push(text);
    expect(known).toEqual([]);
  });
});

test('a device id is kept under the pepper, so that a guessed name is not found by its hash', async () => {
  const { pepper } = openPepper();
  const hmac = Buffer.from(await pepper.deviceHmac('ann'));
  expect(hmac).toHaveLength(32);
  expect(hmac).toEqual(Buffer.from(await openPepper().pepper.deviceHmac('ann')));
  expect(hmac).not.toEqual(Buffer.from(await pepper.deviceHmac('Ann')));
  expect(hmac).not.toEqual(Buffer.from(await pepper.userHmac('ann')));
});

test('a source has a name of its own for every day, and another one under another pepper', async () => {
  const { pepper } = openPepper();
  const other = openPepper(OWNER_SECRET_ARN).pepper;
  const names = [
    await pepper.sourceName('203.0.113.7', '2026-11-28'),
    await pepper.sourceName('203.0.113.7', '2026-11-29'),
    await pepper.sourceName('203.0.113.8', '2026-11-28'),
    await other.sourceName('203.0.113.7', '2026-11-28'),
  ];
  expect(new Set(names).size).toBe(4);
  expect(names.every((name) => /^[0-9a-f]{12}$/.test(name))).toBe(true);
  expect(await openPepper().pepper.sourceName('203.0.113.7', '2026-11-28')).toBe(names[0]);
});
