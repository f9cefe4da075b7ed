import type { MetricName } from '../../contract.ts';
import type { EpochMs } from '../model/subscription.ts';

export interface Clock {
  now(): EpochMs;
}

/** The only way in which time acts on a use case. */
export interface Timer {
  /** What `work` comes to, or undefined after `ms`: then it goes on unheard. Rejects as `work` does until then. */
  within<T>(ms: number, work: Promise<T>): Promise<T | undefined>;
  wait(ms: number): Promise<void>;
}

/** Counts, one metric name from the closed list; never a dimension taken from user data. */
export interface Metrics {
  count(name: MetricName, value?: number): void;
}

/** Log values are codes, ids of ours, counts and durations; nothing a user or Exchange typed. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  warn(event: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  error(event: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}

/** Fresh random UUIDs. */
export interface Ids {
  uuid(): string;
}
