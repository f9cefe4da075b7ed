import type { BenchOptions, Row } from '../row.ts';
import { startBenchWorld } from '../support/bench-world.ts';
import { rounded } from '../support/statistics.ts';

const CALLBACKS = 2_000;
const PROCESSES = 4;
const REGISTRATIONS_AT_ONCE = 8;

/**
 * One mail for each of as many mailboxes, in one moment: Exchange sends one callback at a time for each
 * subscription. What is not answered 200 it repeats as documented, on the world's clock, until nothing is left.
 */
export async function measureBurst(options: BenchOptions): Promise<Row> {
  const bench = await startBenchWorld(PROCESSES);
  const { world } = bench;
  const callbacks = options.quick ? CALLBACKS / 10 : CALLBACKS;
  try {
    options.progress(`registering ${callbacks} mailboxes`);
    const emails: string[] = [];
    while (emails.length < callbacks) {
      const batch = Array.from({ length: REGISTRATIONS_AT_ONCE }, () => bench.register());
      emails.push(...(await Promise.all(batch)));
    }
    const attempts: string[] = [];
    world.exchange.events.on('callback', ({ outcome }) => void attempts.push(outcome));
    options.progress(`${callbacks} callbacks at once`);
    const started = performance.now();
    const from = { name: 'Bob Builder', address: 'bob@example.com' };
    const mails = emails.map((email) => world.exchange.mailboxes.deliver(email, { from, subject: 'Hello' }));
    await world.exchange.idle();
    for (let minute = 0; minute < 30 && retrying(world) > 0; minute += 1) {
      await world.clock.advance(60_000);
      await world.exchange.idle();
    }
    const ms = performance.now() - started;
    const announced = JSON.stringify(world.aws.phones.all());
    const lost = mails.filter(({ itemId }) => !announced.includes(itemId)).length;
    const ended = world.exchange.subscriptions().filter(({ state }) => state === 'ended').length;
    const repeated = attempts.filter((outcome) => outcome === 'will-retry').length;
    return {
      what: `burst: ${callbacks} callbacks at once`,
      target: 'none lost, no subscription lost',
      measured: `${lost} mails lost, ${ended} subscriptions lost`,
      met: lost === 0 && ended === 0,
      details: [
        `one mail in each of ${mails.length} mailboxes; ${attempts.length} callbacks sent, ${repeated} of them to be repeated; all answered after ${rounded(ms / 1_000)} s by ${PROCESSES} processes`,
      ],
    };
  } finally {
    await bench.close();
  }
}

function retrying(world: Awaited<ReturnType<typeof startBenchWorld>>['world']): number {
  return world.exchange.subscriptions().filter(({ state, queued }) => state === 'retrying' || queued > 0)
    .length;
}
