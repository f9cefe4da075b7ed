import type { Deployment } from '../template/deployment.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  optionalText,
  textAt,
} from '../template/json.ts';
import type { LogBook } from '../world/logs.ts';
import { type Datum, metricsOf, readMetricFilters } from './metrics.ts';

export interface CloudWatch {
  /** One call of the CloudWatch API by its action; undefined for an action or a thing that there is not. */
  answer(action: string, input: Json): Json | undefined;
}

/**
 * As much of CloudWatch as an operator's command line asks for: the alarms and dashboards of the template, and sums of the
 * counts in the logs. What Lambda itself measures is not known here and counts as none.
 */
export function createCloudWatch(deployment: Deployment, logs: LogBook, now: () => number): CloudWatch {
  const filters = readMetricFilters(deployment);
  const data = () => metricsOf(logs.all(), filters);

  function stateOf(alarm: JsonObject): 'OK' | 'ALARM' {
    const metrics = metricsWatched(alarm);
    if (metrics.length === 0 || alarm.TreatMissingData === 'breaching') return 'OK';
    const known = data();
    const periodMs = Math.max(...metrics.map(({ periodSeconds }) => periodSeconds)) * 1_000;
    const breaching = Array.from({ length: numberAt(alarm.EvaluationPeriods, 1) }, (_, back) => {
      const to = now() - back * periodMs;
      const sum = metrics.reduce((all, { metric }) => all + total(known, metric, to - periodMs + 1, to), 0);
      return sum >= numberAt(alarm.Threshold, Number.POSITIVE_INFINITY);
    }).filter(Boolean).length;
    return breaching >= numberAt(alarm.DatapointsToAlarm, 1) ? 'ALARM' : 'OK';
  }

  function describeAlarms(input: JsonObject): Json {
    const prefix = optionalText(input.AlarmNamePrefix) ?? '';
    const alarms = deployment
      .ofType('AWS::CloudWatch::Alarm')
      .map((alarm) => objectAt(alarm.properties(), 'alarm'));
    return {
      MetricAlarms: alarms
        .filter(({ AlarmName }) => textAt(AlarmName, 'AlarmName').startsWith(prefix))
        .map((alarm) => ({
          AlarmName: textAt(alarm.AlarmName, 'AlarmName'),
          AlarmDescription: optionalText(alarm.AlarmDescription) ?? '',
          StateValue: stateOf(alarm),
        })),
    };
  }

  function getMetricData(input: JsonObject): Json {
    const [from, to] = [numberAt(input.StartTime, 0) * 1_000, numberAt(input.EndTime, 0) * 1_000];
    const results = listAt(input.MetricDataQueries ?? []).map((query) => {
      const { Id, MetricStat } = objectAt(query, 'MetricDataQueries');
      const metric = objectAt(objectAt(MetricStat, 'MetricStat').Metric, 'Metric');
      const sum = total(data(), metric, from, to);
      return {
        Id: textAt(Id, 'Id'),
        StatusCode: 'Complete',
        Timestamps: sum === 0 ? [] : [to / 1_000],
        Values: sum === 0 ? [] : [sum],
      };
    });
    return { MetricDataResults: results };
  }

  function getDashboard(input: JsonObject): Json | undefined {
    const found = deployment
      .ofType('AWS::CloudWatch::Dashboard')
      .find((dashboard) => dashboard.property('DashboardName') === input.DashboardName);
    if (found === undefined) return undefined;
    return {
      DashboardName: optionalText(input.DashboardName) ?? '',
      DashboardBody: textAt(found.property('DashboardBody'), 'DashboardBody'),
    };
  }

  return {
    answer(action, input) {
      const members = isObject(input) ? input : {};
      if (action === 'DescribeAlarms') return describeAlarms(members);
      if (action === 'GetMetricData') return getMetricData(members);
      return action === 'GetDashboard' ? getDashboard(members) : undefined;
    },
  };
}

interface Watched {
  readonly metric: JsonObject;
  readonly periodSeconds: number;
}

/** Of one metric, or of those that an expression adds up; no alarm of the template has any other expression. */
function metricsWatched(alarm: JsonObject): readonly Watched[] {
  if (optionalText(alarm.MetricName) !== undefined)
    return [{ metric: alarm, periodSeconds: numberAt(alarm.Period, 0) }];
  return listAt(alarm.Metrics ?? []).flatMap((one) => {
    const { MetricStat } = objectAt(one, 'Metrics');
    if (MetricStat === undefined) return [];
    const { Metric, Period } = objectAt(MetricStat, 'MetricStat');
    return [{ metric: objectAt(Metric, 'Metric'), periodSeconds: numberAt(Period, 0) }];
  });
}

function total(data: readonly Datum[], metric: JsonObject, fromMs: number, toMs: number): number {
  const wanted = Object.fromEntries(
    listAt(metric.Dimensions ?? []).map((one) => {
      const { Name, Value } = objectAt(one, 'Dimensions');
      return [textAt(Name, 'Name'), textAt(Value, 'Value')];
    }),
  );
  return data
    .filter(
      ({ atMs, namespace, name, dimensions }) =>
        atMs >= fromMs &&
        atMs <= toMs &&
        namespace === metric.Namespace &&
        name === metric.MetricName &&
        Object.keys(dimensions).length === Object.keys(wanted).length &&
        Object.entries(wanted).every(([key, value]) => dimensions[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
