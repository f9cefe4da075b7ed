import * as z from 'zod';
import { ANSWER_PATH, type AnswerDesk } from '../world/cloudformation.ts';
import type { World } from '../world/world.ts';
import { streamEvents } from './event-stream.ts';
import { ControlError, type ControlRoutes, readText } from './http.ts';
import { index } from './links.ts';
import { notificationsOf } from './notifications.ts';

const fault = z.strictObject({
  service: z.enum(['sns', 'kms', 'rds-data', 'secretsmanager', 'ssm', 'ews', 'iam', 'cloudwatch']),
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

/** State, faults, time and scheduled work of the world. */
export function worldRoutes(world: World, desk: AnswerDesk): ControlRoutes {
  const { clock, calls, faults, logs, functions, aws } = world;
  const time = () => ({ now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs() });
  return {
    'GET /local': ({ response }) => index(response, world),
    'GET /local/devices/{platform}/{token}/notifications': (call) => notificationsOf(world, call),
    'POST /local/faults': async ({ body }) => {
      faults.add(await body(fault));
      return null;
    },
    'DELETE /local/faults': () => {
      faults.clear();
      return null;
    },
    'GET /local/database': () => aws.database.tables(),
    'GET /local/logs': () => logs.all(),
    'GET /local/calls': () =>
      calls.all().map(({ at, function: id, requestId, service, action, ms, outcome }) => ({
        at,
        function: id,
        requestId,
        service,
        action,
        ms,
        outcome,
      })),
    'GET /local/clock': time,
    'POST /local/clock': async ({ body }) => {
      await clock.advance((await body(advance)).advanceMs);
      return time();
    },
    'POST /local/upkeep': async () => {
      const outcome = await world.upkeep();
      if (outcome.ok) return { outcome: 'ok' };
      throw new ControlError(
        502,
        `upkeep failed with ${outcome.failure.errorType}; GET /local/logs says more.`,
      );
    },
    'POST /local/functions/{id}/kill': ({ value }) => {
      const killed = functions.kill(value('id'));
      if (killed !== undefined) return { killed };
      const ids = functions.specs.map(({ id }) => id).join(', ');
      throw new ControlError(404, `There is no such function; there are ${ids}.`);
    },
    'GET /local/events': ({ response }) => streamEvents(response, world.events),
    [`PUT ${ANSWER_PATH}{id}`]: async ({ value, request, response }) => {
      const accepted = desk.accept(value('id'), await readText(request));
      response.writeHead(accepted ? 200 : 403).end();
    },
  };
}
