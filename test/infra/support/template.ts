import type { Template } from 'aws-cdk-lib/assertions';
import { FUNCTION_IDS, type FunctionId } from '../../../lambdas/contract.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, Json>>;
  readonly deletionPolicy: string | undefined;
}

export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly Json[];
  readonly conditions: Json;
}

/** Every resource of a template, in its order. */
export function resourcesOf(template: Template, type?: string): readonly Resource[] {
  const found: Readonly<Record<string, Record<string, unknown>>> = template.toJSON().Resources;
  return Object.entries(found)
    .filter(([, resource]) => type === undefined || resource.Type === type)
    .map(([id, resource]) => ({
      id,
      type: String(resource.Type),
      properties: asObject(JSON.parse(JSON.stringify(resource.Properties ?? {}))),
      deletionPolicy: typeof resource.DeletionPolicy === 'string' ? resource.DeletionPolicy : undefined,
    }));
}

export function asObject(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

export function asList(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function statementsIn(document: Json | undefined): readonly Statement[] {
  return asList(asObject(document).Statement).map((statement) => {
    const { Action, Resource, Condition } = asObject(statement);
    return { actions: asList(Action).map(String), resources: asList(Resource), conditions: Condition ?? {} };
  });
}

/** The resource of each function, by the function's name. */
export function functionsOf(service: Template, stage = 'prod'): ReadonlyMap<FunctionId, Resource> {
  const found = resourcesOf(service, 'AWS::Lambda::Function');
  return new Map(
    FUNCTION_IDS.map((functionId) => {
      const resource = found.find(
        ({ properties }) => properties.FunctionName === `ens-${stage}-${functionId}`,
      );
      if (resource === undefined) throw new Error(`no function ${functionId}`);
      return [functionId, resource] as const;
    }),
  );
}

/** Statements of each function's own role, from attached and inline policies. */
export function statementsOf(service: Template): ReadonlyMap<FunctionId, readonly Statement[]> {
  return new Map(
    [...functionsOf(service)].map(([functionId, { properties }]) => {
      const role = String(asList(asObject(properties.Role)['Fn::GetAtt'])[0]);
      const attached = resourcesOf(service, 'AWS::IAM::Policy')
        .filter((policy) => asList(policy.properties.Roles).some((entry) => asObject(entry).Ref === role))
        .flatMap((policy) => statementsIn(policy.properties.PolicyDocument));
      const inline = resourcesOf(service, 'AWS::IAM::Role')
        .filter(({ id }) => id === role)
        .flatMap((entry) => asList(entry.properties.Policies))
        .flatMap((policy) => statementsIn(asObject(policy).PolicyDocument));
      return [functionId, [...attached, ...inline]] as const;
    }),
  );
}

/** A value with every intrinsic replaced by something of its kind, as a deployment would. */
export function settled(value: Json): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Fn::ImportValue': imported } = asObject(value);
  if (Ref === 'AWS::Partition') return 'aws';
  if (Ref === 'AWS::Region') return 'eu-central-1';
  if (Ref === 'AWS::AccountId') return '123456789012';
  if (join !== undefined) return asList(asList(join)[1]).map(settled).join('');
  const [, name] = asList(attribute);
  if (name === 'ApiEndpoint') return 'https://abc123.execute-api.eu-central-1.amazonaws.com';
  if (name === 'ApplicationArn') return 'arn:aws:sns:eu-central-1:123456789012:app/APNS/ens-prod-apns';
  if (typeof imported === 'string' && imported.includes('RefDatabaseCluster') && !imported.includes('Secret'))
    return 'ens-prod';
  if (typeof imported === 'string') return `arn:aws:service:eu-central-1:123456789012:${imported.slice(-8)}`;
  return `settled-${JSON.stringify(value).length}`;
}
