import { randomBytes } from 'node:crypto';
import { MINUTE_MS } from '../lifecycle.ts';
import type { TestWorld } from '../world.ts';
import type { Ledger } from './ledger.ts';
import { MARKS, type People, type Person } from './people.ts';
import type { Random } from './random.ts';

/** What a fault may pull on. */
export interface Scene {
  readonly the: TestWorld;
  readonly people: People;
  readonly ledger: Ledger;
  readonly random: Random;
  /** People whose subscription Exchange itself dropped: only a phone can make them a new one. */
  readonly dropped: Set<Person>;
  /** Whose password was changed, and how many failed sign-ins they had before. */
  readonly changedAt: Map<Person, number>;
  readonly counts: { kills: number; duplicates: number; reordered: number; gaps: number };
}

/** One kind of trouble: what is broken before the mails of a round come, during it, and put right after it. */
export interface Fault {
  readonly name: string;
  /** Mails of this round, where not the usual number. */
  readonly mails?: number;
  before?(scene: Scene): Promise<void> | void;
  /** While callbacks are under way. */
  during?(scene: Scene): Promise<void> | void;
  after?(scene: Scene): Promise<void> | void;
  /** World's time until the next round. Default two minutes. */
  readonly pauseMs?: number;
}

const board = (
  service: 'rds-data' | 'kms' | 'sns' | 'ews',
  error: string,
  times: number,
  more: { action?: string; delayMs?: number } = {},
) => ({
  before: ({ the }: Scene) => the.world.faults.add({ service, error, times, ...more }),
});

/** Every request of some mailboxes fails until the round is over. */
const failing = (word: string, share: number) => {
  let hit: readonly Person[] = [];
  return {
    before({ the, people, random }: Scene) {
      hit = random.sample(people.all, Math.ceil(people.all.length * share));
      for (const { email } of hit) the.world.exchange.failMailbox(email, word);
    },
    after({ the }: Scene) {
      for (const { email } of hit) the.world.exchange.failMailbox(email, undefined);
    },
  };
};

async function kill({ the, counts }: Scene, functionId: string, most: number): Promise<void> {
  const started = Promise.withResolvers<void>();
  const stop = the.world.events.on((event) => {
    if (event.kind === 'call' && event.function === functionId) started.resolve();
  });
  await started.promise;
  stop();
  counts.kills += the.world.functions.kill(functionId, most) ?? 0;
}

/** In the order of the run. */
export const FAULTS: readonly Fault[] = [
  { name: 'nothing' },
  { name: 'database resumes', ...board('rds-data', 'DatabaseResumingException', 40) },
  {
    name: 'a server of Exchange restarts',
    before({ the, people, random, dropped }) {
      for (const person of random.sample(people.all, Math.ceil(people.all.length * 0.1))) {
        the.world.exchange.restart(person.email);
        dropped.add(person);
      }
    },
  },
  { name: 'SNS throttles', ...board('sns', 'Throttled', 60, { action: 'Publish' }) },
  { name: 'functions are killed', during: (scene) => kill(scene, 'callback', 2) },
  {
    name: 'KMS throttles while functions start anew',
    before({ the, counts }) {
      counts.kills += the.world.functions.kill('callback') ?? 0;
      the.world.faults.add({ service: 'kms', error: 'ThrottlingException', times: 5 });
    },
  },
  { name: 'EWS 401', ...failing('401', 0.01), pauseMs: 6 * MINUTE_MS },
  { name: 'EWS 403', ...failing('403', 0.02) },
  { name: 'EWS 500', ...failing('500', 0.2) },
  { name: 'EWS 500 without a SOAP fault', ...failing('500:html', 0.1) },
  { name: 'EWS 503', ...failing('503', 0.1) },
  { name: 'EWS is busy', ...board('ews', 'ErrorServerBusy', 20, { action: 'GetItem' }) },
  { name: 'EWS is slow', ...board('ews', '', 12, { action: 'GetItem', delayMs: 1_500 }) },
  { name: 'EWS cuts connections', ...board('ews', 'reset', 20, { action: 'GetItem' }) },
  {
    name: 'the wrong owner answers',
    before({ the, people, random }) {
      const victim = people.all[random.below(people.all.length)];
      if (victim !== undefined)
        the.world.exchange.modes.wrongOwner = { kind: 'always', victim: victim.email };
    },
    after({ the }) {
      the.world.exchange.modes.wrongOwner = { kind: 'off' };
    },
  },
  {
    name: 'event queues are lost',
    async before({ the, people, random }) {
      for (const { email } of random.sample(people.all, Math.ceil(people.all.length * 0.02)))
        await the.world.exchange.pushError(email, 'ErrorReadEventsFailed');
    },
  },
  {
    name: 'callbacks come twice',
    async after({ the, people, random, counts }) {
      for (const { email } of random.sample(people.all, Math.ceil(people.all.length * 0.02))) {
        await the.world.exchange.repeatCallback(email).catch(() => {
          counts.duplicates -= 1;
        });
        counts.duplicates += 1;
      }
    },
  },
  {
    name: 'callbacks come in reverse',
    before({ the, people, ledger, random, counts }) {
      for (const person of random.sample(people.all, Math.ceil(people.all.length * 0.04))) {
        the.world.exchange.holdCallbacks(person.email);
        for (let n = 0; n < 3; n += 1) ledger.deliver(person);
        counts.reordered += 1;
        the.world.exchange.releaseCallbacks(person.email, 'reverse');
      }
    },
  },
  {
    name: 'Exchange loses events',
    before({ the, people, ledger, random, counts }) {
      for (const person of random.sample(people.all, Math.ceil(people.all.length * 0.01))) {
        the.world.exchange.loseEvents(person.email);
        ledger.deliver(person);
        counts.gaps += 1;
        ledger.deliver(person);
      }
    },
  },
  {
    name: 'passwords are changed',
    before({ the, people, random, changedAt }) {
      for (const person of random.sample(people.all, Math.ceil(people.all.length * 0.01))) {
        changedAt.set(person, the.world.exchange.failedLogons(person.email));
        person.password = `${MARKS.password}-${randomBytes(6).toString('hex')}`;
        the.world.exchange.changePassword(person.email, person.password);
      }
    },
    pauseMs: 6 * MINUTE_MS,
  },
  {
    name: 'mailboxes move',
    before({ the, people, random, dropped }) {
      for (const person of random.sample(people.all, Math.ceil(people.all.length * 0.01))) {
        the.world.exchange.moveMailbox(person.email, 'second');
        dropped.add(person);
      }
    },
  },
  { name: 'SNS fails', ...board('sns', 'InternalError', 60, { action: 'Publish' }) },
  {
    name: 'the database is away',
    mails: 24,
    before: ({ the }) =>
      the.world.faults.add({ service: 'rds-data', error: 'DatabaseNotFoundException', times: 1_000 }),
  },
  {
    name: 'the database is paused for longer than a request waits',
    mails: 8,
    before: ({ the }) =>
      the.world.faults.add({ service: 'rds-data', error: 'DatabaseResumingException', times: 1_000 }),
  },
  { name: 'functions are killed again', during: (scene) => kill(scene, 'callback', 2) },
];
