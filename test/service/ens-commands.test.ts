import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type EnsRun, runEns, spawnEns } from '../support/ens-cli.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld();

function ens(...args: readonly string[]): Promise<EnsRun> {
  return runEns('--local', world().world.origin, ...args);
}

async function ensJson(...args: readonly string[]): Promise<unknown> {
  const { out } = await ens('--json', ...args);
  return JSON.parse(out);
}

describe('ens, as a process of its own', () => {
  test('shows the status of the local world and exits with 0', async () => {
    const { code, out, err } = await spawnEns(['status', '--local', world().world.origin]);
    expect(err).toBe('');
    expect(out).toMatch(/^ENS, the local world at http:\/\/127\.0\.0\.1:\d+\n\nmailboxes +\d+\n/);
    expect(code).toBe(0);
  });

  test('exits with 3 where no world answers, and says how to start one', async () => {
    const { code, out, err } = await spawnEns(['status', '--local', 'http://127.0.0.1:9']);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/No local world answers at http:\/\/127\.0\.0\.1:9\.\nStart one with `npm start`/);
  });

  test('exits with 3 without AWS credentials, and says how to get some', async () => {
    const { code, err } = await spawnEns(['status', '--region', 'eu-central-1'], {
      env: { HOME: '/nonexistent' },
    });
    expect(err).toMatch(/^No AWS credentials were found\.\nSign in as usual/);
    expect(code).toBe(3);
  });

  test('exits with 2 for a command that there is not', async () => {
    const { code, err } = await spawnEns(['frobnicate']);
    expect(err).toMatch(/unknown command 'frobnicate'/);
    expect(code).toBe(2);
  });
});

describe('ens, for scripts and terminals', () => {
  test('tells its version', async () => {
    const { code, out } = await ens('--version');
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });

  test.each([
    [['status', '--local', 'http://127.0.0.1:9', '--json'], 3, /^No local world answers/],
    [['--json', 'frobnicate'], 2, /^unknown command 'frobnicate'/],
    [['devices', 'remove', 'nobody', '--json'], 2, /^This is no registration id/],
  ])('prints the error of %j as JSON too', async (args, exitCode, message) => {
    const { code, out } = await runEns(...args);
    const { error } = JSON.parse(out);
    expect(error).toMatchObject({
      exitCode,
      message: expect.stringMatching(message),
      nextStep: expect.any(String),
    });
    expect(code).toBe(exitCode);
  });

  test.each([[['devices', 'remove', randomUUID()]], [['wake', '--all']]])(
    'does nothing for %j where nobody is there to say yes',
    async (args) => {
      const before = world().world.calls.all().length;
      const { code, err } = await ens(...args);
      expect(err).toMatch(/Add --yes if that is what you want\.\n$/);
      expect(code).toBe(2);
      expect(world().world.calls.all()).toHaveLength(before);
    },
  );
});

describe('ens status', () => {
  test('counts devices, subscriptions by state, and key pairs', async () => {
    const before = await ensJson('status');
    await world().registerPhone();
    const after = await ensJson('status');
    expect(before).toMatchObject({ problems: [], keyPairs: { usable: expect.any(Number) } });
    const grown = (value: unknown, ...path: string[]) =>
      Number(path.reduce((inner, key) => Reflect.get(Object(inner), key), value));
    expect(grown(after, 'devices')).toBe(grown(before, 'devices') + 1);
    expect(grown(after, 'subscriptions', 'active')).toBe(grown(before, 'subscriptions', 'active') + 1);
  });

  test('exits with 3 while the database refuses', async () => {
    world().world.faults.add({ service: 'rds-data', error: 'AccessDeniedException', times: 3 });
    const { code, err } = await ens('status');
    world().world.faults.clear();
    expect(err).toMatch(/^The database did not do its part \(AccessDeniedException\)\./);
    expect(code).toBe(3);
  });
});

