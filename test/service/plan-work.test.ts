import { expect, test } from '@jest/globals';
import { OVERHEAD_PER_LINE_BYTES } from '../../bin/ens/plan/prices.ts';
import { KINDS, type Kind, WORK, type Work } from '../../bin/ens/plan/work.ts';
import { type RegisteredPhone, useWorld } from '../support/world.ts';

const world = useWorld();

/** What happened while `work` ran, in the words of the plan. */
async function counted(work: () => Promise<unknown>): Promise<Partial<Work>> {
  const before = world().world.logs.all().length;
  const calls = await world().callsDuring(work);
  const lines = world().world.logs.all().slice(before);
  const count = (service: string, action?: string) =>
    calls.filter((call) => call.service === service && (action === undefined || call.action === action))
      .length;
  const pushes = count('sns', 'Publish');
  return {
    requests: lines.filter(({ line }) => line.includes('"routeKey"')).length,
    statements: count('rds-data'),
    ews: count('ews'),
    snsCalls: count('sns') - pushes,
    pushesEachDevice: pushes === 1,
    logBytes: lines.reduce((sum, { line }) => sum + Buffer.byteLength(line) + OVERHEAD_PER_LINE_BYTES, 0),
  };
}

/** Every kind of request, in an order in which each is warm. */
function requestsOf({
  phone,
  registrationId,
}: RegisteredPhone): Readonly<Record<Kind, () => Promise<unknown>>> {
  const { exchange } = world().world;
  let itemId = '';
  return {
    mail: async () => {
      itemId = await world().deliverMail(phone.email);
    },
    read: async () => exchange.mailboxes.setRead(phone.email, itemId, true),
    move: async () => exchange.mailboxes.move(phone.email, itemId, 'archive'),
    heartbeat: () => exchange.heartbeat(phone.email),
    renewal: () => world().client.register(phone),
    'check-in': () => world().client.checkIn(registrationId),
  };
}

test('the plan counts what the local world counts, for every kind of request', async () => {
  const registered = await world().registerPhone();
  const warmUp = await world().deliverMail(registered.phone.email);
  world().world.exchange.mailboxes.setRead(registered.phone.email, warmUp, true);
  await world().world.exchange.idle();
  await world().client.checkIn(registered.registrationId);
  const requests = requestsOf(registered);
  for (const kind of KINDS) {
    const seen = await counted(requests[kind]);
    const { cpuMs, memoryMegabytes, logBytes, ...planned } = WORK[kind];
    expect({ kind, ...seen, logBytes: 0 }).toEqual({ kind, ...planned, logBytes: 0 });
    expect(seen.logBytes).toBeLessThanOrEqual(Number(logBytes));
    expect(seen.logBytes).toBeGreaterThan(0.8 * Number(logBytes));
    const functionId = kind === 'renewal' || kind === 'check-in' ? 'register' : 'callback';
    const spec = world().world.functions.specs.find(({ id }) => id === functionId);
    expect([kind, memoryMegabytes]).toEqual([kind, spec?.memoryMb]);
    expect(cpuMs).toBeGreaterThan(0);
  }
});
