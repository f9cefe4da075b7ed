import { randomUUID } from 'node:crypto';
import { isObject, type Json } from '../template/json.ts';
import type { WorldNetwork } from '../world/network.ts';
import { FunctionProcess, type InvokeOutcome } from './function-process.ts';

export interface PoolOptions {
  readonly functionId: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** Asked when the first process starts, so that variables may depend on a deployed custom resource. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly clockOffsetMs: () => number;
  readonly network?: WorldNetwork | undefined;
  readonly onLine: (line: string) => void;
  readonly maxProcesses?: number | undefined;
  readonly observer?: PoolObserver | undefined;
}

export interface PoolObserver {
  /** `gatewayRequestId`: of the HTTP request that the event describes, where it describes one. */
  started(functionId: string, requestId: string, gatewayRequestId: string | undefined): void;
  ended(functionId: string, requestId: string, outcome: InvokeOutcome, ms: number): void;
}

export interface FunctionPool {
  readonly functionId: string;
  /**
   * Runs one request in a process of its own, waiting in line beyond `maxProcesses`. `onStart` is told when
   * the request leaves the line. Never throws.
   */
  invoke(event: Json, onStart?: () => void): Promise<InvokeOutcome>;
  /** Kills every process (or `most` of them) as it is, requests included; returns how many there were. */
  kill(most?: number): number;
  setClock(offsetMs: number): void;
  /** Processes now alive. */
  size(): number;
  close(): Promise<void>;
}

/** Enough to keep two cores busy; Lambda would start an instance per concurrent request. */
const DEFAULT_MAX_PROCESSES = 4;

export function createPool(options: PoolOptions): FunctionPool {
  const max = options.maxProcesses ?? DEFAULT_MAX_PROCESSES;
  const processes = new Set<FunctionProcess>();
  /** Newest last: the warmest process is taken first, as Lambda does. */
  const idle: FunctionProcess[] = [];
  const line: ((process: FunctionProcess) => void)[] = [];

  function start(): FunctionProcess {
    const started = new FunctionProcess({
      environment: options.environment(),
      functionId: options.functionId,
      functionArn: options.functionArn,
      clockOffsetMs: options.clockOffsetMs(),
      network: options.network,
      onLine: options.onLine,
    });
    processes.add(started);
    return started;
  }

  function acquire(): Promise<FunctionProcess> | FunctionProcess {
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      if (free.alive) return free;
      processes.delete(free);
    }
    if (processes.size < max) return start();
    return new Promise((resolve) => line.push(resolve));
  }

  function release(process: FunctionProcess, reusable: boolean): void {
    const next = line.shift();
    if (reusable && process.alive) {
      if (next === undefined) idle.push(process);
      else next(process);
      return;
    }
    processes.delete(process);
    process.kill();
    if (next !== undefined) next(start());
  }

  return {
    functionId: options.functionId,
    async invoke(event, onStart) {
      const requestId = randomUUID();
      let process: FunctionProcess;
      try {
        process = await acquire();
      } catch (error) {
        return { ok: false, failure: { errorType: 'Runtime.SetUp', errorMessage: String(error) } };
      }
      const startedAt = performance.now();
      onStart?.();
      options.observer?.started(options.functionId, requestId, gatewayRequestIdOf(event));
      const { timeoutMs } = options;
      const clockOffsetMs = options.clockOffsetMs();
      const outcome = await process.invoke({ kind: 'invoke', requestId, event, timeoutMs, clockOffsetMs });
      // An exception leaves a Lambda instance in use; a failed start, an exit or a timeout does not.
      release(process, (await process.ready()) === undefined);
      options.observer?.ended(options.functionId, requestId, outcome, performance.now() - startedAt);
      return outcome;
    },
    kill(most) {
      const killed = [...processes].filter((process) => process.alive).slice(0, most);
      for (const process of killed) process.kill();
      return killed.length;
    },
    setClock(offsetMs) {
      for (const process of processes) process.setClock(offsetMs);
    },
    size: () => [...processes].filter((process) => process.alive).length,
    async close() {
      await Promise.all([...processes].map((process) => process.close()));
    },
  };
}

function gatewayRequestIdOf(event: Json): string | undefined {
  const context = isObject(event) ? event.requestContext : undefined;
  const id = isObject(context) ? context.requestId : undefined;
  return typeof id === 'string' ? id : undefined;
}
