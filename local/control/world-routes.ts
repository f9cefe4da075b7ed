import * as z from 'zod';
import type { WorldClock } from '../world/clock.ts';
import { ANSWER_PATH } from '../world/cloudformation.ts';
import { streamEvents } from './event-stream.ts';
import { checkFault, FAULT_SERVICES } from './fault-words.ts';
import { ControlError, type ControlRoutes, readText, route, routeWithBody } from './http.ts';
import { notificationsOf } from './notifications.ts';

const fault = z.strictObject({
  service: z.enum(FAULT_SERVICES),
  action: z.string().optional(),
  error: z.string().optional(),
  times: z.int().min(1).default(1),
  delayMs: z.int().min(0).max(120_000).optional(),
});
const advance = z.strictObject({
  advanceMs: z
    .int()
    .min(0)
    .max(10 * 365 * 86_400_000),
});

function timeOf(clock: WorldClock) {
  return { now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs() };
}

/** State, faults, time and scheduled work of the world. */
export const WORLD_ROUTES: ControlRoutes = {
  'GET /local/devices/{platform}/{token}/notifications': route(
    'what reached that phone or browser, oldest first: `[{"at","headers","payload"}]`; platform `apns`, `apns-sandbox`, `fcm` or `webpush`',
    ({ world }, call) => notificationsOf(world, call),
    {
      atLeast: 'wait until so many are there',
      timeoutMs: 'wait at most so long (10000; 60000 at most), then answer what there is',
    },
  ),
  'POST /local/faults': routeWithBody(
    `makes the next \`times\` calls of a service fail with \`error\`, or lag by \`delayMs\` without one; services ${FAULT_SERVICES.join(', ')}`,
    fault,
    ({ world }, body) => {
      checkFault(body);
      world.faults.add(body);
      return null;
    },
  ),
  'DELETE /local/faults': route('takes back every fault that was ordered', ({ world }) => {
    world.faults.clear();
    return null;
  }),
  'GET /local/database': route('every stored row, as `{table: [row]}`', ({ world }) =>
    world.aws.database.tables(),
  ),
  'GET /local/logs': route('every log line of the functions, as written', ({ world }) => world.logs.all()),
  'GET /local/calls': route(
    'every call to AWS, Exchange and push services, in order: `[{"at","function","requestId","service","action","ms","outcome"}]`',
    ({ world }) =>
      world.calls.all().map(({ at, function: id, requestId, service, action, ms, outcome }) => ({
        at,
        function: id,
        requestId,
        service,
        action,
        ms,
        outcome,
      })),
  ),
  'GET /local/clock': route('the world\'s clock: `{"now","offsetMs"}`', ({ world }) => timeOf(world.clock)),
  'POST /local/clock': routeWithBody(
    'moves the clock on, for functions, Exchange and schedules alike; answers the new time when what fell due is done',
    advance,
    async ({ world }, { advanceMs }) => {
      await world.clock.advance(advanceMs);
      return timeOf(world.clock);
    },
  ),
  'POST /local/upkeep': route('runs the scheduled work now', async ({ world }) => {
    const outcome = await world.upkeep();
    if (outcome.ok) return { outcome: 'ok' };
    throw new ControlError(
      502,
      `upkeep failed with ${outcome.failure.errorType}; GET /local/logs says more.`,
    );
  }),
  'POST /local/functions/{id}/kill': route(
    'ends the processes of a function, which AWS does at any time; answers how many',
    ({ world }, { value }) => {
      const killed = world.functions.kill(value('id'));
      if (killed !== undefined) return { killed };
      const ids = world.functions.specs.map(({ id }) => id).join(', ');
      throw new ControlError(404, `There is no such function; there are ${ids}.`);
    },
  ),
  'GET /local/events': route(
    'every hop as it happens (server-sent events: `event:` its kind, `data:` JSON of the hop)',
    ({ world }, { response }) => streamEvents(response, world.events),
  ),
  [`PUT ${ANSWER_PATH}{id}`]: route(
    'where custom resources answer CloudFormation',
    async ({ desk }, { value, request, response }) => {
      const accepted = desk.accept(value('id'), await readText(request));
      response.writeHead(accepted ? 200 : 403).end();
    },
  ),
};
