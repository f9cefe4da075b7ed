import { LoggingFormat, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';

/**
 * START, END and REPORT of every request would cost about as much as our own lines and say nothing that Lambda's metrics
 * do not (docs/cost.md). Failures of the runtime, time-outs among them, are written all the same.
 */
export const QUIET_LOGS = {
  loggingFormat: LoggingFormat.JSON,
  systemLogLevelV2: SystemLogLevel.WARN,
} as const;
