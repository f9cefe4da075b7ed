import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createProbeStore } from '#adapters/data-api/probes.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { asId, type MailboxId, type SubscriptionId } from '#domain/model/ids.ts';
import { MINUTE, NOW, registrationRequest, sha256, sighting } from '../../support/registration-requests.ts';
import { hasBegun, useStore } from '../../support/use-store.ts';

const { store, registrations, callbacks } = useStore();
const probes = createProbeStore(store.database);

async function begin(now = NOW) {
  const { subscription, inboxSha256 } = registrationRequest();
  const id = asId<SubscriptionId>(randomUUID());
  const mailboxId = await probes.begin({
    now,
    inboxSha256,
    addressHmac: randomBytes(32),
    subscription: { ...subscription, id, sealedSha256: sha256(id) },
  });
  return { id, mailboxId };
}

describe('a doctor’s probe', () => {
  it('is seen by a callback like any subscription, and has no device', async () => {
    const { id } = await begin();
    expect(await probes.seenAt(id)).toBeUndefined();
    const view = await callbacks.see({ ...sighting(id), now: NOW + 1 });
    expect(view).toMatchObject({ state: 'pending', devices: [] });
    expect(await probes.seenAt(id)).toBe(NOW + 1);
  });

  it('never joins a mailbox, and no registration joins it', async () => {
    const before = hasBegun(await registrations.begin(registrationRequest()));
    const { mailboxId } = await begin();
    const after = hasBegun(await registrations.begin(registrationRequest()));
    expect(mailboxId).not.toBe(before.mailboxId);
    expect(after.mailboxId).toBe(before.mailboxId);
  });

  it('goes with its half of the seal, and takes along what an earlier one left', async () => {
    const left = await begin(NOW - 11 * MINUTE);
    const other = await begin(NOW - MINUTE);
    const mine = await begin();
    await probes.end(mine.mailboxId, NOW - 10 * MINUTE);
    expect(await store.rows('SELECT id FROM subscriptions')).toEqual([{ id: other.id }]);
    expect(await probes.seenAt(left.id)).toBeUndefined();
  });

  it('is swept by upkeep where the doctor was stopped before it could', async () => {
    await begin(NOW - 11 * MINUTE);
    const young = await begin();
    await createUpkeepStore(store.database).deleteLeftovers({
      pendingBefore: NOW - 10 * MINUTE,
      supersededBefore: 0,
      cachedBefore: 0,
      toldBefore: 0,
      failuresBefore: 0,
      endedBefore: NOW,
      limit: 100,
    });
    expect(await store.rows('SELECT id FROM mailboxes')).toEqual([{ id: young.mailboxId }]);
  });

  it('is all that its removal can remove', async () => {
    const { mailboxId } = hasBegun(await registrations.begin(registrationRequest()));
    await probes.end(asId<MailboxId>(mailboxId), NOW + MINUTE);
    expect(await store.rows('SELECT id FROM mailboxes')).toHaveLength(1);
  });
});
