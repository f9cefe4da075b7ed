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
  onLine(listener: (line: LogLine) => void): () => void;
}

/** Keeps the newest `limit` lines. */
export function createLogBook(now: () => number, limit = 200_000): LogBook {
  const lines: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  return {
    write(functionId, line) {
      const entry = { at: new Date(now()).toISOString(), function: functionId, line };
      lines.push(entry);
      if (lines.length > limit) lines.splice(0, lines.length - limit);
      for (const listener of listeners) listener(entry);
    },
    all: () => lines,
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
