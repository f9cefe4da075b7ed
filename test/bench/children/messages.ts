import type { Json } from '../../../local/template/json.ts';

/** What the bench asks of a function process. */
export type Ask =
  /** Handles the events one after the other, all of them `times` over. */
  | { readonly kind: 'run'; readonly events: readonly Json[]; readonly times: number }
  /** From now on, keep the names of the modules that are loaded. */
  | { readonly kind: 'watch' }
  /** Loads these files. */
  | { readonly kind: 'import'; readonly files: readonly string[] };

/** What something took, and the state of the process after it. */
export interface Took {
  readonly ms: number;
  readonly cpuMs: number;
  readonly residentBytes: number;
  /** The most that was ever resident. */
  readonly peakBytes: number;
  /** Answer to the last event, where events were handled. */
  readonly answer?: Json | undefined;
  /** Files loaded since `watch`, with the time since then. */
  readonly loaded: readonly { readonly file: string; readonly afterMs: number }[];
}
