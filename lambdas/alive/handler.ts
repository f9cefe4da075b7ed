import { VARIABLES } from '#contract';
import { httpFunction } from '#runtime/http-function.ts';
import { lazyTelemetry } from '#runtime/lazy-telemetry.ts';
import { problem } from '#runtime/problem.ts';
import { countingRefusedCalls } from '#runtime/refused-calls.ts';
import { systemClock } from '#runtime/system.ts';
import { readEnv } from './env.ts';
import { createAliveRoute, type DeepHealth, INTERNAL } from './route.ts';

const env = readEnv(process.env);
let deep: Promise<DeepHealth> | undefined;

const telemetry = lazyTelemetry(async () =>
  (await import('#runtime/telemetry.ts')).createTelemetry('alive', env[VARIABLES.stage]),
);

export const handler = httpFunction(
  telemetry,
  countingRefusedCalls(
    { log: telemetry.log, metrics: telemetry.metrics, clock: systemClock },
    createAliveRoute(env[VARIABLES.version], () => {
      deep ??= import('./deep-health.ts').then(({ createDeepHealth }) => createDeepHealth(env));
      return deep;
    }),
    ({ statusCode }) => (statusCode === 401 ? 'ApiTokenRefused' : undefined),
  ),
  (request) => problem(INTERNAL, request.requestId),
);
