import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Json } from '../template/json.ts';
import { EMPTY_NETWORK, type WorldNetwork } from '../world/network.ts';
import { createLineSplitter } from './line-splitter.ts';
import type { FromFunction, FunctionFailure, ToFunction } from './messages.ts';

const RUNNER = fileURLToPath(new URL('./runner.ts', import.meta.url));
const PRELOAD = new URL('./preload.ts', import.meta.url).href;

export type InvokeOutcome =
  | { readonly ok: true; readonly payload: Json }
  | { readonly ok: false; readonly failure: FunctionFailure };

export interface ProcessOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly functionId: string;
  readonly functionArn: string;
  readonly clockOffsetMs: number;
  /** Default: one where there is nobody. */
  readonly network?: WorldNetwork | undefined;
  readonly onLine: (line: string) => void;
}

interface Waiting {
  readonly settle: (outcome: InvokeOutcome) => void;
  outcome?: InvokeOutcome;
  fences: number;
}

/** One function instance: an OS process that handles one request at a time, as Lambda's do. */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<FunctionFailure | undefined>;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<string, Waiting>();
  #alive = true;

  constructor(options: ProcessOptions) {
    const { clockOffsetMs, functionArn, functionId, network = EMPTY_NETWORK } = options;
    const child = fork(RUNNER, [String(clockOffsetMs), functionArn, JSON.stringify(network), functionId], {
      env: options.environment,
      execArgv: ['--import', PRELOAD, '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      const splitter = createLineSplitter(options.onLine, (id) => this.#fence(id));
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => splitter.push(chunk));
      stream?.on('end', () => splitter.end());
    }
    const ready = Promise.withResolvers<FunctionFailure | undefined>();
    const exited = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#exited = exited.promise;
    child.on('message', (message: FromFunction) => {
      if (message.kind === 'ready') ready.resolve(undefined);
      else if (message.kind === 'init-failed') ready.resolve(message.failure);
      else this.#answered(message);
    });
    child.on('error', (error) => ready.resolve({ errorType: error.name, errorMessage: error.message }));
    child.on('close', (code, signal) => {
      this.#alive = false;
      const errorMessage = `Runtime exited with ${signal === null ? `code ${code}` : `signal ${signal}`}`;
      const failure = { errorType: 'Runtime.ExitError', errorMessage };
      ready.resolve(failure);
      for (const { settle } of this.#waiting.values()) settle({ ok: false, failure });
      this.#waiting.clear();
      exited.resolve();
    });
  }

  get alive(): boolean {
    return this.#alive && this.#child.connected;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the bundle is loaded, with the reason where it could not be. */
  ready(): Promise<FunctionFailure | undefined> {
    return this.#ready;
  }

  /** Never throws. A process that outlives `timeoutMs` is killed, as Lambda does. */
  async invoke(message: Extract<ToFunction, { kind: 'invoke' }>): Promise<InvokeOutcome> {
    const failure = await this.#ready;
    if (failure !== undefined) return { ok: false, failure };
    const { promise, resolve } = Promise.withResolvers<InvokeOutcome>();
    this.#waiting.set(message.requestId, { settle: resolve, fences: 0 });
    const seconds = (message.timeoutMs / 1000).toFixed(2);
    const timer = setTimeout(() => {
      this.#waiting.delete(message.requestId);
      this.kill();
      const errorMessage = `${message.requestId} Task timed out after ${seconds} seconds`;
      resolve({ ok: false, failure: { errorType: 'Sandbox.Timedout', errorMessage } });
    }, message.timeoutMs);
    this.#send(message);
    const outcome = await promise;
    clearTimeout(timer);
    return outcome;
  }

  setClock(clockOffsetMs: number): void {
    this.#send({ kind: 'clock', clockOffsetMs });
  }

  kill(): void {
    this.#alive = false;
    this.#child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    this.kill();
    await this.#exited;
  }

  #send(message: ToFunction): void {
    // A send to a process that just died fails here; its 'close' then settles whoever waits.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #answered(message: Extract<FromFunction, { kind: 'result' | 'failed' }>): void {
    const waiting = this.#waiting.get(message.requestId);
    if (waiting === undefined) return;
    waiting.outcome =
      message.kind === 'result'
        ? { ok: true, payload: message.payload }
        : { ok: false, failure: message.failure };
    this.#finish(message.requestId, waiting);
  }

  #fence(requestId: string): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    waiting.fences += 1;
    this.#finish(requestId, waiting);
  }

  /** The answer counts when both streams have been read up to the request's end. */
  #finish(requestId: string, waiting: Waiting): void {
    if (waiting.outcome === undefined || waiting.fences < 2) return;
    this.#waiting.delete(requestId);
    waiting.settle(waiting.outcome);
  }
}
