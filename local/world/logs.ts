/** One line that a function or the gateway's access log wrote, as written. */
export interface LogLine {
  /** ISO 8601, the world's clock. */
  readonly at: string;
  /** Function id, or `gateway` for the access log. */
  readonly function: string;
  readonly line: string;
}

export interface LogBook {
  write(functionId: string, line: string): void;
  all(): readonly LogLine[];
}

/** Keeps the newest `limit` lines. */
export function createLogBook(now: () => number, limit = 200_000): LogBook {
  const lines: LogLine[] = [];
  return {
    write(functionId, line) {
      lines.push({ at: new Date(now()).toISOString(), function: functionId, line });
      if (lines.length > limit) lines.splice(0, lines.length - limit);
    },
    all: () => lines,
  };
}
