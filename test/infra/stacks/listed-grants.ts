import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { synthesise, VARIANT_NAMES, VARIANTS } from '../support/synthesise.ts';
import { asList, asObject, type Json, resourcesOf } from '../support/template.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../../docs/first-deployment.md'), 'utf8');
const HEADING = '## Granted for what does not run locally';
/** The local world enforces what roles allow of these; test/service/grants.test.ts finds what nobody uses. */
const EMULATED = /^(rds-data|kms|sns|secretsmanager|ssm):/;

const BOTH = ['service', 'state'] as const;
const EVERYTHING = Object.assign({}, ...Object.values(VARIANTS));

function allowedIn(document: Json | undefined): readonly string[] {
  return asList(asObject(document).Statement)
    .filter((statement) => asObject(statement).Effect === 'Allow')
    .flatMap((statement) => asList(asObject(statement).Action))
    .map(String);
}

/** Every action that some policy of either template allows and that the local world does not enforce. */
function notEnforcedLocally(): ReadonlySet<string> {
  const templates = synthesise(EVERYTHING);
  const resources = BOTH.flatMap((name) => resourcesOf(templates[name]));
  const actions = resources.flatMap(({ type, properties }) => {
    if (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy')
      return allowedIn(properties.PolicyDocument).filter((action) => !EMULATED.test(action));
    if (type === 'AWS::IAM::Role')
      return asList(properties.Policies).flatMap((policy) => allowedIn(asObject(policy).PolicyDocument));
    if (type === 'AWS::Lambda::Permission') return [String(properties.Action)];
    // Policies of resources: who else may, rather than what our roles may.
    return [...allowedIn(properties.PolicyDocument), ...allowedIn(properties.KeyPolicy)];
  });
  return new Set(actions);
}

/** The actions in the first column of the page's table. */
function listed(): ReadonlySet<string> {
  const [, section = ''] = PAGE.split(HEADING);
  const cells = section.split('\n').flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? []);
  return new Set(cells.flatMap((cell) => cell.match(/(?<=`)[a-z0-9-]+:[A-Za-z*]+(?=`)/g) ?? []));
}

describe('docs/first-deployment.md', () => {
  test('lists every grant that does not run locally with its reason, and no other', () => {
    expect([...listed()].sort()).toEqual([...notEnforcedLocally()].sort());
  });
});

describe('the permissions of callers', () => {
  test.each(VARIANT_NAMES)('are bound to what they call for, with the %s settings', (variant) => {
    for (const { id, properties } of resourcesOf(
      synthesise(VARIANTS[variant]).service,
      'AWS::Lambda::Permission',
    )) {
      const bound = properties.SourceArn ?? properties.SourceAccount;
      expect({ id, bound: bound !== undefined }).toEqual({ id, bound: true });
      expect(String(properties.Principal)).toMatch(
        /^(apigateway|events|sns|secretsmanager)\.amazonaws\.com$/,
      );
      if (properties.SourceArn === undefined)
        expect(properties.Principal).toBe('secretsmanager.amazonaws.com');
    }
  });
});

describe('the policies of both stacks', () => {
  test.each(VARIANT_NAMES)('name actions and resources one by one with the %s settings', (variant) => {
    const templates = synthesise(VARIANTS[variant]);
    const statements = BOTH.flatMap((name) => resourcesOf(templates[name]))
      .filter(({ type }) => type.startsWith('AWS::IAM::'))
      .flatMap(({ properties }) => [
        ...asList(asObject(properties.PolicyDocument).Statement),
        ...asList(properties.Policies).flatMap((policy) =>
          asList(asObject(asObject(policy).PolicyDocument).Statement),
        ),
      ])
      .map(asObject);
    expect(statements.length).toBeGreaterThan(10);
    for (const { Action, Resource, NotAction, NotResource } of statements) {
      const actions = asList(Action).map(String);
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      expect([NotAction, NotResource]).toEqual([undefined, undefined]);
      // EC2 knows no resource for its reading actions: the list in docs/first-deployment.md says so.
      if (!actions.every((action) => action.startsWith('ec2:Describe'))) {
        expect(asList(Resource).filter((resource) => resource === '*')).toEqual([]);
      }
    }
  });
});
