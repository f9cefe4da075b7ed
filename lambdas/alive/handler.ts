import { VARIABLES } from '#contract';
import { httpFunction } from '#runtime/http-function.ts';
import { lazyTelemetry } from '#runtime/lazy-telemetry.ts';
import { problem } from '#runtime/problem.ts';
import { readEnv } from './env.ts';
import { createAliveRoute, type DeepHealth, INTERNAL } from './route.ts';

const env = readEnv(process.env);
let deep: Promise<DeepHealth> | undefined;

export const handler = httpFunction(
  lazyTelemetry(async () =>
    (await import('#runtime/telemetry.ts')).createTelemetry('alive', env[VARIABLES.stage]),
  ),
  createAliveRoute(env[VARIABLES.version], () => {
    deep ??= import('./deep-health.ts').then(({ createDeepHealth }) => createDeepHealth(env));
    return deep;
  }),
  (request) => problem(INTERNAL, request.requestId),
);
