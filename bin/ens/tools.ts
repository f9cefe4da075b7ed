import { KMSClient } from '@aws-sdk/client-kms';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { readAwsError } from '#adapters/aws-errors.ts';
import { createDatabase, type Database } from '#adapters/data-api/database.ts';
import { createOperatorStore } from '#adapters/data-api/operator.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createKeyPairMaker } from '#adapters/kms/key-pair-maker.ts';
import { createPepper } from '#adapters/secrets/pepper.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import { openWebPush } from '#adapters/webpush/open-web-push.ts';
import { VARIABLES } from '#contract';
import type { KeyPairMaker, Pepper } from '#domain/ports/crypto.ts';
import type { OperatorStore } from '#domain/ports/operator-store.ts';
import type { PushSender } from '#domain/ports/push.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import { sendByPlatform } from '#domain/push/by-platform.ts';
import { webPushSettings } from '#runtime/env.ts';
import { type RegisterEnv, readEnv } from '../../lambdas/register/env.ts';
import { readEnv as readUpkeepEnv } from '../../lambdas/upkeep/env.ts';
import { CommandFailure, EXIT } from './failure.ts';
import type { Stack } from './stack/stack.ts';

export type UpkeepRun =
  | { readonly ok: true; readonly failed: readonly string[] }
  | { readonly ok: false; readonly error: string };

/** The product's own adapters, with the operator's credentials instead of a function's. */
export interface Tools {
  readonly stack: Stack;
  /** Settings of the deployment, as its register function has them. */
  readonly settings: RegisterEnv;
  readonly database: Database;
  readonly operator: OperatorStore;
  readonly upkeepStore: UpkeepStore;
  readonly pepper: Pepper;
  readonly push: PushSender;
  readonly keyPairMaker: KeyPairMaker;
  /** Runs the scheduled work now and waits for its end. */
  runUpkeep(): Promise<UpkeepRun>;
}

/** A person waits, and a paused database may take half a minute to resume. */
const DATABASE_BUDGET_MS = 60_000;
const UPKEEP_TIMEOUT_MS = 5 * 60_000;

const upkeepAnswer = z.object({ failed: z.array(z.string()) });

/** Reads the deployment's settings and builds what every command works with. */
export async function openTools(stack: Stack): Promise<Tools> {
  const lambda = new LambdaClient({
    ...stack.lambda,
    maxAttempts: 1,
    requestHandler: { requestTimeout: UPKEEP_TIMEOUT_MS },
  });
  const settings = await readSettings(lambda, stack.outputs.RegisterFunctionName, readEnv);
  const pepper = createPepper({
    client: new SecretsManagerClient({ ...stack.aws }),
    secretArn: settings[VARIABLES.pepperSecretArn],
  });
  const kms = new KMSClient({ ...stack.aws });
  /** The settings of upkeep are read for a browser alone: few deployments have any. */
  const webPush: PushSender<'webpush'> = {
    async send(target, push) {
      const env = await readSettings(lambda, stack.outputs.UpkeepFunctionName, readUpkeepEnv);
      const sender = openWebPush(webPushSettings(env), {
        client: kms,
        clock: { now: stack.now },
        subscriptionKey: pepper.webPushSubscriptionKey,
        timeoutMs: 10_000,
      });
      return sender?.send(target, push) ?? { kind: 'misconfigured', code: 'WebPushOff' };
    },
  };
  const database = createDatabase(
    new RDSDataClient({
      ...stack.aws,
      maxAttempts: 1,
      requestHandler: { requestTimeout: DATABASE_BUDGET_MS },
    }),
    {
      databaseArn: settings[VARIABLES.databaseArn],
      secretArn: stack.outputs.OperatorSecretArn,
      databaseName: settings[VARIABLES.databaseName],
      budgetMs: DATABASE_BUDGET_MS,
    },
  );
  return {
    stack,
    settings,
    database,
    operator: createOperatorStore(database),
    upkeepStore: createUpkeepStore(database),
    pepper,
    push: sendByPlatform({
      sns: createPushSender({
        client: new SNSClient({ ...stack.aws }),
        previews: createPreviewSealer(),
        timeoutMs: 10_000,
      }),
      webPush,
    }),
    keyPairMaker: createKeyPairMaker({
      client: kms,
      wrappingKeyArn: settings[VARIABLES.wrappingKeyArn],
    }),
    runUpkeep: () => runUpkeep(lambda, stack.outputs.UpkeepFunctionName),
  };
}

async function readSettings<Env>(
  lambda: LambdaClient,
  functionName: string,
  read: (variables: Readonly<Record<string, string | undefined>>) => Env,
): Promise<Env> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionName });
  const answer = await lambda.send(command).catch((error: unknown) => {
    throw new CommandFailure(
      EXIT.unreachable,
      `The settings of the function ${functionName} could not be read (${readAwsError(error).code}).`,
      'docs/command-line.md lists the permissions that an operator needs.',
    );
  });
  try {
    return read(answer.Environment?.Variables ?? {});
  } catch {
    throw new CommandFailure(
      EXIT.unreachable,
      `The function ${functionName} has settings of another version of ENS.`,
      'Use the command line of the version that is deployed, or deploy this one.',
    );
  }
}

async function runUpkeep(lambda: LambdaClient, functionName: string): Promise<UpkeepRun> {
  const answer = await lambda
    .send(
      new InvokeCommand({
        FunctionName: functionName,
        Payload: JSON.stringify({ source: 'ens upkeep run' }),
      }),
    )
    .catch((error: unknown) => {
      throw new CommandFailure(
        EXIT.unreachable,
        `The function ${functionName} could not be invoked (${readAwsError(error).code}).`,
        'docs/command-line.md lists the permissions that an operator needs.',
      );
    });
  if (answer.FunctionError !== undefined) return { ok: false, error: answer.FunctionError };
  const report = upkeepAnswer.safeParse(JSON.parse(answer.Payload?.transformToString() || 'null'));
  return { ok: true, failed: report.success ? report.data.failed : [] };
}
