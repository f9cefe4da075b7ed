import { describe, expect, test } from '@jest/globals';
import type { MetricName } from '#contract';
import { withShortCounts } from '#runtime/short-counts.ts';

function shortTelemetry() {
  const [lines, rest]: [string[], string[]] = [[], []];
  const line = (event: string) => void rest.push(event);
  const telemetry = withShortCounts(
    {
      log: { info: line, warn: line, error: line },
      metrics: { count: (name: MetricName, value = 1) => void rest.push(`${name} ${value}`) },
      beginRequest: (id) => void rest.push(`request ${id}`),
      flush: async () => void rest.push('flush'),
    },
    'callback',
    'prod',
    (text) => void lines.push(text),
  );
  return { telemetry, lines, rest };
}

describe('short counts', () => {
  test('are written as one line per request, added up', async () => {
    const { telemetry, lines } = shortTelemetry();
    telemetry.metrics.count('CallbackHandled');
    telemetry.metrics.count('PushDelivered', 2);
    telemetry.metrics.count('PushDelivered');
    await telemetry.flush();
    await telemetry.flush();
    expect(lines).toEqual(['{"service":"callback","stage":"prod","CallbackHandled":1,"PushDelivered":3}']);
  });

  test('leave every other count, and every log line, to the telemetry behind them', async () => {
    const { telemetry, lines, rest } = shortTelemetry();
    telemetry.beginRequest('r');
    telemetry.metrics.count('OwnerMismatch');
    telemetry.log.warn('exchange-failed');
    await telemetry.flush();
    expect(lines).toEqual([]);
    expect(rest).toEqual(['request r', 'OwnerMismatch 1', 'exchange-failed', 'flush']);
  });
});
