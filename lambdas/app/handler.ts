import { join } from 'node:path';
import { VARIABLES } from '#contract';
import { refuse } from '#domain/errors.ts';
import { httpFunction } from '#runtime/http-function.ts';
import { lazyTelemetry } from '#runtime/lazy-telemetry.ts';
import { problem } from '#runtime/problem.ts';
import { readEnv } from './env.ts';
import { createAppRoute } from './route.ts';
import { readSiteFiles } from './site-files.ts';

const env = readEnv(process.env);
const vapidKeyArn = env[VARIABLES.vapidKeyArn];
let publicKey: Promise<string> | undefined;

/** KMS is loaded and asked once for each instance; a failure is not kept. */
function readPublicKey(keyArn: string): Promise<string> {
  publicKey ??= import('./read-public-key.ts')
    .then((module) => module.readVapidPublicKey(keyArn))
    .catch((error: unknown) => {
      publicKey = undefined;
      throw error;
    });
  return publicKey;
}

export const handler = httpFunction(
  lazyTelemetry(async () =>
    (await import('#runtime/telemetry.ts')).createTelemetry('app', env[VARIABLES.stage]),
  ),
  createAppRoute({
    files: readSiteFiles(join(import.meta.dirname, 'site')),
    publicKey: vapidKeyArn === undefined ? undefined : () => readPublicKey(vapidKeyArn),
    webMailUrl: env[VARIABLES.webMailUrl],
    version: env[VARIABLES.version],
  }),
  (request) =>
    problem(
      refuse('INTERNAL', 'The request id in `instance` finds the cause in the log of the function.').refusal,
      request.requestId,
    ),
);
