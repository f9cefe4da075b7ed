import type { Telemetry } from './telemetry.ts';

/**
 * Telemetry behind a module that is loaded on first use, once: what neither logs nor counts starts without
 * Powertools. Until it is there, lines and counts wait in order; `flush` waits for it.
 */
export function lazyTelemetry(load: () => Promise<Telemetry>): Telemetry {
  let loaded: Telemetry | undefined;
  let loading: Promise<void> | undefined;
  let requestId: string | undefined;
  const waiting: ((telemetry: Telemetry) => void)[] = [];

  async function settle(): Promise<void> {
    loaded = await load();
    for (const write of waiting.splice(0)) write(loaded);
  }

  function beginLoading(): void {
    loading ??= settle();
    // Whoever flushes hears of a failure; until then it is nobody's.
    loading.catch(() => undefined);
  }

  function use(write: (telemetry: Telemetry) => void): void {
    if (loaded === undefined) {
      waiting.push(write);
      beginLoading();
    } else write(loaded);
  }

  return {
    log: {
      info: (event, fields) => use(({ log }) => log.info(event, fields)),
      warn: (event, fields) => use(({ log }) => log.warn(event, fields)),
      error: (event, fields) => use(({ log }) => log.error(event, fields)),
    },
    metrics: { count: (name, value) => use(({ metrics }) => metrics.count(name, value)) },
    beginRequest(id) {
      const isFirst = requestId === undefined;
      requestId = id;
      if (loaded !== undefined) loaded.beginRequest(id);
      else if (isFirst) waiting.push((telemetry) => telemetry.beginRequest(requestId ?? id));
    },
    async flush() {
      await loading;
      await loaded?.flush();
    },
  };
}
