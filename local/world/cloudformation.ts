import { randomUUID } from 'node:crypto';
import type { InvokeOutcome } from '../functions/function-process.ts';
import type { DeployedResource, Deployment } from '../template/deployment.ts';
import { type Json, objectAt, optionalText, parseJson, textAt } from '../template/json.ts';

/** Where a custom resource's function PUTs its answer. */
export interface AnswerDesk {
  /** A URL for one answer, and the answer once it came. */
  open(): { readonly url: string; readonly answer: Promise<Json>; close(): void };
  /** False where nobody waits for that id. */
  accept(id: string, body: string): boolean;
}

export const ANSWER_PATH = '/local/cloudformation/';

export function createAnswerDesk(origin: () => string): AnswerDesk {
  const waiting = new Map<string, (answer: Json) => void>();
  return {
    open() {
      const id = randomUUID();
      const { promise, resolve } = Promise.withResolvers<Json>();
      waiting.set(id, resolve);
      return {
        url: `${origin()}${ANSWER_PATH}${id}`,
        answer: promise,
        close: () => void waiting.delete(id),
      };
    },
    accept(id, body) {
      const resolve = waiting.get(id);
      if (resolve === undefined) return false;
      resolve(parseJson(body));
      return true;
    },
  };
}

export interface DeployOptions {
  readonly deployment: Deployment;
  readonly desk: AnswerDesk;
  readonly invoke: (functionArn: string, event: Json) => Promise<InvokeOutcome>;
}

/**
 * Creates the custom resources of this project (`Custom::Ens…`) as CloudFormation does: in dependency order,
 * by an event to the function behind `ServiceToken`, which answers at `ResponseURL`. Rejects with the
 * function's own reason. Unlike CloudFormation it asks once: a failing function is not invoked again.
 */
export async function deployCustomResources(options: DeployOptions): Promise<void> {
  const { deployment } = options;
  for (const resource of deployment.customResources()) {
    if (!resource.type.startsWith('Custom::Ens')) continue;
    const answer = objectAt(await create(resource, options), 'answer');
    if (answer.Status !== 'SUCCESS') {
      const reason = optionalText(answer.Reason) ?? 'no reason given';
      throw new Error(`${resource.logicalId} (${resource.type}) could not be created: ${reason}`);
    }
    const data = Object.entries(objectAt(answer.Data, 'Data'));
    deployment.settle(
      resource,
      textAt(answer.PhysicalResourceId, 'PhysicalResourceId'),
      Object.fromEntries(data.map(([name, value]) => [name, optionalText(value) ?? ''])),
    );
  }
}

async function create(
  resource: DeployedResource,
  { deployment, desk, invoke }: DeployOptions,
): Promise<Json> {
  const desked = desk.open();
  const event: Json = {
    RequestType: 'Create',
    ResponseURL: desked.url,
    StackId: `arn:aws:cloudformation:${deployment.place.region}:${deployment.place.account}:stack/${resource.stack}/local`,
    RequestId: randomUUID(),
    LogicalResourceId: resource.logicalId,
    ResourceType: resource.type,
    ResourceProperties: resource.properties(),
  };
  try {
    const invoked = invoke(textAt(resource.property('ServiceToken'), 'ServiceToken'), event);
    // An answer comes while the function still runs; a function that failed will never give one.
    const answer = await Promise.race([
      desked.answer,
      invoked.then((outcome) => failureIn(outcome) ?? desked.answer),
    ]);
    await invoked;
    return answer;
  } finally {
    desked.close();
  }
}

function failureIn(outcome: InvokeOutcome): Json | undefined {
  if (outcome.ok) return undefined;
  return { Status: 'FAILED', Reason: `${outcome.failure.errorType}: ${outcome.failure.errorMessage}` };
}
