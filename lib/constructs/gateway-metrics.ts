import { Duration } from 'aws-cdk-lib';
import type { HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

const FIVE_MINUTES = Duration.minutes(5);

/** What the gateway itself counts of calls that come to nothing. */
export interface GatewayMetrics {
  /** Answered 429: turned away before any function. */
  readonly throttled: IMetric;
  /** Every answer of 400 to 499, whoever gave it. */
  readonly clientErrors: IMetric;
}

/** API Gateway counts 429 among all 4xx, so the access log tells them apart. */
export function createGatewayMetrics(
  scope: Construct,
  gateway: { readonly stage: HttpStage; readonly accessLog: LogGroup; readonly stageName: string },
): GatewayMetrics {
  const filter = new MetricFilter(scope, 'Throttled', {
    logGroup: gateway.accessLog,
    filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
    metricNamespace: 'ENS/Gateway',
    metricName: `Throttled-${gateway.stageName}`,
    metricValue: '1',
  });
  return {
    throttled: filter.metric({ statistic: 'Sum', period: FIVE_MINUTES, label: 'Answered 429' }),
    clientErrors: gateway.stage.metricClientError({
      statistic: 'Sum',
      period: FIVE_MINUTES,
      label: 'Answered 4xx',
    }),
  };
}
