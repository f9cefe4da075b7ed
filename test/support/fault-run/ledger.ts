import { isObject, type Json, objectAt } from '../../../local/template/json.ts';
import { at, type TestWorld } from '../world.ts';
import { type AppPhone, kindOf, MARKS, type People, type Person } from './people.ts';

interface Mail {
  readonly itemId: string;
  readonly at: number;
}

export interface Accounts {
  readonly mails: number;
  /** Mails times the phones of their mailbox. */
  readonly owed: number;
  /** Announced by a notification that names the item. */
  readonly named: number;
  /** Covered by a "New message" that names none. */
  readonly neutral: number;
  /** Neither, but the phone was woken afterwards and its app has synchronised. */
  readonly woken: number;
  readonly missed: number;
  readonly secondAlerts: number;
  readonly wrongPhone: number;
}

/** Who was sent what, against what reached whom. */
export interface Ledger {
  deliver(person: Person): void;
  readonly count: number;
  settle(people: People): Accounts;
}

export function createLedger(the: TestWorld): Ledger {
  const mails = new Map<Person, Mail[]>();
  const ownerOf = new Map<string, Person>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    deliver(person) {
      count += 1;
      const subject = `${MARKS.subject} ${person.index}:${count}`;
      const from = { name: `${MARKS.sender} ${person.index}`, address: `x${MARKS.domain}` };
      const { itemId } = the.world.exchange.mailboxes.deliver(person.email, { subject, from });
      mails.set(person, [...(mails.get(person) ?? []), { itemId, at: the.world.clock.now() }]);
      ownerOf.set(itemId, person);
    },
    settle(people) {
      const sum = { owed: 0, named: 0, neutral: 0, woken: 0, missed: 0, secondAlerts: 0, wrongPhone: 0 };
      for (const phone of people.phones) {
        const account = settlePhone(the, phone, mails.get(phone.owner) ?? [], ownerOf);
        sum.owed += account.owed;
        sum.named += account.named;
        sum.neutral += account.neutral;
        sum.woken += account.woken;
        sum.missed += account.missed;
        sum.secondAlerts += account.secondAlerts;
        sum.wrongPhone += account.wrongPhone;
      }
      return { mails: count, ...sum };
    },
  };
}

function settlePhone(
  the: TestWorld,
  phone: AppPhone,
  mails: readonly Mail[],
  ownerOf: ReadonlyMap<string, Person>,
) {
  const received = the.world.aws.phones.notifications('apns', phone.token).map((push) => ({
    at: Date.parse(push.at),
    kind: kindOf(push.payload),
    payload: objectAt(JSON.parse(JSON.stringify(push.payload)), 'payload'),
  }));
  const alerts = received.filter(({ kind }) => kind === 'new-mail');
  const itemOf = (payload: Json) => at(payload, 'ens', 'item');
  const named = new Set(alerts.map(({ payload }) => itemOf(payload)).filter((item) => item !== undefined));
  const unnamed = mails.filter(({ itemId }) => !named.has(itemId));
  let open = unnamed;
  let secondAlerts = alerts.filter(({ payload }) => itemOf(payload) !== undefined).length - named.size;
  for (const { at: seenAt } of alerts.filter(({ payload }) => itemOf(payload) === undefined)) {
    const left = open.filter((mail) => mail.at > seenAt);
    // A "New message" while nothing is new tells of some mail a second time.
    if (left.length === open.length) secondAlerts += 1;
    open = left;
  }
  const neutral = unnamed.length - open.length;
  const calls = received.filter(({ kind }) => kind === 'wake' || kind === 'sign-in').map((push) => push.at);
  const missed = open.filter((mail) => !wasWokenAfter(mail, calls, phone.registeredAt));
  return {
    owed: mails.length,
    named: mails.length - unnamed.length,
    neutral,
    woken: open.length - missed.length,
    missed: missed.length,
    secondAlerts,
    wrongPhone: received.filter(({ payload }) => isForSomebodyElse(phone, payload, ownerOf)).length,
  };
}

/** Woken after the mail came, or woken before and registered after: either way its app has fetched it. */
function wasWokenAfter(mail: Mail, calls: readonly number[], registeredAt: readonly number[]): boolean {
  return (
    calls.some((call) => call >= mail.at) ||
    registeredAt
      .slice(1)
      .some((registered) => registered >= mail.at && calls.some((call) => call <= registered))
  );
}

function isForSomebodyElse(phone: AppPhone, payload: Json, ownerOf: ReadonlyMap<string, Person>): boolean {
  const ens = isObject(payload) ? payload.ens : undefined;
  const item = at(ens, 'item');
  const owner = typeof item === 'string' ? ownerOf.get(item) : phone.owner;
  const shown = JSON.stringify(payload).match(new RegExp(`(?:${MARKS.subject}|${MARKS.sender}) (\\d+)`, 'g'));
  const others = (shown ?? []).filter((text) => !text.endsWith(` ${phone.owner.index}`));
  const isOwn = phone.registrationIds.has(String(at(ens, 'mailbox')));
  return owner !== phone.owner || !isOwn || others.length > 0;
}
