import { randomUUID } from 'node:crypto';
import { evaluate, type PolicyStatement, type RequestContext } from '../aws/iam.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** SimulatePrincipalPolicy of IAM for one action on one resource, with the statements of that role. */
export function simulatePolicy(
  form: URLSearchParams,
  statementsOf: (roleArn: string) => readonly PolicyStatement[] | undefined,
): { readonly status: number; readonly xml: string } {
  const statements = statementsOf(form.get('PolicySourceArn') ?? '');
  if (form.get('Action') !== 'SimulatePrincipalPolicy' || statements === undefined)
    return { status: 404, xml: simulationError('NoSuchEntity', 'There is no such role.') };
  const [action, resource] = [
    form.get('ActionNames.member.1') ?? '',
    form.get('ResourceArns.member.1') ?? '*',
  ];
  const decision = evaluate(statements, action, resource, contextOf(form));
  const verdict = decision.allowed ? 'allowed' : decision.explicit ? 'explicitDeny' : 'implicitDeny';
  return {
    status: 200,
    xml: `<SimulatePrincipalPolicyResponse xmlns="${NAMESPACE}"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>${action}</EvalActionName><EvalResourceName>${resource}</EvalResourceName><EvalDecision>${verdict}</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>`,
  };
}

export function simulationError(code: string, message: string): string {
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

/** `ContextEntries.member.1.ContextKeyName`, and its values. */
function contextOf(form: URLSearchParams): RequestContext {
  const context: Record<string, readonly string[]> = {};
  for (const [name, value] of form) {
    const [, index] = /^ContextEntries\.member\.(\d+)\.ContextKeyName$/.exec(name) ?? [];
    if (index === undefined) continue;
    const prefix = `ContextEntries.member.${index}.ContextKeyValues.member.`;
    context[value] = [...form].filter(([key]) => key.startsWith(prefix)).map(([, each]) => each);
  }
  return context;
}
