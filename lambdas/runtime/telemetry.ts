import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import { type FunctionId, METRIC_NAMESPACE } from '#contract';
import type { Log, Metrics } from '#domain/ports/system.ts';

export interface Telemetry {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Correlation id of the request that is being handled; part of every log line until the next call. */
  beginRequest(requestId: string): void;
  /** Writes the counts of this request as one embedded-metric line; nothing where nothing was counted. */
  flush(): Promise<void>;
}

/**
 * Log and metrics of one function. The ports take codes, ids of ours and counts only: there is no method by
 * which an event, a header or an error message could be logged whole.
 */
export function createTelemetry(functionId: FunctionId, stage: string): Telemetry {
  let logger: Logger | undefined;
  let requestId: string | undefined;
  const powertools = new PowertoolsMetrics({
    namespace: METRIC_NAMESPACE,
    serviceName: functionId,
    defaultDimensions: { stage },
  });
  let counted = false;

  /** Made with the first line: most requests count and do not log. */
  function loggerNow(): Logger {
    logger ??= new Logger({ serviceName: functionId, persistentKeys: { stage } });
    if (requestId !== undefined) logger.appendKeys({ requestId });
    return logger;
  }

  return {
    log: {
      info: (event, fields = {}) => loggerNow().info(event, { ...fields }),
      warn: (event, fields = {}) => loggerNow().warn(event, { ...fields }),
      error: (event, fields = {}) => loggerNow().error(event, { ...fields }),
    },
    metrics: {
      count(name, value = 1) {
        counted = true;
        powertools.addMetric(name, 'Count', value);
      },
    },
    beginRequest(id) {
      requestId = id;
    },
    async flush() {
      if (!counted) return;
      counted = false;
      powertools.publishStoredMetrics();
    },
  };
}
