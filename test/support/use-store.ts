import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { createCallbackStore } from '#adapters/data-api/callbacks.ts';
import type { Database } from '#adapters/data-api/database.ts';
import { createRegistrationStore } from '#adapters/data-api/registrations.ts';
import type { SubscriptionId } from '#domain/model/ids.ts';
import type { SubscriptionView } from '#domain/model/subscription.ts';
import type {
  CallbackAftermath,
  CallbackStore,
  RegistrationBegun,
  RegistrationRequest,
  RegistrationStore,
  Sighting,
} from '#domain/ports/store.ts';
import { type OpenStore, startStore, type TestStore } from './data-api.ts';
import { insertKeyPair } from './key-pair-rows.ts';
import { MINUTE, NOW, type RequestOptions, registrationRequest, sighting } from './registration-requests.ts';

export interface Registered extends RegistrationBegun {
  /** Of the subscription that came with it. */
  readonly id: SubscriptionId;
  readonly request: RegistrationRequest;
}

/** The words that tests of the store are written in; usable inside tests. */
export interface StoreWords {
  readonly store: OpenStore;
  readonly registrations: RegistrationStore;
  readonly callbacks: CallbackStore;
  /** The first half of a registration, up to the moment when Exchange is asked. */
  begin(options?: RequestOptions): Promise<Registered>;
  /** The second half, with watermark `w0`. */
  activate(begun: Registered, now?: number): Promise<void>;
  /** Both halves; the second where the store wants the subscription. */
  register(options?: RequestOptions): Promise<Registered>;
  /** A callback of that subscription, a minute after the registration unless told otherwise. */
  see(id: SubscriptionId, rest?: Partial<Sighting>): Promise<SubscriptionView | undefined>;
  record(id: SubscriptionId, rest: Partial<CallbackAftermath>): Promise<void>;
  /** Its whole row. */
  subscriptionRow(id: SubscriptionId): Promise<Record<string, unknown> | undefined>;
  /** Ids and states of all, the oldest first. */
  states(): Promise<Record<string, unknown>[]>;
  /** Ids of all. */
  devices(): Promise<unknown[]>;
}

/** What `begin` answered, where it has to: the challenge of the registration is good. */
export function hasBegun<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error('the challenge of this registration is spent');
  return answer;
}

/** Starts one PostgreSQL for the tests of a file; each of them finds one key pair in it and nothing else. */
export function useStore(): StoreWords {
  let started: TestStore | undefined;
  beforeAll(async () => {
    started = await startStore();
  });
  beforeEach(async () => {
    await store.clear();
    await insertKeyPair(store);
  });
  afterAll(() => started?.close());

  function running(): TestStore {
    if (started === undefined) throw new Error('the store is not running: use it inside a test');
    return started;
  }

  const database: Database = { run: (sql, parameters) => running().database.run(sql, parameters) };
  const store: OpenStore = {
    get world() {
      return running().world;
    },
    database,
    rows: (sql, parameters) => running().rows(sql, parameters),
    clear: () => running().clear(),
  };
  const registrations = createRegistrationStore(database);
  const callbacks = createCallbackStore(database);

  async function begin(options: RequestOptions = {}): Promise<Registered> {
    const request = registrationRequest(options);
    return { ...hasBegun(await registrations.begin(request)), id: request.subscription.id, request };
  }

  async function activate(registered: Registered, now = registered.request.now): Promise<void> {
    const { id: subscriptionId, mailboxId, registrationId, wantedEvents } = registered;
    await registrations.activate({
      now,
      subscriptionId,
      mailboxId,
      registrationId,
      watermark: 'w0',
      wantedEvents,
    });
  }

  return {
    store,
    registrations,
    callbacks,
    begin,
    activate,
    async register(options) {
      const registered = await begin(options);
      if (registered.subscribe) await activate(registered);
      return registered;
    },
    see: (id, rest) => callbacks.see({ ...sighting(id), now: NOW + MINUTE, ...rest }),
    record: (id, rest) => callbacks.record({ subscriptionId: id, now: NOW + MINUTE, ...rest }),
    subscriptionRow: async (id) => (await store.rows('SELECT * FROM subscriptions WHERE id = $1', [id]))[0],
    states: () => store.rows('SELECT id, state FROM subscriptions ORDER BY created_at, id'),
    devices: async () => (await store.rows('SELECT id FROM devices')).map(({ id }) => id),
  };
}
