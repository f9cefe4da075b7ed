import { expect, test } from '@jest/globals';
import type { MetricName } from '#contract';
import { lazyTelemetry } from '#runtime/lazy-telemetry.ts';
import type { Telemetry } from '#runtime/telemetry.ts';

/** Writes down what reaches it; loads when told to. */
function slowTelemetry() {
  const written: string[] = [];
  const line = (event: string) => void written.push(event);
  const telemetry: Telemetry = {
    log: { info: line, warn: line, error: line },
    metrics: { count: (name: MetricName, value = 1) => void written.push(`${name} ${value}`) },
    beginRequest: (id) => void written.push(`request ${id}`),
    flush: async () => void written.push('flush'),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Telemetry>();
  let loads = 0;
  const load = () => {
    loads += 1;
    return promise;
  };
  return { written, load, loads: () => loads, arrive: () => resolve(telemetry), fail: reject };
}

test('a request that neither logs nor counts loads nothing and flushes at once', async () => {
  const { load, loads, written } = slowTelemetry();
  const telemetry = lazyTelemetry(load);
  telemetry.beginRequest('first');
  await telemetry.flush();
  expect([loads(), written]).toEqual([0, []]);
});

test('what comes before the module waits in order, under the id of its request', async () => {
  const { load, loads, written, arrive } = slowTelemetry();
  const telemetry = lazyTelemetry(load);
  telemetry.beginRequest('first');
  telemetry.beginRequest('second');
  telemetry.log.info('one');
  telemetry.metrics.count('Heartbeat');
  telemetry.log.error('two');
  const flushed = telemetry.flush();
  expect(written).toEqual([]);
  arrive();
  await flushed;
  expect(written).toEqual(['request second', 'one', 'Heartbeat 1', 'two', 'flush']);
  expect(loads()).toBe(1);
});

test('what comes after the module is written at once', async () => {
  const { load, written, arrive } = slowTelemetry();
  const telemetry = lazyTelemetry(load);
  arrive();
  telemetry.log.info('first');
  await telemetry.flush();
  telemetry.beginRequest('later');
  telemetry.log.warn('now');
  expect(written).toEqual(['first', 'flush', 'request later', 'now']);
});

test('a module that cannot be loaded fails the flush, not the line', async () => {
  const { load, fail } = slowTelemetry();
  const telemetry = lazyTelemetry(load);
  telemetry.log.info('lost');
  fail(new Error('no such file'));
  await expect(telemetry.flush()).rejects.toThrow('no such file');
});
