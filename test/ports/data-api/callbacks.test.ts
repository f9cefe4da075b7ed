import { describe, expect, it } from '@jest/globals';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { breaches } from '../../support/data-api.ts';
import {
  KEY_PAIR,
  MINUTE,
  NOW,
  registrationRequest,
  sha256,
  subscriptionId,
} from '../../support/registration-requests.ts';
import { hasBegun, type Registered, useStore } from '../../support/use-store.ts';

const { store, registrations, register, see, record, subscriptionRow: row } = useStore();

/** What a request says of ann's Inbox. */
const inbox = (count: number, at: number) => [{ folderSha256: sha256('inbox of ann'), count, at }];

describe('seeing a callback', () => {
  it('returns everything that handling it needs, as it was before', async () => {
    const { id, mailboxId, registrationId, request } = await register({ unread: 2 });
    const [endpoint] = await store.rows('SELECT id FROM endpoints');
    const view = await see(id, { watermark: 'w1', folders: inbox(7, NOW + MINUTE) });
    expect(view).toEqual({
      id,
      state: 'active',
      createdAt: NOW,
      supersededAt: undefined,
      lastSeenAt: NOW,
      sealedSha256: Buffer.from(request.subscription.sealedSha256),
      rowHalf: { kind: 'inner-key', innerKey: Buffer.from(sha256(`inner key ${id}`)) },
      keyPair: {
        id: KEY_PAIR,
        publicKey: Buffer.of(1),
        wrappedPrivateKey: Buffer.of(2),
        createdAt: NOW,
        retiredAt: undefined,
      },
      newestKeyPairCreatedAt: NOW,
      watermark: 'w0',
      previousWatermark: undefined,
      wantedEvents: 'mail-and-badge',
      suspectSince: undefined,
      lastRefusedAt: undefined,
      refusals: 0,
      nextTryAt: undefined,
      claim: 'held',
      alerts: 1,
      quietUntil: undefined,
      lastNeutralAt: undefined,
      credentialsExpireAt: undefined,
      credentialsFrom: registrationId,
      mailbox: {
        id: mailboxId,
        ewsHost: 'mail.example.com',
        inboxSha256: Buffer.from(request.inboxSha256),
        unread: 2,
        unreadAt: NOW,
        activeSubscriptionId: id,
      },
      devices: [
        {
          registrationId,
          endpointId: endpoint?.id,
          endpointArn: request.endpointArn,
          endpointEnabled: true,
          platform: 'apns',
          preferences: { content: 'subject-and-sender', badge: true, sound: true, previewKey: undefined },
          unreadElsewhere: 0,
        },
      ],
    });
    expect(await see(id)).toMatchObject({
      lastSeenAt: NOW + MINUTE,
      watermark: 'w1',
      previousWatermark: 'w0',
      mailbox: { unread: 7, unreadAt: NOW + MINUTE },
    });
  });

  it('is one statement', async () => {
    const { id } = await register();
    const before = store.world.calls.all().length;
    await see(id);
    expect(
      store.world.calls
        .all()
        .slice(before)
        .map(({ action }) => action),
    ).toEqual(['ExecuteStatement']);
  });

  it('knows no such subscription', async () => {
    expect(await see(subscriptionId())).toBeUndefined();
  });

  it('writes nothing where the sealed segment is another, and shows the hash it should have had', async () => {
    const { id } = await register({ unread: 1 });
    await store.rows("UPDATE subscriptions SET state = 'lost'");
    const before = await store.world.aws.database.tables();
    const view = await see(id, {
      sealedSha256: sha256('made up'),
      watermark: 'w1',
      folders: inbox(9, NOW + MINUTE),
    });
    expect(view?.sealedSha256).toEqual(Buffer.from(sha256(id)));
    expect(await store.world.aws.database.tables()).toEqual(before);
  });

  it('keeps the watermark before the last one when the same callback comes again', async () => {
    const { id } = await register();
    await see(id, { watermark: 'w1' });
    await see(id, { watermark: 'w1' });
    await see(id);
    expect(await row(id)).toMatchObject({ watermark: 'w1', prev_watermark: 'w0' });
  });

  it('never turns last seen or unread back', async () => {
    const { id } = await register();
    await see(id, { folders: inbox(4, NOW + 2 * MINUTE) });
    await see(id, { now: NOW, folders: inbox(9, NOW + MINUTE) });
    expect(await row(id)).toMatchObject({ last_seen_at: NOW + MINUTE });
    expect(await store.rows('SELECT unread FROM mailboxes')).toEqual([{ unread: 4 }]);
  });

  it('stores the count of the mailbox’s own Inbox, among those of whatever other folders', async () => {
    const { id } = await register({ unread: 1 });
    const other = { folderSha256: sha256('a folder below it'), count: 70, at: NOW + 3 * MINUTE };
    await see(id, { folders: [other] });
    expect(await store.rows('SELECT unread, unread_at FROM mailboxes')).toEqual([
      { unread: 1, unread_at: NOW },
    ]);
    await see(id, { folders: [other, ...inbox(5, NOW + MINUTE)] });
    expect(await store.rows('SELECT unread, unread_at FROM mailboxes')).toEqual([
      { unread: 5, unread_at: NOW + MINUTE },
    ]);
  });

  it('makes a subscription that fell silent active again and stops its wake-ups', async () => {
    const { id } = await register();
    await createUpkeepStore(store.database).markSilent({ seenBefore: NOW + 1, now: NOW + MINUTE, limit: 9 });
    await store.rows('UPDATE subscriptions SET wake_due_at = 1, wake_stage = 2');
    expect((await see(id))?.state).toBe('lost');
    expect(await row(id)).toMatchObject({ state: 'active', lost_at: null, wake_due_at: null, wake_stage: 0 });
  });

  it('leaves a subscription lost that a callback found so, until its credentials work', async () => {
    const { id } = await register();
    await see(id, { now: NOW + MINUTE });
    await record(id, { lost: true });
    const lost = { state: 'lost', lost_at: NOW + MINUTE, wake_due_at: NOW + MINUTE, wake_stage: 0 };
    for (const minutes of [1, 2, 40]) {
      expect((await see(id, { now: NOW + minutes * MINUTE }))?.state).toBe('lost');
      expect(await row(id)).toMatchObject(lost);
    }
    await record(id, { trusted: true, lost: true });
    expect(await row(id)).toMatchObject(lost);
    await record(id, { trusted: true });
    expect(await row(id)).toMatchObject({ state: 'active', lost_at: null, wake_due_at: null });
  });

  it('sees a pending and a superseded one without changing what they are', async () => {
    const former = await register();
    await register({ now: NOW + 1 });
    expect(await see(former.id)).toMatchObject({ state: 'superseded', supersededAt: NOW + 1 });
    const { subscription } = registrationRequest();
    hasBegun(await registrations.begin({ ...registrationRequest(), subscription }));
    expect((await see(subscription.id, { watermark: 'early' }))?.state).toBe('pending');
    await registrations.activate({
      ...former,
      now: NOW,
      subscriptionId: subscription.id,
      watermark: 'of Subscribe',
    });
    expect(await row(subscription.id)).toMatchObject({ state: 'active', watermark: 'early' });
    expect(await breaches(store)).toEqual([]);
  });

  it('returns large credentials by their inner JWE', async () => {
    const { id } = await register({ innerJwe: 'inner.jwe' });
    expect((await see(id))?.rowHalf).toEqual({ kind: 'inner-jwe', innerJwe: 'inner.jwe' });
  });

  it('tells each device what its phone has unread in other mailboxes that show a badge', async () => {
    const ann = await register({ person: 'ann', unread: 1 });
    await register({ person: 'bob', unread: 20 });
    await register({ person: 'carl', unread: 300 });
    await register({ person: 'dora', unread: 4000, badge: false });
    await register({ person: 'eve', unread: 50_000, phone: 'another' });
    expect((await see(ann.id))?.devices.map(({ unreadElsewhere }) => unreadElsewhere)).toEqual([320]);
  });

  it('fits a row of the Data API with 20 devices, preview keys and the largest credentials', async () => {
    const innerJwe = 'x'.repeat(24_000);
    const previewKey = {
      kty: 'EC',
      crv: 'P-256',
      x: 'x'.repeat(43),
      y: 'y'.repeat(43),
      kid: 'k'.repeat(64),
    } as const;
    let last: Registered | undefined;
    for (let n = 0; n < 21; n += 1) {
      const request = registrationRequest({ phone: `phone ${n}`, innerJwe, now: NOW + n });
      const begun = hasBegun(
        await registrations.begin({
          ...request,
          endpointArn: `arn:aws:sns:eu-central-1:123456789012:endpoint/APNS_SANDBOX/${'n'.repeat(100)}/${n}`,
          preferences: { ...request.preferences, previewKey },
        }),
      );
      const { id } = request.subscription;
      await registrations.activate({ ...begun, now: NOW, subscriptionId: id, watermark: 'w'.repeat(5000) });
      last = { ...begun, id, request };
    }
    const view = last === undefined ? undefined : await see(last.id);
    expect(view?.devices).toHaveLength(20);
    expect(view?.devices[0]?.preferences.previewKey).toEqual(previewKey);
  });
});
