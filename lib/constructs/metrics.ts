import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type FunctionId, METRIC_NAMESPACE, type MetricName } from '../../lambdas/contract.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** A count from the closed list as one function emits it: dimensions `service` and `stage`. */
export function counted(
  name: MetricName,
  functionId: FunctionId,
  stage: string,
  period: Duration = FIVE_MINUTES,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { service: functionId, stage },
    statistic: 'Sum',
    label: name,
    period,
  });
}

/** The same count added up over several functions. */
export function countedBy(
  name: MetricName,
  functionIds: readonly FunctionId[],
  stage: string,
  period: Duration = FIVE_MINUTES,
): IMetric {
  // Ids have to differ within a graph, and begin in lower case.
  const parts = functionIds.map((id) => [`${id}${name}`, counted(name, id, stage, period)] as const);
  return new MathExpression({
    expression: parts.map(([id]) => `FILL(${id}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(parts),
    label: name,
    period,
  });
}
