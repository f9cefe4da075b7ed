/** One line of the table of targets. */
export interface Row {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Undefined where this machine cannot tell; `measured` then says why. */
  readonly met: boolean | undefined;
  /** What was compared, and the figures behind the ratio. */
  readonly details: readonly string[];
}

/** What every part of the bench gets. */
export interface BenchOptions {
  /** Fewer rounds and rows: to see that the bench works, not to believe its figures. */
  readonly quick: boolean;
  /** Says what is going on. */
  readonly progress: (text: string) => void;
}
