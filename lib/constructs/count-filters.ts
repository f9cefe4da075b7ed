import { FilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRIC_NAMESPACE, ROUTINE_COUNTS } from '../../lambdas/contract.ts';

/** Makes metrics of the short lines of counts that the callback function writes (docs/decisions/0042). */
export class CountFilters extends Construct {
  constructor(scope: Construct, id: string, logGroup: LogGroup) {
    super(scope, id);
    const filters = ROUTINE_COUNTS.map(
      (name) =>
        new MetricFilter(this, name, {
          logGroup,
          filterPattern: FilterPattern.numberValue(`$.${name}`, '>', 0),
          metricNamespace: METRIC_NAMESPACE,
          metricName: name,
          metricValue: `$.${name}`,
          dimensions: { service: '$.service', stage: '$.stage' },
        }),
    );
    // Filters of one group that are made at once can clash (OperationAbortedException).
    filters.forEach((filter, index) => {
      const before = filters[index - 1];
      if (before !== undefined) filter.node.addDependency(before);
    });
  }
}
