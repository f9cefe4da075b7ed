import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Json } from '../template/json.ts';
import { type FromFunction, type FunctionFailure, fenceOf, type ToFunction } from './messages.ts';
import { processState } from './process-state.ts';

/** Main module of a function process: Lambda's runtime, as far as a Node.js handler can see it. */

type Handler = (event: Json, context: object) => unknown;

function tell(message: FromFunction): void {
  process.send?.(message);
}

function failureOf(error: unknown): FunctionFailure {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: 'Error', errorMessage: String(error) };
}

async function loadHandler(): Promise<Handler> {
  const root = process.env.LAMBDA_TASK_ROOT ?? '.';
  const [file = 'index', name = 'handler'] = (process.env._HANDLER ?? '').split('.');
  const path = ['.mjs', '.js', '.cjs']
    .map((ending) => join(root, file + ending))
    .find((each) => existsSync(each));
  if (path === undefined) throw new Error(`Cannot find module '${file}' in ${root}`);
  const module: Record<string, unknown> = await import(pathToFileURL(path).href);
  const handler = module[name];
  if (typeof handler !== 'function') throw new Error(`${file}.${name} is not a function`);
  return (event, context) => handler(event, context);
}

function contextOf(requestId: string, timeoutMs: number): object {
  const name = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  // Not the world's clock: advancing it must not use up a running request's time.
  const endsAt = performance.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: processState.functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '128',
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? `/aws/lambda/${name}`,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAt - performance.now())),
  };
}

async function serve(handler: Handler, message: ToFunction): Promise<void> {
  processState.clockOffsetMs = message.clockOffsetMs;
  if (message.kind === 'clock') return;
  const { requestId } = message;
  processState.requestId = requestId;
  let reply: FromFunction;
  try {
    const value = await handler(message.event, contextOf(requestId, message.timeoutMs));
    // Lambda's own rule: what a handler returns travels as JSON, and nothing travels as null.
    const payload: Json = JSON.parse(JSON.stringify(value ?? null));
    reply = { kind: 'result', requestId, payload };
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${JSON.stringify({ level: 'ERROR', requestId, ...failure })}\n`);
    reply = { kind: 'failed', requestId, failure };
  }
  process.stdout.write(`${fenceOf(requestId)}\n`);
  process.stderr.write(`${fenceOf(requestId)}\n`);
  tell(reply);
}

process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
try {
  const handler = await loadHandler();
  process.on('message', (message: ToFunction) => void serve(handler, message));
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'init-failed', failure: failureOf(error) });
}
