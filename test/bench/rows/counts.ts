import type { Call } from '../../../local/world/calls.ts';
import type { Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';

/** What a warm callback and a heartbeat call, as the local world counted it. */
export async function measureCounts(bench: BenchWorld): Promise<readonly Row[]> {
  const { world } = bench;
  const email = await bench.register();
  // The first mail fetches the private key; the second finds it in memory.
  await bench.deliver(email);
  await bench.deliver(email);
  const mail = await callsDuring(bench, () => bench.deliver(email));
  const atBrowser = await bench.register(world.pushService.newBrowser());
  await bench.deliver(atBrowser);
  const webPush = await callsDuring(bench, () => bench.deliver(atBrowser));
  const heartbeat = await callsDuring(bench, () => world.exchange.heartbeat(email));
  return [
    {
      what: 'warm callback, one new mail (Basic, UnreadCount in the request), one device',
      target: '1 Data API statement, 0 KMS calls, 1 EWS call, 1 SNS publish',
      measured: sentence(mail),
      met: isDeepEqual(tally(mail), {
        'rds-data ExecuteStatement': 1,
        'ews GetItem': 1,
        'sns Publish': 1,
      }),
      details: [],
    },
    {
      what: 'warm web push, one new mail, one browser',
      target: '1 Data API statement, 0 KMS calls, 1 EWS call, 1 POST to the push service',
      measured: sentence(webPush),
      met: isDeepEqual(tally(webPush), {
        'rds-data ExecuteStatement': 1,
        'ews GetItem': 1,
        'webpush Push': 1,
      }),
      details: [],
    },
    {
      what: 'heartbeat',
      target: '1 Data API statement and nothing else',
      measured: sentence(heartbeat),
      met: isDeepEqual(tally(heartbeat), { 'rds-data ExecuteStatement': 1 }),
      details: [],
    },
  ];
}

/** Calls of the callback function while `work` runs and Exchange comes to rest. */
export async function callsDuring(
  { world }: BenchWorld,
  work: () => Promise<unknown>,
): Promise<readonly Call[]> {
  const before = world.calls.all().length;
  await work();
  await world.exchange.idle();
  return world.calls
    .all()
    .slice(before)
    .filter((call) => call.function === 'callback');
}

/** `{"sns Publish": 1}` */
export function tally(calls: readonly Call[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { service, action } of calls) {
    const name = `${service} ${action}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function sentence(calls: readonly Call[]): string {
  const counted = Object.entries(tally(calls)).map(([name, count]) => `${count} × ${name}`);
  return counted.length === 0 ? 'no call' : counted.join(', ');
}

function isDeepEqual(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}
