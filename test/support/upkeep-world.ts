import type { DependencyUnavailable } from '#domain/errors.ts';
import type { EndpointId } from '#domain/model/ids.ts';
import type { EpochMs } from '#domain/model/subscription.ts';
import type { Revocation } from '#domain/ports/revocations.ts';
import type {
  ApplicationFall,
  DisabledEndpoint,
  OutageMemory,
  OwedMailbox,
  Pulse,
  UpkeepStore,
  WakeDue,
} from '#domain/ports/upkeep-store.ts';
import type { UpkeepPorts, UpkeepSettings } from '#domain/upkeep/ports.ts';
import { createRunUpkeep } from '#domain/upkeep/run-upkeep.ts';
import { DAY_MS, recorder, testClock, testIds } from './memory/clock.ts';
import { memoryPush } from './memory/push.ts';

interface State {
  pulse: Pulse;
  newestKeyPair: EpochMs | undefined;
  silent: number;
  wakes: WakeDue[];
  owed: OwedMailbox[];
  falls: ApplicationFall[];
  disabled: DisabledEndpoint[];
  hanging: number;
  /** How long SNS takes for one call. */
  callsTakeMs: number;
  /** Name of a store method that fails, and how. */
  failing: { readonly method: keyof UpkeepStore; readonly error: DependencyUnavailable } | undefined;
  readonly called: string[];
  readonly keyPairs: EpochMs[];
  readonly remembered: OutageMemory[];
  readonly woken: { readonly stage: number; readonly nextAt: EpochMs | undefined; readonly count: number }[];
  readonly paid: string[];
  /** What is not in the list yet, and the marker that the database remembers. */
  readonly revocations: Revocation[];
  marker: string | undefined;
  readonly revokedAgain: Revocation[];
  /** The list outside the database. */
  readonly list: { marker: string | undefined; readonly entries: Revocation[] };
  readonly triedAt: Map<string, EpochMs>;
  readonly forgotten: EndpointId[];
  readonly deletedArns: string[];
}

