import { describe, expect, test } from '@jest/globals';
import { synthesise, VARIANT_NAMES, VARIANTS } from '../support/synthesise.ts';
import { asObject, resourcesOf } from '../support/template.ts';

describe('what is logged', () => {
  test('names the route of a request and never its path, query, address or headers', () => {
    const [stage] = resourcesOf(synthesise().service, 'AWS::ApiGatewayV2::Stage');
    const format: unknown = JSON.parse(String(asObject(stage?.properties.AccessLogSettings).Format));
    expect(format).toEqual({
      requestId: '$context.requestId',
      routeKey: '$context.routeKey',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      error: '$context.error.responseType $context.integrationErrorMessage',
    });
  });

  test.each(VARIANT_NAMES)('is deleted after the time set, everywhere, with the %s settings', (variant) => {
    const { service, state } = synthesise({ ...VARIANTS[variant], logRetentionDays: 90 });
    const groups = [
      ...resourcesOf(service, 'AWS::Logs::LogGroup'),
      ...resourcesOf(state, 'AWS::Logs::LogGroup'),
    ];
    expect(groups.length).toBeGreaterThanOrEqual(7);
    expect(groups.filter(({ properties }) => properties.RetentionInDays !== 90)).toEqual([]);
  });

  test('goes to a group of its own for every function', () => {
    const { service } = synthesise();
    const groups = resourcesOf(service, 'AWS::Lambda::Function').map(({ properties }) =>
      JSON.stringify(asObject(properties.LoggingConfig).LogGroup),
    );
    expect(new Set(groups).size).toBe(groups.length);
    expect(groups).not.toContain(undefined);
  });

  test('is never a trace, because a trace records the path', () => {
    for (const { properties } of resourcesOf(synthesise().service, 'AWS::Lambda::Function')) {
      expect(properties.TracingConfig).toBeUndefined();
    }
  });
});
