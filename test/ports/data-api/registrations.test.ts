import { describe, expect, it } from '@jest/globals';
import { breaches } from '../../support/data-api.ts';
import { MINUTE, NOW, registrationRequest, sha256 } from '../../support/registration-requests.ts';
import { hasBegun, useStore } from '../../support/use-store.ts';

const { store, registrations, begin, activate, register, states, devices } = useStore();

describe('a registration', () => {
  it('makes mailbox, endpoint, device and an active subscription, named by the mailbox', async () => {
    const { request, registrationId, mailboxId, created, wantedEvents } = await register({ unread: 3 });
    expect({ created, wantedEvents }).toEqual({ created: true, wantedEvents: 'mail-and-badge' });
    expect(await store.rows('SELECT id, unread, active_subscription_id FROM mailboxes')).toEqual([
      { id: mailboxId, unread: 3, active_subscription_id: request.subscription.id },
    ]);
    expect(await registrations.checkIn(registrationId)).toEqual({
      registrationId,
      subscriptionState: 'active',
      endpointEnabled: true,
      lastSeenAt: NOW,
      renewedAt: NOW,
      expiresAt: request.expiresAt,
      credentialsExpireAt: undefined,
    });
    expect(await registrations.endpointArn('apns', request.device.tokenSha256)).toBe(request.endpointArn);
    expect(await breaches(store)).toEqual([]);
  });

  it('stores no device id as the app gave it', async () => {
    await register({ phone: 'ann@example.com' });
    expect(JSON.stringify(await store.rows('SELECT * FROM devices'))).not.toContain('ann@');
    expect(await store.rows('SELECT device_hmac, device_sha256 FROM devices')).toEqual([
      { device_hmac: Buffer.from(sha256('ann@example.com')).toString('base64'), device_sha256: null },
    ]);
  });

  it('is renewed under the same id, and the former subscription is superseded', async () => {
    const first = await register();
    const second = await register({ now: NOW + MINUTE, badge: false });
    expect(second).toMatchObject({
      registrationId: first.registrationId,
      mailboxId: first.mailboxId,
      created: false,
      wantedEvents: 'mail',
    });
    expect(await states()).toEqual([
      { id: first.request.subscription.id, state: 'superseded' },
      { id: second.request.subscription.id, state: 'active' },
    ]);
    expect(await breaches(store)).toEqual([]);
  });

  it('counts as renewed even within the same millisecond', async () => {
    await begin();
    expect((await begin()).created).toBe(false);
  });

  it('bears being begun and activated twice, as after a lost answer', async () => {
    const begun = await begin();
    expect(hasBegun(await registrations.begin(begun.request))).toMatchObject({
      registrationId: begun.registrationId,
    });
    await activate(begun);
    await activate(begun);
    expect(await states()).toEqual([{ id: begun.request.subscription.id, state: 'active' }]);
  });

  it('enables the endpoint of its token again', async () => {
    const { registrationId, request } = await register();
    await store.rows('UPDATE endpoints SET enabled = false, disabled_at = 1');
    expect(await registrations.checkIn(registrationId)).toMatchObject({ endpointEnabled: false });
    await register({ now: NOW + 1, id: request.subscription.id });
    expect(await registrations.checkIn(registrationId)).toMatchObject({ endpointEnabled: true });
  });

  it('is a new endpoint for the device where the token is new', async () => {
    const first = await register({ token: 'old' });
    const second = await register({ token: 'new', now: NOW + 1 });
    expect(second.registrationId).toBe(first.registrationId);
    expect(
      await store.rows('SELECT endpoint_arn FROM devices JOIN endpoints e ON e.id = endpoint_id'),
    ).toEqual([{ endpoint_arn: second.request.endpointArn }]);
  });

  it('reports a pending subscription until it is active', async () => {
    const begun = await begin();
    expect(await registrations.checkIn(begun.registrationId)).toMatchObject({ subscriptionState: 'pending' });
  });

  it('replaces the unread count only by a newer one', async () => {
    await register({ unread: 5 });
    await register({ unread: 2, now: NOW - MINUTE });
    expect(await store.rows('SELECT unread FROM mailboxes')).toEqual([{ unread: 5 }]);
  });
});

describe('several devices', () => {
  it('join a mailbox only where host, Inbox and address all agree', async () => {
    const ann = await register();
    const second = await register({ phone: 'tablet' });
    expect(second.mailboxId).toBe(ann.mailboxId);
    expect((await register({ person: 'bob' })).mailboxId).not.toBe(ann.mailboxId);
    expect((await register({ host: 'other.example.com' })).mailboxId).not.toBe(ann.mailboxId);
    const { request } = ann;
    const claims = [{ inboxSha256: sha256('another') }, { addressHmac: sha256('another') }];
    for (const claim of claims) {
      const { subscription } = registrationRequest();
      expect(hasBegun(await registrations.begin({ ...request, ...claim, subscription })).mailboxId).not.toBe(
        ann.mailboxId,
      );
    }
  });

  it('want what any of them wants', async () => {
    expect((await register({ badge: false })).wantedEvents).toBe('mail');
    expect((await register({ phone: 'tablet', badge: true })).wantedEvents).toBe('mail-and-badge');
    expect((await register({ badge: false })).wantedEvents).toBe('mail-and-badge');
  });

  it('are 20 at most: the one renewed longest ago goes', async () => {
    const first = await register({ phone: 'phone 0' });
    for (let n = 1; n < 21; n += 1) await register({ phone: `phone ${n}`, now: NOW + n });
    expect(await devices()).toHaveLength(20);
    expect(await devices()).not.toContain(first.registrationId);
    expect(await breaches(store)).toEqual([]);
  });

  it('are one where the same phone comes back with its app installed anew', async () => {
    const before = await register({ phone: 'before', token: 'same' });
    const after = await register({ phone: 'after', token: 'same', now: NOW + 1 });
    expect(after.registrationId).not.toBe(before.registrationId);
    expect(await devices()).toEqual([after.registrationId]);
    expect(await breaches(store)).toEqual([]);
  });

  it('of two mailboxes share the endpoint of one phone, and neither takes the other away', async () => {
    const ann = await register({ person: 'ann' });
    const bob = await register({ person: 'bob' });
    expect(await store.rows('SELECT count(*) AS n FROM endpoints')).toEqual([{ n: 1 }]);
    await registrations.unregister(ann.registrationId, NOW);
    expect(await registrations.checkIn(ann.registrationId)).toBeUndefined();
    expect(await registrations.checkIn(bob.registrationId)).toMatchObject({ subscriptionState: 'active' });
  });
});