describe('ens devices', () => {
  test('finds the devices of an address, whatever its case, without repeating it', async () => {
    const mailbox = world().newMailbox('found');
    const { registrationId } = await world().registerPhone({}, mailbox);
    const { code, out, err } = await ens('devices', 'find', mailbox.email.toUpperCase());
    expect(out).toContain(registrationId);
    expect(out).toContain('active');
    expect(`${out}${err}`.toLowerCase()).not.toContain(mailbox.email);
    expect(code).toBe(0);
  });

  test('exits with 1 where an address has no device', async () => {
    expect(await ens('devices', 'find', 'nobody@example.com')).toMatchObject({ code: 1, err: '' });
    expect(await ensJson('devices', 'find', 'nobody@example.com')).toEqual([]);
  });

  test('shows and removes one device', async () => {
    const { registrationId } = await world().registerPhone();
    expect(await ensJson('devices', 'show', registrationId)).toMatchObject({
      registrationId,
      status: 'active',
      platform: 'apns',
      subscription: { state: 'active', carriesItsCredentials: true },
    });
    expect(await ens('devices', 'remove', registrationId, '--yes')).toMatchObject({ code: 0 });
    const { code, err } = await ens('devices', 'show', registrationId);
    expect(err).toMatch(/^There is no such registration/);
    expect(code).toBe(1);
  });

  test('exits with 2 for an id that is none', async () => {
    const { code, err } = await ens('devices', 'show', 'ann@example.com');
    expect(err).toBe('This is no registration id.\n`ens devices find <email>` shows them.\n');
    expect(code).toBe(2);
  });
});

describe('ens tokens', () => {
  test('makes a token that works at once, shows it this once, and revokes it within a minute', async () => {
    const { code, out, err } = await ens('tokens', 'create', 'Boxer, 2026');
    const token = out.trim();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(err).toMatch(/only time/);
    expect(code).toBe(0);
    const call = () => world().client.call('POST', '/getpublickey', {}, { ApiToken: token });
    await world().control('POST', '/local/clock', { advanceMs: 6_000 });
    expect((await call()).status).toBe(200);

    const listed = await ens('tokens', 'list');
    expect(listed.out).toContain('Boxer, 2026');
    const id = /^(\S+) +Boxer, 2026/m.exec(listed.out)?.[1] ?? '';
    expect(`${listed.out}${await world().everythingWritten()}`).not.toContain(token);

    expect(await ens('tokens', 'revoke', id)).toMatchObject({ code: 0 });
    await world().control('POST', '/local/clock', { advanceMs: 61_000 });
    expect((await call()).status).toBe(401);
    expect(await ens('tokens', 'revoke', id)).toMatchObject({ code: 1 });
  });

  test('prints a link for the web app, with a QR code, and the token in its fragment', async () => {
    const { code, out } = await ens('tokens', 'create', 'Web app', '--link');
    expect(code).toBe(0);
    const [link = '', ...code2d] = out.trim().split('\n');
    expect(link).toMatch(new RegExp(`^${world().world.origin}/app#token=[\\w-]{43}$`));
    expect(code2d.join('')).toMatch(/[█▀▄]{20}/);
    const token = link.replace(/^.*#token=/, '');
    // An instance that was asked with another unknown token looks again after five seconds.
    await world().control('POST', '/local/clock', { advanceMs: 6_000 });
    expect((await world().client.call('POST', '/getpublickey', {}, { ApiToken: token })).status).toBe(200);
  });

  test('sends a test push to a browser as well', async () => {
    const browser = world().world.pushService.newBrowser();
    const { registrationId } = await world().registerPhone({ platform: 'webpush', token: browser.token });
    expect(await ens('push-test', registrationId)).toMatchObject({ code: 0 });
    expect(browser.shown()).toMatchObject([{ payload: { notification: { title: 'ENS' } } }]);
  });

  test('refuses the label of a token that is valid, and takes it again once that is revoked', async () => {
    const first = await ens('tokens', 'create', 'twice', '--json');
    const again = await ens('tokens', 'create', 'twice');
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toMatch(/valid token with this label already/);
    await ens('tokens', 'revoke', JSON.parse(first.out).id);
    expect(await ens('tokens', 'create', 'twice')).toMatchObject({ code: 0 });
  });

  test('refuses an empty label', async () => {
    expect(await ens('tokens', 'create', ' ')).toMatchObject({ code: 2, out: '' });
  });
});

describe('ens wake', () => {
  test('wakes the phone of one registration, silently', async () => {
    const { phone, registrationId } = await world().registerPhone();
    expect(await ens('wake', registrationId)).toMatchObject({ code: 0 });
    const [push] = await world().waitForNotifications(phone, 1);
    expect(push?.headers['apns-push-type']).toBe('background');
    expect(push?.payload).toMatchObject({ ens: { type: 'wake', mailbox: registrationId } });
  });

  test('wakes everybody, as after a restore', async () => {
    const { phone } = await world().registerPhone();
    const { code, out } = await ens('wake', '--all', '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({
      mailboxes: expect.any(Number),
      upkeep: { ok: true, failed: [] },
    });
    expect(code).toBe(0);
    expect(await world().waitForNotifications(phone, 1)).toHaveLength(1);
  });

  test('asks which, and knows an id that there is not', async () => {
    expect(await ens('wake')).toMatchObject({ code: 2 });
    expect(await ens('wake', randomUUID(), '--all')).toMatchObject({ code: 2 });
    expect(await ens('wake', randomUUID())).toMatchObject({ code: 1 });
  });
});

