import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { METRIC_NAMESPACE, METRICS, ROUTINE_COUNTS } from '../../../lambdas/contract.ts';
import { synthesise, VARIANTS } from '../support/synthesise.ts';
import { asList, asObject, type Json, resourcesOf } from '../support/template.ts';

const RUNBOOK = readFileSync(resolve(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');

function alarms() {
  return resourcesOf(synthesise(VARIANTS['push-secrets']).service, 'AWS::CloudWatch::Alarm');
}

/** Metric names of our namespace anywhere in a value. */
function ownMetrics(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Namespace, MetricName } = asObject(value);
  const here = Namespace === METRIC_NAMESPACE && typeof MetricName === 'string' ? [MetricName] : [];
  const inside = Array.isArray(value) ? value : Object.values(value);
  return [...here, ...inside.flatMap(ownMetrics)];
}

describe('an alarm', () => {
  test('says what users notice and has a section in the runbook', () => {
    for (const { properties } of alarms()) {
      const [, section = ''] = /^ens-prod-([a-z-]+)$/.exec(String(properties.AlarmName)) ?? [];
      expect(properties.AlarmDescription).toMatch(
        new RegExp(`^[A-Z].{20,}\\. What to do: docs/runbook\\.md#${section}$`),
      );
      expect(RUNBOOK).toContain(`\n## ${section}\n`);
    }
  });

  test('watches what the gateway turns away and what is answered 4xx', () => {
    const metrics = Object.fromEntries(
      alarms().map(({ properties }) => [String(properties.AlarmName), properties]),
    );
    const refused = JSON.stringify(metrics['ens-prod-calls-refused']);
    expect(refused).toContain('"Value":"$default"}],"MetricName":"4xx","Namespace":"AWS/ApiGateway"');
    const turnedAway = JSON.stringify(metrics['ens-prod-calls-throttled']);
    expect(turnedAway).toContain('"MetricName":"Throttled-prod","Namespace":"ENS/Gateway"');
    const filters = resourcesOf(synthesise().service, 'AWS::Logs::MetricFilter');
    const [throttled] = filters.filter(({ id }) => id.startsWith('ApiThrottled'));
    expect(throttled?.properties.FilterPattern).toBe('{ $.status = "429" }');
    expect(JSON.stringify(throttled?.properties.LogGroupName)).toContain('ApiAccessLog');
  });

  test('exists for everything that the design wants watched', () => {
    expect(alarms().map(({ properties }) => String(properties.AlarmName).replace('ens-prod-', ''))).toEqual(
      expect.arrayContaining([
        'callbacks-failing',
        'pushes-misconfigured',
        'owner-mismatch',
        'subscriptions-lost',
        'key-pairs-near-end',
        'database-unavailable',
      ]),
    );
  });

  test('looks only at metrics that the functions emit', () => {
    const known: ReadonlySet<string> = new Set(METRICS);
    const used = alarms().flatMap(({ properties }) => ownMetrics(properties));
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  test('mails the address of the settings when it begins and when it ends', () => {
    for (const { properties } of alarms()) {
      expect(properties.AlarmActions).toHaveLength(1);
      expect(properties.OKActions).toEqual(properties.AlarmActions);
    }
    const addresses = resourcesOf(synthesise(VARIANTS['push-secrets']).service, 'AWS::SNS::Subscription');
    expect(addresses.map(({ properties }) => properties.Endpoint)).toContain('mail-team@example.com');
  });

  test('travels encrypted under a key that CloudWatch and SNS may use for this account', () => {
    const { service } = synthesise(VARIANTS['push-secrets']);
    const topics = resourcesOf(service, 'AWS::SNS::Topic');
    expect(topics).toHaveLength(2);
    const [key] = resourcesOf(service, 'AWS::KMS::Key');
    for (const { properties } of topics) expect(JSON.stringify(properties.KmsMasterKeyId)).toContain(key?.id);
    const publishing = asList(asObject(key?.properties.KeyPolicy).Statement).map(asObject)[1];
    expect(publishing).toMatchObject({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Principal: { Service: ['cloudwatch.amazonaws.com', 'sns.amazonaws.com'] },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
  });

  test('has no section in the runbook that no alarm leads to', () => {
    const sections = [...(RUNBOOK.split('\n# Troubleshooting')[0] ?? '').matchAll(/^## (.+)$/gm)].map(
      ([, name]) => name,
    );
    const names = alarms().map(({ properties }) => String(properties.AlarmName).replace('ens-prod-', ''));
    expect(sections.sort()).toEqual(names.sort());
  });
});

describe('the dashboard', () => {
  test('reads every count that the functions emit', () => {
    const [dashboard] = resourcesOf(synthesise().service, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.properties.DashboardBody);
    expect(METRICS.filter((name) => !body.includes(`\\"${name}\\"`))).toEqual([]);
  });
});

describe('the counts that are short lines', () => {
  const filters = () =>
    resourcesOf(synthesise().service, 'AWS::Logs::MetricFilter').filter(({ id }) =>
      id.startsWith('CountFilters'),
    );

  test('become the same metrics as the embedded ones', () => {
    const made = filters().map(({ properties }) => {
      const [transformation] = asList(properties.MetricTransformations);
      const { MetricName, ...rest } = asObject(transformation);
      expect(properties.FilterPattern).toBe(`{ $.${String(MetricName)} > 0 }`);
      expect(rest).toEqual({
        MetricNamespace: METRIC_NAMESPACE,
        MetricValue: `$.${String(MetricName)}`,
        Dimensions: [
          { Key: 'service', Value: '$.service' },
          { Key: 'stage', Value: '$.stage' },
        ],
      });
      return MetricName;
    });
    expect(made.toSorted()).toEqual([...ROUTINE_COUNTS].toSorted());
  });

  test('are never what an alarm hangs on', () => {
    const routine: ReadonlySet<string> = new Set(ROUTINE_COUNTS);
    const watched = alarms().flatMap(({ properties }) => ownMetrics(properties));
    expect(watched.filter((name) => routine.has(name))).toEqual([]);
  });
});

describe('the saved queries', () => {
  test('cover the cases of the runbook by their names', () => {
    const names = resourcesOf(synthesise().service, 'AWS::Logs::QueryDefinition').map(({ properties }) =>
      String(properties.Name).replace('ENS-prod/', ''),
    );
    const cases = [...RUNBOOK.matchAll(/^## (\d .+)$/gm)].map(([, name]) => name);
    expect(cases.length).toBeGreaterThanOrEqual(6);
    expect(names).toEqual(expect.arrayContaining(cases));
  });

  test('show what the runbook says to read of a callback that failed', () => {
    const said = /saved query `(9 [^`]+)` and read `(\w+)` and `(\w+)`/.exec(RUNBOOK)?.slice(1) ?? [];
    const [query = '', ...fields] = said;
    const shown = resourcesOf(synthesise().service, 'AWS::Logs::QueryDefinition')
      .filter(({ properties }) => properties.Name === `ENS-prod/${query}`)
      .map(({ properties }) =>
        String(properties.QueryString).split('\n')[0]?.replace('fields ', '').split(', '),
      );
    expect(fields).toHaveLength(2);
    expect(shown).toEqual([expect.arrayContaining(fields)]);
  });

  test('read one log group each', () => {
    for (const { properties } of resourcesOf(synthesise().service, 'AWS::Logs::QueryDefinition')) {
      expect(asList(properties.LogGroupNames)).toHaveLength(1);
    }
  });
});
