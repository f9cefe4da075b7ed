import { randomBytes, randomUUID } from 'node:crypto';
import { isObject, objectAt, textAt } from '../../../local/template/json.ts';
import { at, type TestWorld } from '../world.ts';

/** Every secret of the run carries one of these, so that one search finds any of them. */
export const MARKS = {
  password: 'geheim-0d8c',
  subject: 'betreff-5b1e',
  sender: 'absender-77aa',
  domain: '@faultrun.example',
  token: 'feedfacecafe',
} as const;

/** One person's mailbox, with the phones that read it. */
export interface Person {
  readonly index: number;
  readonly email: string;
  password: string;
  readonly phones: AppPhone[];
}

/** The app on one phone: it registers again when it is woken, and asks its user when it is told to. */
export interface AppPhone {
  readonly owner: Person;
  readonly token: string;
  readonly deviceId: string;
  /** Every id that it was given: a mailbox that moved to another server gets a new one. */
  readonly registrationIds: Set<string>;
  /** When it registered, epoch ms of the world: from then on its app has synchronised. */
  readonly registeredAt: number[];
  /** How many of its notifications it has looked at. */
  looked: number;
  wantsToRegister: boolean;
}

const PARALLEL = 12;

export interface People {
  readonly all: readonly Person[];
  readonly phones: readonly AppPhone[];
  /** Registers everybody who has to; whoever fails tries again at the next call. */
  register(): Promise<{ readonly registered: number; readonly refused: number }>;
  /** The apps look at what reached them since last time. */
  look(): void;
}

/** `count` people, every tenth with a second phone. */
export function createPeople(the: TestWorld, count: number): People {
  const all = Array.from({ length: count }, (_, index): Person => {
    const email = `u${index}${MARKS.domain}`;
    const password = `${MARKS.password}-${randomBytes(6).toString('hex')}`;
    the.world.exchange.mailboxes.create({ email, password });
    const person: Person = { index, email, password, phones: [] };
    const phones = index % 10 === 0 ? 2 : 1;
    for (let n = 0; n < phones; n += 1) person.phones.push(newPhone(person));
    return person;
  });
  const phones = all.flatMap((person) => person.phones);

  async function registerOne(phone: AppPhone): Promise<boolean> {
    const { email, password } = phone.owner;
    const credentials = await the.client.seal(
      { email, auth: { type: 'basic', username: email, password } },
      { deviceId: phone.deviceId, platform: 'apns', token: phone.token },
    );
    const answer = await the.client.call('POST', '/register', {
      device: { id: phone.deviceId, platform: 'apns', token: phone.token },
      mailbox: { ewsUrl: the.world.exchange.ewsUrl(email) },
      credentials,
      preferences: { content: 'subject-and-sender', badge: phone.owner.index % 2 === 0, sound: true },
    });
    const id = at(answer.body, 'registrationId');
    if (typeof id !== 'string') return false;
    phone.registrationIds.add(id);
    phone.registeredAt.push(the.world.clock.now());
    phone.wantsToRegister = false;
    return true;
  }

  return {
    all,
    phones,
    async register() {
      const waiting = phones.filter((phone) => phone.wantsToRegister);
      const outcomes = await inParallel(waiting, PARALLEL, registerOne);
      const registered = outcomes.filter((done) => done).length;
      return { registered, refused: outcomes.length - registered };
    },
    look() {
      for (const phone of phones) {
        const received = the.world.aws.phones.notifications('apns', phone.token);
        const kinds = received.slice(phone.looked).map(({ payload }) => kindOf(payload));
        phone.looked = received.length;
        if (kinds.includes('wake') || kinds.includes('sign-in')) phone.wantsToRegister = true;
      }
    },
  };
}

export function kindOf(payload: unknown): string {
  const { ens } = objectAt(JSON.parse(JSON.stringify(payload)), 'payload');
  return isObject(ens) ? textAt(ens.type, 'ens.type') : '';
}

/** At most `width` at a time; resolves with all results in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const queue = [...items.entries()];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        results.set(next[0], await work(next[1]));
    }),
  );
  return [...results.entries()].sort(([a], [b]) => a - b).map(([, result]) => result);
}

function newPhone(owner: Person): AppPhone {
  const token = `${MARKS.token}${randomBytes(26).toString('hex')}`;
  return {
    owner,
    token,
    deviceId: randomUUID(),
    registrationIds: new Set(),
    registeredAt: [],
    looked: 0,
    wantsToRegister: true,
  };
}
