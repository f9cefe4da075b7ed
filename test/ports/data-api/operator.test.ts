import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createApiTokenStore } from '#adapters/data-api/api-tokens.ts';
import { createKeyPairStore } from '#adapters/data-api/key-pairs.ts';
import { createOperatorStore } from '#adapters/data-api/operator.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { asId, type KeyPairId, type RegistrationId } from '#domain/model/ids.ts';
import { insertKeyPair } from '../../support/key-pair-rows.ts';
import { KEY_PAIR, NOW, registrationRequest, sha256 } from '../../support/registration-requests.ts';
import { hasBegun, useStore } from '../../support/use-store.ts';

const { store, registrations, register } = useStore();
const operator = createOperatorStore(store.database);

describe('API tokens', () => {
  it('are valid several at a time until they are revoked, and never shown again', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await operator.createToken({ id: first, label: 'boxer', sha256: sha256('one'), now: 1 });
    // Once more after a lost answer, and another with its label.
    const again = { id: first, label: 'boxer', sha256: sha256('one'), now: 1 };
    expect(await operator.createToken(again)).toBe(true);
    const rival = { id: randomUUID(), label: 'boxer', sha256: sha256('three'), now: 1 };
    expect(await operator.createToken(rival)).toBe(false);
    await operator.createToken({ id: second, label: 'test phones', sha256: sha256('two'), now: 2 });
    const tokens = createApiTokenStore(store.database);
    expect(await tokens.validHashes()).toEqual([Buffer.from(sha256('one')), Buffer.from(sha256('two'))]);
    expect(await operator.revokeToken(first, 3)).toBe(true);
    expect(await operator.revokeToken(first, 4)).toBe(false);
    expect(await operator.revokeToken(randomUUID(), 4)).toBe(false);
    expect(await tokens.validHashes()).toEqual([Buffer.from(sha256('two'))]);
    expect(await operator.listTokens()).toEqual([
      { id: first, label: 'boxer', createdAt: 1, revokedAt: 3 },
      { id: second, label: 'test phones', createdAt: 2, revokedAt: undefined },
    ]);
  });
});

describe('devices', () => {
  it('are found by the HMAC of their address, in every mailbox that has it', async () => {
    const phone = await register({ phone: 'phone', unread: 4 });
    const tablet = await register({ phone: 'tablet', now: NOW + 1 });
    await register({ person: 'bob' });
    const found = await operator.findDevices(sha256('address of ann'));
    expect(found.map(({ registrationId }) => registrationId)).toEqual([
      tablet.registrationId,
      phone.registrationId,
    ]);
    expect(await operator.showDevice(phone.registrationId)).toEqual({
      registrationId: phone.registrationId,
      platform: 'apns',
      endpointArn: expect.stringContaining('/phone'),
      endpointEnabled: true,
      preferences: { content: 'subject-and-sender', badge: true, sound: true },
      previewsSealed: false,
      createdAt: NOW,
      renewedAt: NOW,
      expiresAt: expect.any(Number),
      ewsHost: 'mail.example.com',
      unread: 0,
      unreadAt: expect.any(Number),
      devicesOfMailbox: 2,
      subscription: {
        id: tablet.id,
        state: 'active',
        wantedEvents: 'mail-and-badge',
        createdAt: NOW + 1,
        lastSeenAt: NOW + 1,
        suspectSince: undefined,
        lostAt: undefined,
        carriesItsCredentials: false,
      },
    });
  });

  it('are removed once, with the mailbox after the last', async () => {
    const { registrationId } = await register();
    expect(await operator.removeDevice(registrationId, NOW)).toBe(true);
    expect(await operator.removeDevice(registrationId, NOW)).toBe(false);
    expect(await operator.showDevice(registrationId)).toBeUndefined();
    expect(await store.rows('SELECT * FROM subscriptions')).toEqual([]);
  });

  it('are shown without a subscription where none counts', async () => {
    const begun = hasBegun(await registrations.begin(registrationRequest()));
    expect((await operator.showDevice(begun.registrationId))?.subscription).toBeUndefined();
    expect(await operator.wake(begun.registrationId, NOW)).toBe(false);
  });

  it('are woken one mailbox at a time', async () => {
    const { registrationId, id } = await register();
    await register({ person: 'bob' });
    expect(await operator.wake(registrationId, NOW)).toBe(true);
    expect(await operator.wake(asId<RegistrationId>(randomUUID()), NOW)).toBe(false);
    expect(await createUpkeepStore(store.database).wakesDue({ now: NOW, limit: 9 })).toMatchObject([
      { subscriptionId: id, stage: 0 },
    ]);
  });
});

describe('keys and status', () => {
  it('lists key pairs with what hangs on them', async () => {
    const newer = asId<KeyPairId>(randomUUID());
    await register();
    await insertKeyPair(store, newer, NOW + 1);
    expect(await operator.listKeyPairs()).toEqual([
      { id: newer, createdAt: NOW + 1, retiredAt: undefined, subscriptions: 0 },
      { id: KEY_PAIR, createdAt: NOW, retiredAt: undefined, subscriptions: 1 },
    ]);
    const pairs = createKeyPairStore(store.database);
    expect((await pairs.newest())?.id).toBe(newer);
    await createUpkeepStore(store.database).retireKeyPair(newer, NOW + 2);
    expect((await pairs.newest())?.id).toBe(KEY_PAIR);
    expect(await pairs.find(newer)).toMatchObject({ retiredAt: NOW + 2, wrappedPrivateKey: Buffer.of(2) });
    expect(await pairs.find(asId<KeyPairId>(randomUUID()))).toBeUndefined();
  });

  it('counts everything by state', async () => {
    await register();
    await register({ now: NOW + 1 });
    await register({ person: 'bob', now: NOW + 2 });
    await createUpkeepStore(store.database).markSilent({ seenBefore: NOW + 2, now: NOW + 5, limit: 9 });
    const expected = {
      mailboxes: 2,
      devices: 2,
      endpoints: { enabled: 1, disabled: 0 },
      subscriptions: { pending: 0, active: 1, superseded: 1, lost: 1, rejected: 0 },
      owed: 0,
      oldestSeenAt: NOW + 2,
      newestSeenAt: NOW + 2,
    };
    expect(await operator.status(NOW + 5)).toEqual({ ...expected, lostSince: 1 });
    expect(await operator.status(NOW + 6)).toEqual({ ...expected, lostSince: 0 });
  });
});
