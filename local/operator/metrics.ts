import type { Deployment } from '../template/deployment.ts';
import {
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  optionalText,
  parseJson,
  textAt,
} from '../template/json.ts';
import type { LogLine } from '../world/logs.ts';

/** One count, as CloudWatch has it from a log line. */
export interface Datum {
  readonly atMs: number;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Filter {
  readonly functionId: string;
  readonly namespace: string;
  readonly name: string;
  readonly matches: (line: JsonObject) => boolean;
  /** Of a line that matches. */
  readonly countOf: (line: JsonObject) => number;
  /** Dimension → member of the line. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Metric filters of the template. Throws for a pattern that is not understood here. */
export function readMetricFilters(deployment: Deployment): readonly Filter[] {
  return deployment.ofType('AWS::Logs::MetricFilter').map((filter) => {
    const [transformation] = listAt(filter.property('MetricTransformations')).map((one) =>
      objectAt(one, 'MetricTransformations'),
    );
    const value = textAt(transformation?.MetricValue, 'MetricValue');
    const group = textAt(filter.property('LogGroupName'), 'LogGroupName').split('/').at(-1) ?? '';
    const dimensions = listAt(transformation?.Dimensions ?? []).map((one) => objectAt(one, 'Dimensions'));
    return {
      functionId: group === 'access' ? 'gateway' : group,
      namespace: textAt(transformation?.MetricNamespace, 'MetricNamespace'),
      name: textAt(transformation?.MetricName, 'MetricName'),
      matches: readPattern(textAt(filter.property('FilterPattern'), 'FilterPattern')),
      countOf: (line) => Number(value.startsWith('$.') ? line[value.slice(2)] : value),
      dimensions: Object.fromEntries(
        dimensions.map(({ Key, Value }) => [textAt(Key, 'Key'), textAt(Value, 'Value').replace('$.', '')]),
      ),
    };
  });
}

/** Patterns of the two kinds that the template has. */
function readPattern(pattern: string): Filter['matches'] {
  const [, member = '', positive, text] = /^\{ \$\.(\w+) (?:(> 0)|= "([^"]*)") \}$/.exec(pattern) ?? [];
  if (positive !== undefined) return (line) => Number(line[member]) > 0;
  if (text !== undefined) return (line) => line[member] === text;
  throw new Error(`the filter pattern ${pattern} is not understood here`);
}

/** What CloudWatch makes of the lines: embedded metrics, and those of the filters. */
export function metricsOf(lines: readonly LogLine[], filters: readonly Filter[]): readonly Datum[] {
  return lines.flatMap((line) => {
    const value = line.line.startsWith('{') ? parse(line.line) : undefined;
    if (value === undefined) return [];
    const atMs = Date.parse(line.at);
    return [...embedded(value, atMs), ...filtered(value, atMs, line.function, filters)];
  });
}

function parse(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function embedded(line: JsonObject, atMs: number): readonly Datum[] {
  if (!isObject(line._aws)) return [];
  return listAt(line._aws.CloudWatchMetrics ?? []).flatMap((one) => {
    const { Namespace, Dimensions, Metrics } = objectAt(one, 'CloudWatchMetrics');
    return listAt(Dimensions ?? []).flatMap((set) => {
      const names = listAt(set).map((name) => textAt(name, 'Dimensions'));
      const dimensions = Object.fromEntries(names.map((name) => [name, optionalText(line[name]) ?? '']));
      return listAt(Metrics ?? []).map((metric) => {
        const name = textAt(objectAt(metric, 'Metrics').Name, 'Name');
        return {
          atMs,
          namespace: textAt(Namespace, 'Namespace'),
          name,
          dimensions,
          value: Number(line[name]),
        };
      });
    });
  });
}

function filtered(
  line: JsonObject,
  atMs: number,
  functionId: string,
  filters: readonly Filter[],
): readonly Datum[] {
  return filters
    .filter((filter) => filter.functionId === functionId && filter.matches(line))
    .map(({ namespace, name, countOf, dimensions }) => ({
      atMs,
      namespace,
      name,
      dimensions: Object.fromEntries(
        Object.entries(dimensions).map(([key, from]) => [key, optionalText(line[from]) ?? '']),
      ),
      value: countOf(line),
    }));
}
