import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type CallLog, FUNCTION_HEADER, REQUEST_HEADER } from '../world/calls.ts';
import type { WorldClock } from '../world/clock.ts';
import type { FaultBoard } from '../world/faults.ts';
import { describeRequest } from './describe-request.ts';
import { faultError } from './fault-texts.ts';
import { createGate, type Grant } from './gate.ts';
import {
  type AwsService,
  accessKeyId,
  plainLongs,
  type Routed,
  readBody,
  route,
  sendError,
  sendResult,
} from './http.ts';
import type { PolicyStatement } from './iam.ts';
import { createKms } from './kms/service.ts';
import { createPhoneSink, type PhoneSink } from './phones.ts';
import { type ClusterSeed, type Database, startDatabase } from './rds-data/database.ts';
import type { StartEngine } from './rds-data/engine.ts';
import { OID } from './rds-data/parameters.ts';
import { startPgliteEngine } from './rds-data/pglite-engine.ts';
import { answerRdsData } from './rds-data/service.ts';
import { createSecretsManager, type SecretSeed } from './secrets-manager.ts';
import { createSns } from './sns/service.ts';
import { createParameterStore } from './ssm/service.ts';
import { AwsError, type JsonObject, type Operation, type Principal } from './wire.ts';

export interface AwsOptions {
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  readonly region: string;
  readonly accountId: string;
  /** Who calls, by the access key id in the signature; undefined: nobody that AWS knows. */
  principal(accessKeyId: string): Principal | undefined;
  readonly clusters: readonly ClusterSeed[];
  readonly secrets: readonly SecretSeed[];
  /** Customer managed keys: symmetric, or ECC_NIST_P256 for signing. `denies`: Deny statements of the key's policy. */
  readonly keys: readonly {
    readonly arn: string;
    readonly spec?: string;
    readonly denies?: readonly PolicyStatement[];
  }[];
  /** PGlite if absent. */
  readonly startEngine?: StartEngine | undefined;
  /** Type id of a NULL without a type hint; unspecified if absent. */
  readonly nullOid?: number | undefined;
  /** Keep one RSA-3072 data key pair made in advance (one costs about a second). Default true. */
  readonly keyPairsAhead?: boolean | undefined;
  /** The event that SNS sends to an application's EventDeliveryFailure topic, as JSON text. */
  onDeliveryFailure?(topicArn: string, message: string): void;
}

export interface AwsWorld {
  /** `http://127.0.0.1:<port>`, for every AWS_ENDPOINT_URL_*. */
  readonly origin: string;
  readonly database: Database;
  /** Every parameter of Parameter Store. */
  parameters(): Readonly<Record<string, string>>;
  /** Where every published notification arrives. */
  readonly phones: PhoneSink;
  /** The permissions that some call has needed so far, as the policies spell them; see `unusedGrants`. */
  usedGrants(): readonly Grant[];
  close(): Promise<void>;
}

/**
 * The RDS Data API, KMS, SNS, Secrets Manager and Parameter Store on one local origin, for the real SDK clients. Every call is
 * judged by the caller's policy, may be made to fail by the fault board, and is written into the call log.
 */
export async function startAws(options: AwsOptions): Promise<AwsWorld> {
  const { clock, calls, faults } = options;
  const gate = createGate((arn) => options.keys.find((key) => key.arn === arn)?.denies ?? []);
  const secrets = createSecretsManager(options);
  const database = await startDatabase(
    options.clusters,
    secrets,
    clock,
    options.startEngine ?? startPgliteEngine,
  );
  const nullOid = options.nullOid ?? OID.unspecified;

  const phones = createPhoneSink(clock);
  const kms = createKms({ keys: options.keys, keyPairsAhead: options.keyPairsAhead ?? true });
  const parameters = createParameterStore(options);
  const sns = createSns({ ...options, phones });

  const services: Record<AwsService, (operation: Operation) => Promise<JsonObject>> = {
    'rds-data': (operation) =>
      answerRdsData(operation, { cluster: database.cluster, secretText: secrets.currentText, nullOid }),
    secretsmanager: async (operation) => secrets.answer(operation),
    kms: (operation) => kms.answer(operation),
    sns: async (operation) => sns.answer(operation),
    ssm: async (operation) => parameters.answer(operation),
  };

  async function answer(routed: Routed, principal: Principal | undefined): Promise<JsonObject> {
    const fault = faults.take(routed.service, routed.action);
    if (fault !== undefined && fault.delayMs > 0) await lag(fault.delayMs);
    if (fault?.error !== undefined) throw faultError(routed.service, fault.error);
    if (principal === undefined) throw unknownCaller(routed.service);
    const authorize = gate.authorizer(principal, routed.service);
    return await services[routed.service]({ action: routed.action, input: readInput(routed), authorize });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startMs = performance.now();
    // The SDK corrects its own clock by this header: it has to tell the world's time.
    response.setHeader('date', new Date(clock.now()).toUTCString());
    const routed = route(request, await readBody(request));
    if (routed === undefined) {
      response.writeHead(404).end();
      return;
    }
    let principal: Principal | undefined;
    let outcome = 'ok';
    let answered: JsonObject = {};
    try {
      principal = options.principal(accessKeyId(request));
      answered = await answer(routed, principal);
      sendResult(response, routed, answered);
    } catch (error) {
      const known = asAwsError(error);
      outcome = known.code;
      answered = { error: known.code, message: known.message };
      if (known.code === 'ECONNRESET') request.socket.destroy();
      else sendError(response, routed.service, known);
    }
    const call = {
      at: new Date(clock.now()).toISOString(),
      function: header(request, FUNCTION_HEADER) ?? principal?.functionId ?? 'unknown',
      requestId: header(request, REQUEST_HEADER) ?? '',
      service: routed.service,
      action: routed.action,
      ms: Math.round((performance.now() - startMs) * 10) / 10,
      outcome,
      detail: { request: describeRequest(routed) },
    };
    calls.record(call, () => ({
      request: JSON.stringify(readInput(routed), plainLongs),
      response: JSON.stringify(answered, plainLongs),
    }));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Only a body beyond every service's limit, or a connection that is gone, ends here.
      if (error instanceof AwsError && !response.headersSent) response.writeHead(error.status).end();
      else response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    origin: `http://127.0.0.1:${port}`,
    database,
    phones,
    usedGrants: gate.usedGrants,
    parameters: parameters.all,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
      await database.close();
    },
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readInput(routed: Routed): JsonObject {
  try {
    return routed.input();
  } catch {
    throw new AwsError('SerializationException', 400, 'The request body is not what the operation takes');
  }
}

function unknownCaller(service: AwsService): AwsError {
  const message = 'The security token included in the request is invalid.';
  return new AwsError(
    service === 'sns' ? 'InvalidClientTokenId' : 'UnrecognizedClientException',
    403,
    message,
  );
}

/** Whatever is no answer of a service is a bug of the emulator: said aloud, as a server error. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const message = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
  return new AwsError('InternalFailure', 500, `emulator: ${message}`);
}

/** Real time: a caller waits for the answer with its own timers. */
function lag(delayMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, delayMs);
  return promise;
}
