import type { DeployedResource, Deployment } from './deployment.ts';
import { type Json, listAt, objectAt, textList } from './json.ts';
import type { RoleSpec } from './model.ts';

/**
 * Roles with the statements of their own inline policies, of `AWS::IAM::Policy` and of `ManagedPolicy`.
 * Policies of AWS itself (`arn:aws:iam::aws:policy/…`) concern logs only here and are left out: a call that
 * only such a policy would allow is denied, which errs on the strict side.
 */
export function readRoles(deployment: Deployment): readonly RoleSpec[] {
  return deployment.ofType('AWS::IAM::Role').map((role) => ({
    arn: role.attribute('Arn'),
    statements: () => [
      ...listAt(role.property('Policies')).flatMap((policy) =>
        statementsOf(objectAt(policy, 'Policy').PolicyDocument),
      ),
      ...attachedTo(role, deployment, 'AWS::IAM::Policy'),
      ...attachedTo(role, deployment, 'AWS::IAM::ManagedPolicy'),
    ],
  }));
}

function attachedTo(role: DeployedResource, deployment: Deployment, type: string): readonly Json[] {
  return deployment
    .ofType(type)
    .filter((policy) => textList(policy.property('Roles')).includes(role.ref()))
    .flatMap((policy) => statementsOf(policy.property('PolicyDocument')));
}

function statementsOf(document: Json | undefined): readonly Json[] {
  return listAt(objectAt(document, 'PolicyDocument').Statement);
}
