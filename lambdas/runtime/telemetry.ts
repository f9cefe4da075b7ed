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
 * which an event, a header or an error message could be logged whole (DESIGN section 8).
 */
export function createTelemetry(functionId: FunctionId, stage: string): Telemetry {
  const logger = new Logger({ serviceName: functionId, persistentKeys: { stage } });
  const powertools = new PowertoolsMetrics({
    namespace: METRIC_NAMESPACE,
    serviceName: functionId,
    defaultDimensions: { stage },
  });
  let counted = false;
  return {
    log: {
      info: (event, fields = {}) => logger.info(event, { ...fields }),
      warn: (event, fields = {}) => logger.warn(event, { ...fields }),
      error: (event, fields = {}) => logger.error(event, { ...fields }),
    },
    metrics: {
      count(name, value = 1) {
        counted = true;
        powertools.addMetric(name, 'Count', value);
      },
    },
    beginRequest: (requestId) => logger.appendKeys({ requestId }),
    async flush() {
      if (!counted) return;
      counted = false;
      powertools.publishStoredMetrics();
    },
  };
}
