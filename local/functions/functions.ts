import type { Json } from '../template/json.ts';
import type { FunctionSpec } from '../template/model.ts';
import type { WorldClock } from '../world/clock.ts';
import type { WorldNetwork } from '../world/network.ts';
import { environmentOf } from './environment.ts';
import type { InvokeOutcome } from './function-process.ts';
import { createPool, type FunctionPool, type PoolObserver } from './pool.ts';

/** All functions of the deployment, each with its pool of processes. */
export interface Functions {
  readonly specs: readonly FunctionSpec[];
  /** Rejects where no function has this ARN or id. */
  invoke(arnOrId: string, event: Json, onStart?: () => void): Promise<InvokeOutcome>;
  /** Kills the processes of a function (`most` of them); undefined where there is no such function. */
  kill(functionId: string, most?: number): number | undefined;
  close(): Promise<void>;
}

export interface FunctionsOptions {
  readonly specs: readonly FunctionSpec[];
  readonly clock: WorldClock;
  readonly awsEndpoint: string;
  readonly network: WorldNetwork;
  readonly onLine: (functionId: string, line: string) => void;
  readonly observer: PoolObserver;
  readonly maxProcesses?: number | undefined;
}

export function createFunctions(options: FunctionsOptions): Functions {
  const { clock, observer, maxProcesses } = options;
  const pools = options.specs.map(
    (spec): FunctionPool =>
      createPool({
        functionId: spec.id,
        functionArn: spec.arn,
        timeoutMs: spec.timeoutMs,
        environment: () => environmentOf(spec, options.awsEndpoint),
        clockOffsetMs: clock.offsetMs,
        network: options.network,
        onLine: (line) => options.onLine(spec.id, line),
        observer,
        maxProcesses,
      }),
  );
  clock.onAdvance((offsetMs) => {
    for (const pool of pools) pool.setClock(offsetMs);
  });
  const find = (arnOrId: string) =>
    pools[options.specs.findIndex(({ arn, id }) => arn === arnOrId || id === arnOrId)];
  return {
    specs: options.specs,
    async invoke(arnOrId, event, onStart) {
      const pool = find(arnOrId);
      if (pool === undefined) throw new Error(`no function ${arnOrId}`);
      return await pool.invoke(event, onStart);
    },
    kill: (functionId, most) => find(functionId)?.kill(most),
    async close() {
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}
