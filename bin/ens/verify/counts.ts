import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type FunctionId, METRIC_NAMESPACE, type MetricName } from '#contract';
import { awsCall } from './aws-call.ts';
import type { Context } from './context.ts';

/** A count of one function. */
export interface Count {
  readonly functionId: FunctionId;
  readonly name: MetricName;
}

const MINUTE_SECONDS = 60;
/** Clocks differ, and a count carries the minute in which it began. */
const SLACK_MS = 2 * 60_000;

export async function hasCount(context: Context, count: Count): Promise<boolean> {
  return (await withoutData(context, [count])).length === 0;
}

/** Those of the counts that CloudWatch has no data of since this verification began. */
export async function withoutData(
  { clients, stage, startedAt, tools }: Context,
  counts: readonly Count[],
): Promise<readonly Count[]> {
  const { MetricDataResults = [] } = await awsCall(
    'cloudwatch:GetMetricData',
    clients.cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(startedAt - SLACK_MS),
        EndTime: new Date(tools.stack.now() + SLACK_MS),
        MetricDataQueries: counts.map(({ functionId, name }, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: {
              Namespace: METRIC_NAMESPACE,
              MetricName: name,
              Dimensions: [
                { Name: 'service', Value: functionId },
                { Name: 'stage', Value: stage },
              ],
            },
            Period: MINUTE_SECONDS,
            Stat: 'Sum',
          },
        })),
      }),
    ),
  );
  const seen = new Set(
    MetricDataResults.filter(({ Values = [] }) => Values.some((value) => value > 0)).map(({ Id }) => Id),
  );
  return counts.filter((_, index) => !seen.has(`m${index}`));
}