/** Everything around one run of upkeep, in memory; a healthy service without anything to do. */
export function upkeepWorld() {
  const clock = testClock();
  const recorded = recorder();
  const push = memoryPush();
  const state: State = {
    pulse: { activeSubscriptions: 100, newestSeenAt: clock.now() },
    newestKeyPair: clock.now() - DAY_MS / 2,
    silent: 0,
    wakes: [],
    owed: [],
    falls: [],
    disabled: [],
    hanging: 0,
    callsTakeMs: 0,
    failing: undefined,
    called: [],
    keyPairs: [],
    remembered: [],
    woken: [],
    paid: [],
    revocations: [],
    marker: undefined,
    revokedAgain: [],
    list: { marker: undefined, entries: [] },
    triedAt: new Map(),
    forgotten: [],
    deletedArns: [],
  };
  function step<T>(method: keyof UpkeepStore, value: () => T): Promise<T> {
    state.called.push(method);
    return state.failing?.method === method ? Promise.reject(state.failing.error) : Promise.resolve(value());
  }
  const store: UpkeepStore = {
    pulse: () => step('pulse', () => state.pulse),
    rememberOutage: (memory) => step('rememberOutage', () => void state.remembered.push(memory)),
    markSilent: ({ limit }) =>
      step('markSilent', () => {
        const marked = Math.min(limit, state.silent);
        state.silent -= marked;
        return marked;
      }),
    wakesDue: ({ limit }) => step('wakesDue', () => state.wakes.slice(0, limit)),
    woken: ({ subscriptionIds, stage, nextAt }) =>
      step('woken', () => {
        state.wakes = state.wakes.filter(({ subscriptionId }) => !subscriptionIds.includes(subscriptionId));
        state.woken.push({ stage, nextAt, count: subscriptionIds.length });
      }),
    scheduleCredentialWakes: () => step('scheduleCredentialWakes', () => 0),
    scheduleWakeForAll: () => step('scheduleWakeForAll', () => 0),
    owed: ({ limit, triedBefore }) =>
      step('owed', () =>
        state.owed
          .filter(({ subscriptionId }) => (state.triedAt.get(subscriptionId) ?? 0) < triedBefore)
          .sort(
            (a, b) => (state.triedAt.get(a.subscriptionId) ?? 0) - (state.triedAt.get(b.subscriptionId) ?? 0),
          )
          .slice(0, limit),
      ),
    owedTried: (ids, now) => step('owedTried', () => ids.forEach((id) => void state.triedAt.set(id, now))),
    paid: (ids) =>
      step('paid', () => {
        state.paid.push(...ids);
        state.owed = state.owed.filter(({ subscriptionId }) => !ids.includes(subscriptionId));
      }),
    disableEndpoint: (arn) => step('disableEndpoint', () => void state.deletedArns.push(`disabled ${arn}`)),
    applicationFalls: () => step('applicationFalls', () => state.falls),
    endpointsDisabledBefore: ({ platforms, limit }) =>
      step('endpointsDisabledBefore', () =>
        state.disabled.filter(({ platform }) => platforms.includes(platform)).slice(0, limit),
      ),
    forgetEndpoints: (ids) =>
      step('forgetEndpoints', () => {
        state.forgotten.push(...ids);
        state.disabled = state.disabled.filter(({ id }) => !ids.includes(id));
        return ids.length;
      }),
    addKeyPair: ({ createdAt }) =>
      step('addKeyPair', () => {
        state.keyPairs.push(createdAt);
        return true;
      }),
    newestKeyPairCreatedAt: () => step('newestKeyPairCreatedAt', () => state.newestKeyPair),
    deleteUnusedKeyPairs: () => step('deleteUnusedKeyPairs', () => 0),
    subscriptionsOnOldKeyPairs: () => step('subscriptionsOnOldKeyPairs', () => state.hanging),
    retireKeyPair: () => step('retireKeyPair', () => 0),
    unlisted: (limit) =>
      step('unlisted', () => ({
        marker: state.marker,
        revocations: state.revocations.slice(0, limit),
        upTo: Math.min(limit, state.revocations.length),
      })),
    listed: (marker, upTo) =>
      step('listed', () => {
        state.marker = marker;
        state.revocations.splice(0, upTo);
      }),
    revokeAgain: (revocations) =>
      step('revokeAgain', () => {
        state.revokedAgain.push(...revocations);
        return revocations.length;
      }),
    deleteExpired: () => step('deleteExpired', () => 0),
    deleteLeftovers: () => step('deleteLeftovers', () => 0),
  };
  /** Calls that begin at the same moment end at the same moment, `callsTakeMs` later. */
  async function takingTime<T>(call: () => Promise<T>): Promise<T> {
    const endsAt = clock.now() + state.callsTakeMs;
    const result = await call();
    clock.advance(Math.max(endsAt - clock.now(), 0));
    return result;
  }
  const ports: UpkeepPorts = {
    store,
    revocations: {
      marker: async () => state.list.marker,
      all: async () => state.list.entries,
      add: async (revocations, marker) => {
        state.list.entries.push(...revocations);
        state.list.marker = marker;
      },
    },
    keyPairMaker: {
      make: async () => ({ publicKey: new Uint8Array(1), wrappedPrivateKey: new Uint8Array(1) }),
    },
    push: { send: (target, one) => takingTime(() => push.sender.send(target, one)) },
    deleteEndpoint: (arn) => takingTime(async () => void state.deletedArns.push(arn)),
    clock,
    ids: testIds(),
    log: recorded.log,
    metrics: recorded.metrics,
  };
  const settings: UpkeepSettings = {
    statusFrequencyMinutes: 30,
    keyRotationMs: DAY_MS,
    keyLifeMs: 30 * DAY_MS,
    backupDays: 14,
    batchSize: 10,
    budgetMs: 180_000,
  };
  return { run: createRunUpkeep(ports, settings), ports, settings, state, clock, recorded, push };
}
