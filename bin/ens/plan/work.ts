import { EWS_REQUEST_BYTES, MEGABYTES_PER_PROCESSOR, PRICE, WAIT_MS } from './prices.ts';

/** What one request of a kind makes a function do. Counts are exact; a test compares them with the local world's. */
export interface Work {
  readonly requests: number;
  readonly statements: number;
  readonly ews: number;
  /** Calls to SNS about endpoints. */
  readonly snsCalls: number;
  /** Whether each device of the mailbox gets a push. */
  readonly pushesEachDevice: boolean;
  /** Lines of function and gateway, each with CloudWatch's overhead. */
  readonly logBytes: number;
  /** On the processor of docs/bench.md. */
  readonly cpuMs: number;
  readonly memoryMegabytes: number;
}

const CALLBACK_MEGABYTES = 192;
const REGISTER_MEGABYTES = 512;
const NOTHING = { requests: 1, statements: 1, ews: 0, snsCalls: 0, pushesEachDevice: false } as const;
const CALLBACK = { ...NOTHING, memoryMegabytes: CALLBACK_MEGABYTES } as const;
const REGISTER = { ...NOTHING, memoryMegabytes: REGISTER_MEGABYTES } as const;

/** Callbacks by what Exchange reports, and the calls of a client: `renewal` is `getpublickey` and `register`. */
export const CALLBACKS = ['mail', 'read', 'move', 'heartbeat'] as const;
export const KINDS = [...CALLBACKS, 'renewal', 'check-in'] as const;
export type Kind = (typeof KINDS)[number];

/** Every kind of request, warm. Bytes and CPU are those of one bench, rounded up. */
export const WORK: Readonly<Record<Kind, Work>> = {
  mail: { ...CALLBACK, ews: 1, pushesEachDevice: true, logBytes: 290, cpuMs: 7.5 },
  read: { ...CALLBACK, pushesEachDevice: true, logBytes: 290, cpuMs: 4 },
  move: { ...CALLBACK, logBytes: 255, cpuMs: 3 },
  heartbeat: { ...CALLBACK, logBytes: 250, cpuMs: 2.5 },
  renewal: { ...REGISTER, requests: 2, statements: 8, ews: 3, snsCalls: 1, logBytes: 560, cpuMs: 30 },
  'check-in': { ...REGISTER, logBytes: 160, cpuMs: 2 },
};

const GIGABYTE_BYTES = 1_000_000_000;
const MEGABYTES_PER_GIGABYTE = 1_024;

/** How long one request of a kind is billed: what it waits for, and its CPU at the function's share of a processor. */
export function billedMs(work: Work, devices: number): number {
  const pushes = work.pushesEachDevice && devices > 0 ? 1 : 0;
  const waits =
    work.statements * WAIT_MS.statement + work.ews * WAIT_MS.ews + (work.snsCalls + pushes) * WAIT_MS.sns;
  return waits + work.cpuMs * Math.max(1, MEGABYTES_PER_PROCESSOR / work.memoryMegabytes);
}

/** US dollars of one request of a kind, by item of the bill. */
export function costOf(work: Work, devices: number): Readonly<Record<BillItem, number>> {
  const gigabytes = work.memoryMegabytes / MEGABYTES_PER_GIGABYTE;
  const pushes = work.pushesEachDevice ? devices : 0;
  return {
    gateway: work.requests * PRICE.gatewayRequest,
    invocations: work.requests * PRICE.functionRequest,
    'function time': (billedMs(work, devices) / 1_000) * gigabytes * PRICE.functionGbSecond,
    statements: work.statements * PRICE.statement,
    'database I/O': work.statements * PRICE.databaseIo,
    pushes: pushes * (PRICE.publish + PRICE.mobilePush),
    logs: (work.logBytes / GIGABYTE_BYTES) * PRICE.logGb,
    'traffic to Exchange': ((work.ews * EWS_REQUEST_BYTES) / GIGABYTE_BYTES) * PRICE.egressGb,
  };
}

export type BillItem =
  | 'gateway'
  | 'invocations'
  | 'function time'
  | 'statements'
  | 'database I/O'
  | 'pushes'
  | 'logs'
  | 'traffic to Exchange';

/** The items that no design of this service can avoid: one gateway request, invocation, statement, and push where due. */
export const FLOOR_ITEMS = [
  'gateway',
  'invocations',
  'statements',
  'database I/O',
  'pushes',
] as const satisfies readonly BillItem[];
