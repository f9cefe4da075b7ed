import { afterAll, beforeAll } from '@jest/globals';
import { type Answer, type Client, createClient, type Phone } from '../../local/client/client.ts';
import { newPhone } from '../../local/client/new-phone.ts';
import { type SettingChanges, synthesise } from '../../local/synthesise.ts';
import { isObject, type Json, objectAt, textAt } from '../../local/template/json.ts';
import type { Call } from '../../local/world/calls.ts';
import { startWorld, type WorldOptions } from '../../local/world/start-world.ts';
import type { World } from '../../local/world/world.ts';

export const API_TOKEN = 'token-of-this-test';
const START_TIMEOUT_MS = 600_000;
const LONGEST_WAIT_MS = 60_000;
const PASSWORD = 'correct horse';

export interface Notification {
  readonly at: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Json;
}

export interface RegisteredPhone {
  readonly phone: Phone;
  readonly answer: Answer;
  readonly registrationId: string;
}

/** One running world, with the words that tests of the whole service are written in. */
export interface TestWorld {
  readonly world: World;
  /** Folder of the synthesised stacks that run here. */
  readonly assembly: string;
  readonly client: Client;
  /** A mailbox nobody else uses. */
  newMailbox(name?: string): { readonly email: string; readonly password: string; readonly ewsUrl: string };
  /** A phone for a new mailbox, or with `of` for an existing one; registered unless told otherwise. */
  registerPhone(phone?: Partial<Phone>, of?: ReturnType<TestWorld['newMailbox']>): Promise<RegisteredPhone>;
  /** Delivers a mail and resolves when Exchange has its answer for every callback it sent. */
  deliverMail(email: string, mail?: { subject?: string; name?: string; address?: string }): Promise<string>;
  /** Everything that reached a phone, as soon as it is `count` notifications. Rejects after a minute. */
  waitForNotifications(phone: Phone, count: number): Promise<readonly Notification[]>;
  notifications(phone: Phone): readonly Notification[];
  /** What the functions called while `work` ran, once Exchange is at rest. */
  callsDuring(work: () => Promise<unknown>): Promise<readonly Call[]>;
  /** Everything the world shows of what was stored and written, as text to search in. */
  everythingWritten(): Promise<string>;
  /** One of the control paths, as people use it. */
  control(
    method: string,
    path: string,
    body?: Json,
  ): Promise<{ readonly status: number; readonly body: Json }>;
  rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Starts one world for the tests of a file and ends it after them. `settings` go over those of the local stage. */
export function useWorld({
  settings,
  ...options
}: Partial<WorldOptions> & { readonly settings?: SettingChanges } = {}): () => TestWorld {
  let running: World | undefined;
  let assembly = '';
  beforeAll(async () => {
    assembly = await synthesise(settings);
    running = await startWorld({ assembly, port: 0, apiToken: API_TOKEN, ...options });
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await running?.close();
  });
  let wrapped: TestWorld | undefined;
  return () => {
    if (running === undefined) throw new Error('the world is not running: call this inside a test');
    wrapped ??= wrap(running, assembly);
    return wrapped;
  };
}

function wrap(world: World, assembly: string): TestWorld {
  const client = createClient(world.origin, API_TOKEN);
  let mailboxes = 0;

  const newMailbox = (name = 'user') => {
    mailboxes += 1;
    const email = `${name}${mailboxes}@example.com`;
    world.exchange.mailboxes.create({ email, password: PASSWORD });
    return { email, password: PASSWORD, ewsUrl: world.exchange.ewsUrl(email) };
  };

  const notifications = ({ platform, token }: Phone): readonly Notification[] =>
    world.aws.phones
      .all()
      .filter((delivery) => delivery.platform === platform && delivery.token === token)
      .map(({ at, headers, payload }) => ({ at, headers, payload: jsonOf(payload) }));

  async function control(method: string, path: string, body?: Json) {
    const response = await fetch(`${world.origin}${path}`, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: Json = text === '' ? null : JSON.parse(text);
    return { status: response.status, body: parsed };
  }

  return {
    world,
    assembly,
    client,
    newMailbox,
    async registerPhone(changes = {}, mailbox = newMailbox()) {
      const phone = { ...newPhone(mailbox), ...changes };
      const answer = await client.register(phone);
      const id = isObject(answer.body) ? answer.body.registrationId : undefined;
      if (typeof id !== 'string') {
        throw new Error(`register answered ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      return { phone, answer, registrationId: id };
    },
    async deliverMail(email, { subject = 'Hello', name = 'Bob', address = 'bob@example.com' } = {}) {
      const { itemId } = world.exchange.mailboxes.deliver(email, { from: { name, address }, subject });
      await world.exchange.idle();
      return itemId;
    },
    async waitForNotifications(phone, count) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(
        () => reject(new Error(`${notifications(phone).length} of ${count} notifications came`)),
        LONGEST_WAIT_MS,
      );
      const look = () => {
        if (notifications(phone).length >= count) resolve();
      };
      const stop = world.aws.phones.onDelivered(look);
      look();
      try {
        await promise;
      } finally {
        clearTimeout(timer);
        stop();
      }
      return notifications(phone);
    },
    notifications,
    async callsDuring(work) {
      const before = world.calls.all().length;
      await work();
      await world.exchange.idle();
      return world.calls.all().slice(before);
    },
    async everythingWritten() {
      return JSON.stringify([await world.aws.database.tables(), world.logs.all(), world.calls.all()]);
    },
    control,
    rows: async (table) => (await world.aws.database.tables())[table] ?? [],
  };
}

function jsonOf(value: unknown): Json {
  const plain: Json = JSON.parse(JSON.stringify(value));
  return plain;
}

/** A member deep inside JSON: `at(payload, 'aps', 'alert', 'title')`. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** The `code` of a problem document. */
export function codeOf(answer: Answer): string {
  return textAt(objectAt(answer.body, 'problem').code, 'code');
}
