import { VARIABLES } from '#contract';
import { httpFunction } from '#runtime/http-function.ts';
import { problem } from '#runtime/problem.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { readEnv } from './env.ts';
import { createAliveRoute, type DeepHealth, INTERNAL } from './route.ts';

const env = readEnv(process.env);
let deep: Promise<DeepHealth> | undefined;

export const handler = httpFunction(
  createTelemetry('alive', env[VARIABLES.stage]),
  createAliveRoute(env[VARIABLES.version], () => {
    deep ??= import('./deep-health.ts').then(({ createDeepHealth }) => createDeepHealth(env));
    return deep;
  }),
  (request) => problem(INTERNAL, request.requestId),
);
