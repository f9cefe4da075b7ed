import { FIREFOX, launchFirefox } from '../../support/firefox.ts';
import type { BenchOptions, Row } from '../row.ts';
import { BENCH_PASSWORD, BENCH_TOKEN, type BenchWorld } from '../support/bench-world.ts';
import { median, spread } from '../support/statistics.ts';

const WHAT = 'from a mail in the simulated Exchange to the push at APNs, and to the notification in Firefox';

/** Wall time of the whole way, for a phone and for a real browser, in turn. No target: it tells what people see. */
export async function measureArrival(bench: BenchWorld, options: BenchOptions): Promise<Row> {
  const { world } = bench;
  const phone = await bench.register();
  const rounds = options.quick ? 3 : 15;
  const atApns = () => timed(bench, phone, (arrived) => world.aws.phones.onDelivered(arrived));
  if (FIREFOX === undefined) return row(await repeat(rounds, atApns), []);
  const firefox = await launchFirefox(world.origin);
  try {
    const page = await firefox.newPage();
    const email = world.exchange.mailboxes.create({
      email: 'firefox@example.com',
      password: BENCH_PASSWORD,
    }).email;
    await page.goto(`${world.origin}/app#token=${BENCH_TOKEN}`);
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=password]').fill(BENCH_PASSWORD);
    await page.locator('input[name=ewsUrl]').fill(world.exchange.ewsUrl(email));
    await page.locator('button::-p-text(Turn on notifications)').click();
    await page.waitForFunction(`document.body.textContent.includes('Notifications are on')`);
    const atFirefox = () => timed(bench, email, (arrived) => world.pushService.onAck(arrived));
    await atApns();
    await atFirefox();
    return row(await repeat(rounds, atApns), await repeat(rounds, atFirefox));
  } finally {
    await firefox.close();
  }
}

function row(apns: readonly number[], firefox: readonly number[]): Row {
  const shown = firefox.length === 0 ? 'no Firefox installed' : `Firefox ${median(firefox).toFixed(0)} ms`;
  return {
    what: WHAT,
    target: 'none',
    measured: `APNs ${median(apns).toFixed(0)} ms, ${shown}`,
    met: undefined,
    details: [`APNs ${spread(apns)}`, firefox.length === 0 ? shown : `Firefox ${spread(firefox)}`],
  };
}

/** Milliseconds from the delivery of one mail until `watch` reports its arrival. */
async function timed(
  bench: BenchWorld,
  email: string,
  watch: (arrived: () => void) => () => void,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const startedAt = performance.now();
  const stop = watch(() => resolve(performance.now() - startedAt));
  const delivering = bench.deliver(email);
  const ms = await promise;
  stop();
  await delivering;
  return ms;
}

async function repeat(rounds: number, measure: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) values.push(await measure());
  return values;
}
