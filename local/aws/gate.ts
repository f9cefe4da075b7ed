import type { AwsService } from './http.ts';
import { denialMessage, evaluate } from './iam.ts';
import { type Authorize, AwsError, type Principal } from './wire.ts';

/** One permission that a call has actually needed. `statementAction`: the pattern that granted it. */
export interface UsedGrant {
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
  readonly statementAction: string;
}

export interface Gate {
  authorizer(principal: Principal, service: AwsService): Authorize;
  usedGrants(): readonly UsedGrant[];
}

/** Judges every call by its caller's policy and remembers which permissions were used. */
export function createGate(): Gate {
  const used = new Map<string, UsedGrant>();
  return {
    authorizer: (principal, service) => (action, resource, context) => {
      const { statements, roleArn, functionId } = principal;
      if (statements === 'operator') return;
      const decision = evaluate(statements, action, resource, context);
      if (decision.allowed) {
        const grant = { roleArn, action, resource, statementAction: decision.action };
        used.set(JSON.stringify(grant), grant);
        return;
      }
      const message = denialMessage(roleArn, functionId, action, resource, decision.explicit);
      throw service === 'sns'
        ? new AwsError('AuthorizationError', 403, message)
        : // The Data API answers 403, the JSON services 400.
          new AwsError('AccessDeniedException', service === 'rds-data' ? 403 : 400, message);
    },
    usedGrants: () => [...used.values()],
  };
}
