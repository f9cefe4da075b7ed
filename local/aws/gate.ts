import type { AwsService } from './http.ts';
import { denialMessage, evaluate, list, type PolicyStatement } from './iam.ts';
import { type Authorize, AwsError, type Principal } from './wire.ts';

/** One permission as a policy spells it: an action pattern on a resource pattern. */
export interface Grant {
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
}

export interface Gate {
  authorizer(principal: Principal, service: AwsService): Authorize;
  usedGrants(): readonly Grant[];
}

/**
 * Judges every call by its caller's policy and remembers which permissions were needed. `deniedBy`: what the policy
 * of a resource forbids everybody, by the resource's ARN; of its Allow statements nothing is read.
 */
export function createGate(deniedBy: (resource: string) => readonly PolicyStatement[] = () => []): Gate {
  const used = new Map<string, Grant>();
  return {
    authorizer: (principal, service) => (action, resource, context) => {
      const { statements, roleArn, functionId } = principal;
      const asked = { ...context, 'aws:PrincipalArn': roleArn };
      const forbidden = evaluate(deniedBy(resource), action, resource, asked);
      if (!forbidden.allowed && forbidden.explicit)
        throw refused(service, denialMessage(roleArn, functionId, action, resource, 'resource-based'));
      if (statements === 'operator') return;
      const decision = evaluate(statements, action, resource, context);
      if (decision.allowed) {
        const grant = { roleArn, action: decision.action, resource: decision.resource };
        used.set(JSON.stringify(grant), grant);
        return;
      }
      const by = decision.explicit ? 'identity-based' : undefined;
      throw refused(service, denialMessage(roleArn, functionId, action, resource, by));
    },
    usedGrants: () => [...used.values()],
  };
}

function refused(service: AwsService, message: string): AwsError {
  if (service === 'sns') return new AwsError('AuthorizationError', 403, message);
  // The Data API answers 403, the JSON services 400.
  return new AwsError('AccessDeniedException', service === 'rds-data' ? 403 : 400, message);
}

/** What these roles may do and never did: candidates for removal from the template. */
export function unusedGrants(
  principals: readonly Pick<Principal, 'roleArn' | 'statements'>[],
  used: readonly Grant[],
): readonly Grant[] {
  const known = new Set(
    used.map(({ roleArn, action, resource }) => JSON.stringify([roleArn, action, resource])),
  );
  return principals
    .flatMap(({ roleArn, statements }) =>
      (statements === 'operator' ? [] : statements)
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action, Resource }) =>
          list(Action).flatMap((action) => list(Resource).map((resource) => ({ roleArn, action, resource }))),
        ),
    )
    .filter(({ roleArn, action, resource }) => !known.has(JSON.stringify([roleArn, action, resource])));
}