describe('ens push-test', () => {
  test('shows a test notification on the phone', async () => {
    const { phone, registrationId } = await world().registerPhone();
    expect(await ens('push-test', registrationId)).toMatchObject({ code: 0 });
    const [push] = await world().waitForNotifications(phone, 1);
    expect(push?.payload).toMatchObject({
      aps: { alert: { title: 'ENS', body: 'Test notification from your administrator' } },
    });
  });

  test.each([
    ['EndpointDisabled', /no longer accepts this device’s push token/],
    ['AuthorizationError', /because of the set-up/],
  ])('says what %s means', async (error, sentence) => {
    const { registrationId } = await world().registerPhone();
    world().world.faults.add({ service: 'sns', action: 'Publish', error, times: 1 });
    const { code, out } = await ens('push-test', registrationId);
    expect(out).toMatch(sentence);
    expect(code).toBe(1);
  });
});

describe('ens upkeep run', () => {
  test('says that every part succeeded', async () => {
    expect(await ens('upkeep', 'run')).toMatchObject({
      code: 0,
      out: 'Upkeep ran; every part of it succeeded.\n',
    });
  });

  test('names the parts that failed and what that means', async () => {
    world().world.faults.add({
      service: 'rds-data',
      action: 'ExecuteStatement',
      error: 'AccessDeniedException',
      times: 1,
    });
    const { code, out } = await ens('upkeep', 'run');
    world().world.faults.clear();
    expect(out).toMatch(/these parts failed: revoked \(what was revoked would come back with a restore\)/);
    expect(code).toBe(1);
  });
});

// Every subscription of this world that exists by then ends here; every other test registers phones of its own.
describe('ens keys', () => {
  test('rotates, and in an emergency retires the former pair with its subscriptions', async () => {
    const { registrationId } = await world().registerPhone();
    const [before] = await world().rows('key_pairs');
    expect(await ens('keys', 'rotate')).toMatchObject({ code: 0 });
    const old = String(before?.id);
    expect(await ens('keys', 'rotate', '--retire', old)).toMatchObject({ code: 2 });
    expect(await ens('keys', 'rotate', '--retire', randomUUID(), '--yes')).toMatchObject({ code: 1 });
    const { code, out } = await ens('keys', 'rotate', '--retire', old, '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({ retired: old, lost: expect.any(Number) });
    expect(code).toBe(0);
    expect(await ensJson('devices', 'show', registrationId)).toMatchObject({ status: 'lost' });
    expect(await ensJson('keys', 'list')).toContainEqual(
      expect.objectContaining({ id: old, retiredAt: expect.any(String) }),
    );
  });
});
