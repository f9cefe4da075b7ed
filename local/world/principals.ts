import type { PolicyStatement } from '../aws/iam.ts';
import type { Principal } from '../aws/wire.ts';
import { accessKeyIdOf } from '../functions/environment.ts';
import { isObject, type Json, listAt, objectAt, textAt, textList } from '../template/json.ts';
import type { FunctionSpec, RoleSpec } from '../template/model.ts';

/** With this key an operator may do everything, as with AdministratorAccess. */
export const OPERATOR_ACCESS_KEY_ID = 'LOCALOPERATOR';

/** Changes a function's statements before they count: how a test takes one away. */
export type AdjustStatements = (
  functionId: string,
  statements: readonly PolicyStatement[],
) => readonly PolicyStatement[];

/**
 * Who signed a request, by access key id. Statements are read when a function first calls, since they may
 * name what a custom resource made.
 */
export function createPrincipals(
  functions: readonly FunctionSpec[],
  roles: readonly RoleSpec[],
  adjust: AdjustStatements = (_id, statements) => statements,
): (accessKeyId: string) => Principal | undefined {
  const operator: Principal = { functionId: 'operator', roleArn: 'operator', statements: 'operator' };
  const known = new Map<string, Principal>([[OPERATOR_ACCESS_KEY_ID, operator]]);
  return (accessKeyId) => {
    const before = known.get(accessKeyId);
    if (before !== undefined) return before;
    const spec = functions.find(({ name }) => accessKeyIdOf(name) === accessKeyId);
    const role = roles.find(({ arn }) => arn === spec?.roleArn);
    if (spec === undefined || role === undefined) return undefined;
    const statements = adjust(spec.id, role.statements().map(statementOf));
    const principal = { functionId: spec.id, roleArn: role.arn, statements };
    known.set(accessKeyId, principal);
    return principal;
  };
}

/** What the policy of a resource forbids everybody. Throws where it names whom it forbids: that is not read here. */
export function deniesOf(policy: Json | undefined): readonly PolicyStatement[] {
  return listAt(objectAt(policy, 'policy').Statement).flatMap((value) => {
    const { Principal, ...statement } = objectAt(value, 'Statement');
    if (statement.Effect !== 'Deny') return [];
    const everybody = isObject(Principal) ? Principal.AWS : Principal;
    if (everybody !== '*') throw new Error('a Deny for some principals alone is not understood here');
    return [statementOf(statement)];
  });
}

function statementOf(value: Json): PolicyStatement {
  const statement = objectAt(value, 'Statement');
  const effect = textAt(statement.Effect, 'Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`IAM effect ${effect} is not understood`);
  const unknown = Object.keys(statement).find(
    (key) => !['Sid', 'Effect', 'Action', 'Resource', 'Condition'].includes(key),
  );
  if (unknown !== undefined) throw new Error(`IAM statement element ${unknown} is not understood here`);
  return {
    Effect: effect,
    Action: textList(statement.Action),
    Resource: textList(statement.Resource),
    ...(statement.Condition === undefined ? {} : { Condition: conditionOf(statement.Condition) }),
  };
}

function conditionOf(value: Json): Record<string, Record<string, string | boolean | readonly string[]>> {
  const operators = Object.entries(objectAt(value, 'Condition'));
  return Object.fromEntries(
    operators.map(([operator, block]) => [
      operator,
      Object.fromEntries(
        Object.entries(isObject(block) ? block : {}).map(([key, entry]) => [
          key,
          typeof entry === 'boolean' ? entry : listAt(entry).map((each) => textAt(each, key)),
        ]),
      ),
    ]),
  );
}
