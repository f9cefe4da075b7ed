import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCallbackStore } from '#adapters/data-api/callbacks.ts';
import { createRegistrationStore } from '#adapters/data-api/registrations.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import type { MailboxId, RegistrationId, SubscriptionId } from '#domain/model/ids.ts';
import { breaches, type OpenStore } from '../../support/data-api.ts';
import { insertKeyPair } from '../../support/key-pair-rows.ts';
import { MINUTE, NOW, registrationRequest, sighting } from '../../support/registration-requests.ts';
import { useStore } from '../../support/use-store.ts';

const { store } = useStore();

/** A statement of some function; `of` picks one of the registrations begun before it. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      person: fc.constantFrom('ann', 'bob'),
      host: fc.constantFrom('old.example.com', 'old.example.com', 'new.example.com'),
      phone: fc.constantFrom('a', 'b', 'c'),
      token: fc.constantFrom('t', 'u'),
      durable: fc.boolean(),
      badge: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('activate', 'abandon', 'renew', 'see', 'refuse', 'lose', 'end', 'unregister'),
      of: fc.nat({ max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('silent', 'sweep', 'expire', 'gone') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Begun {
  readonly id: SubscriptionId;
  readonly mailboxId: MailboxId;
  readonly registrationId: RegistrationId;
  readonly created: boolean;
  readonly endpointArn: string;
}

/**
 * Steps of many functions in any order: since every step is one statement, a function that is killed is one
 * whose later steps are missing, and two at once are their steps mixed.
 */
function createActors(target: OpenStore) {
  const registrations = createRegistrationStore(target.database);
  const callbacks = createCallbackStore(target.database);
  const upkeep = createUpkeepStore(target.database);
  const begun: Begun[] = [];
  let now = NOW;

  async function begin(options: Extract<Step, { kind: 'begin' }>): Promise<void> {
    const request = registrationRequest({ ...options, now });
    const answer = await registrations.begin(request);
    if (answer !== undefined)
      begun.push({ ...answer, id: request.subscription.id, endpointArn: request.endpointArn });
  }

  async function act(kind: string, one: Begun): Promise<void> {
    const { id: subscriptionId, mailboxId, registrationId } = one;
    switch (kind) {
      case 'activate':
        return registrations.activate({
          now,
          subscriptionId,
          mailboxId,
          registrationId,
          watermark: 'w',
          wantedEvents: 'mail',
        });
      case 'abandon':
        return registrations.abandon({
          subscriptionId,
          registrationId: one.created ? registrationId : undefined,
        });
      case 'renew': {
        const { subscription } = registrationRequest({ now });
        await callbacks.prepareRenewal({ now, mailboxId, replaces: subscriptionId, subscription });
        begun.push({ ...one, id: subscription.id, created: false });
        return;
      }
      case 'see':
        await callbacks.see({ ...sighting(subscriptionId), now, watermark: `${now}` });
        return;
      case 'refuse':
        return callbacks.record({ subscriptionId, now, refused: 'proof' });
      case 'lose':
        return callbacks.record({ subscriptionId, now, lost: true });
      case 'end':
        return callbacks.record({ subscriptionId, now, lost: true, ended: true });
      default:
        return registrations.unregister(registrationId, now);
    }
  }

  async function tidy(kind: string): Promise<void> {
    if (kind === 'silent') await upkeep.markSilent({ seenBefore: now - 5 * MINUTE, now, limit: 2 });
    else if (kind === 'expire') await upkeep.deleteExpired(now + 30 * 24 * 60 * MINUTE - 15 * MINUTE, 1);
    else if (kind === 'gone') {
      const last = begun.at(-1);
      if (last !== undefined) await upkeep.disableEndpoint(last.endpointArn, now);
      const ids = await upkeep.endpointsDisabledBefore({ before: now + 1, platforms: ['apns'], limit: 1 });
      await upkeep.forgetEndpoints(ids.map(({ id }) => id));
    } else
      await upkeep.deleteLeftovers({
        pendingBefore: now - 5 * MINUTE,
        supersededBefore: now - 10 * MINUTE,
        cachedBefore: 0,
        toldBefore: 0,
        failuresBefore: 0,
        endedBefore: 0,
        limit: 50,
      });
  }

  return async function run(action: Step): Promise<void> {
    now += MINUTE;
    if (action.kind === 'begin' && 'person' in action) return begin(action);
    if (!('of' in action)) return tidy(action.kind);
    const one = begun.at(-1 - action.of);
    if (one !== undefined) await act(action.kind, one);
  };
}

describe('any sequence of steps, of functions that run at once or are killed', () => {
  it('leaves one subscription in charge at most, and nobody without what belongs to them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 45 }), async (steps) => {
        await store.clear();
        await insertKeyPair(store);
        const run = createActors(store);
        for (const action of steps) {
          await run(action);
          expect(await breaches(store)).toEqual([]);
        }
      }),
      { numRuns: 8, seed: 20_260_115, endOnFailure: true },
    );
  }, 240_000);
});
