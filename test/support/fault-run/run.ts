import { HOUR_MS, later, MINUTE_MS } from '../lifecycle.ts';
import type { TestWorld } from '../world.ts';
import { FAULTS, type Scene } from './faults.ts';
import { type Accounts, createLedger } from './ledger.ts';
import { createPeople, MARKS } from './people.ts';
import { seeded } from './random.ts';

export interface FaultRunOptions {
  readonly seed: number;
  readonly mailboxes: number;
  readonly mails: number;
  /** Callbacks of the burst; their mails count among `mails`. */
  readonly burst: number;
  /** Says what has been played, as it goes. */
  readonly trace: boolean;
}

export interface FaultRunReport extends Accounts {
  readonly mailboxes: number;
  readonly phones: number;
  readonly burst: { readonly callbacks: number; readonly answeredAtOnce: number; readonly ms: number };
  readonly counts: Scene['counts'];
  /** Mailboxes whose one subscription counts, here and at Exchange, at the end. */
  readonly subscribed: number;
  /** Mailboxes that had to be registered again although Exchange had not dropped them and the password was good. */
  readonly lostWithoutNeed: number;
  /** Subscriptions on which Exchange gave up. */
  readonly gaveUp: number;
  /** Failed sign-ins of one person after the password was changed. */
  readonly failedLogonsMost: number;
  readonly leaks: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** Plays a bad day: everybody registers, every fault has its round, everything is put right, and is counted. */
export async function runFaults(the: TestWorld, options: FaultRunOptions): Promise<FaultRunReport> {
  const { world } = the;
  const random = seeded(options.seed);
  const people = createPeople(the, options.mailboxes);
  const ledger = createLedger(the);
  const counts = { kills: 0, duplicates: 0, reordered: 0, gaps: 0 };
  const scene: Scene = { the, people, ledger, random, dropped: new Set(), changedAt: new Map(), counts };
  const seconds: Record<string, number> = {};
  let gaveUp = 0;
  world.exchange.events.on('ended', ({ reason }) => {
    if (reason === 'gave-up') gaveUp += 1;
  });
  async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    await work();
    seconds[name] = Math.round((performance.now() - startedAt) / 100) / 10;
    if (options.trace) process.stdout.write(`${seconds[name]} s: ${name}\n`);
  }
  async function appsReact(): Promise<void> {
    people.look();
    await people.register();
  }

  await timed('everybody registers', async () => {
    await people.register();
    // A heartbeat ends what a second phone of a mailbox has superseded; a mail before it would be told by both.
    await later(the, 31 * MINUTE_MS);
  });

  // Some rounds deliver mails of their own; the last one takes what is left.
  const perRound = Math.floor(((options.mails - options.burst) * 0.85) / FAULTS.length);
  for (const [round, fault] of FAULTS.entries()) {
    await timed(fault.name, async () => {
      await fault.before?.(scene);
      const isLast = round === FAULTS.length - 1;
      const rest = options.mails - options.burst - ledger.count;
      const mails = isLast ? rest : (fault.mails ?? Math.min(rest, perRound));
      const during = fault.during?.(scene);
      for (let n = 0; n < mails; n += 1) {
        const person = people.all[random.below(people.all.length)];
        if (person !== undefined) ledger.deliver(person);
      }
      await during;
      await world.exchange.idle();
      await fault.after?.(scene);
      world.faults.clear();
      await later(the, fault.pauseMs ?? 2 * MINUTE_MS);
      await appsReact();
    });
  }

  await timed('everything is put right', async () => {
    // Two heartbeats without a word are proof that Exchange forgot; then the phones are woken, and once more.
    for (let n = 0; n < 3; n += 1) {
      await later(the, HOUR_MS / 2);
      await appsReact();
    }
    await later(the, 10 * MINUTE_MS);
    await appsReact();
  });

  const burst = { callbacks: 0, answeredAtOnce: 0, ms: 0 };
  await timed('burst', async () => {
    const each = Math.floor(options.burst / people.all.length);
    for (const person of people.all) {
      world.exchange.holdCallbacks(person.email);
      for (let n = 0; n < each; n += 1) ledger.deliver(person);
    }
    const count = ({ outcome }: { readonly outcome: string }) => {
      burst.callbacks += 1;
      if (outcome !== 'will-retry' && outcome !== 'gave-up') burst.answeredAtOnce += 1;
    };
    world.exchange.events.on('callback', count);
    const startedAt = performance.now();
    // Each subscription sends one at a time, as Exchange does; all subscriptions send side by side.
    for (const person of people.all) world.exchange.releaseCallbacks(person.email);
    await world.exchange.idle();
    burst.ms = Math.round(performance.now() - startedAt);
    world.exchange.events.off('callback', count);
    await later(the, 2 * MINUTE_MS);
    await appsReact();
  });

  const rows = await the.rows('subscriptions');
  const active = rows.filter((row) => row.state === 'active').map((row) => row.mailbox_id);
  const watched = people.all.filter(
    ({ email }) => world.exchange.subscriptions(email).filter(({ state }) => state === 'active').length === 1,
  );
  const leaks = await findLeaks(the);
  const wokenFor = people.all.filter((person) =>
    person.phones.some(({ token }) =>
      world.aws.phones
        .notifications('apns', token)
        .some(({ payload }) => JSON.stringify(payload).includes('"wake"')),
    ),
  );
  return {
    ...ledger.settle(people),
    mailboxes: people.all.length,
    phones: people.phones.length,
    burst,
    counts,
    subscribed: Math.min(new Set(active).size, active.length, watched.length),
    lostWithoutNeed: wokenFor.filter((person) => !scene.dropped.has(person)).length,
    gaveUp,
    failedLogonsMost: Math.max(
      ...[...scene.changedAt].map(([{ email }, before]) => world.exchange.failedLogons(email) - before),
    ),
    leaks,
    seconds,
  };
}

/** Which marks stand in a log line or a stored row; tokens, addresses, passwords and mails all carry one. */
async function findLeaks(the: TestWorld): Promise<readonly string[]> {
  const logs = the.world.logs.all().map(({ line }) => line);
  const rows = JSON.stringify(await the.world.aws.database.tables());
  return Object.entries(MARKS).flatMap(([name, mark]) =>
    rows.includes(mark) || logs.some((line) => line.includes(mark)) ? [name] : [],
  );
}
