import { LOCAL_REGION } from '../template/physical.ts';
import { OPERATOR_ACCESS_KEY_ID } from '../world/principals.ts';
import type { World } from '../world/world.ts';
import { ControlError, type ControlRoutes, readText, sendJson } from './http.ts';

const FUNCTION = '/local/lambda/2015-03-31/functions/{name}';

/**
 * What stands here for an operator's AWS account: the stacks' outputs, where the AWS endpoints are, and the two
 * calls of the Lambda API that the command line makes.
 */
export function operatorRoutes(world: World): ControlRoutes {
  const { functions, aws, clock, origin } = world;

  function known(name: string) {
    const spec = functions.specs.find((candidate) => candidate.name === name);
    if (spec === undefined) throw new ControlError(404, `There is no function ${name}.`);
    return spec;
  }

  return {
    'GET /local/stack': () => ({
      outputs: world.outputs(),
      region: LOCAL_REGION,
      credentials: { accessKeyId: OPERATOR_ACCESS_KEY_ID, secretAccessKey: 'local' },
      endpoints: { aws: aws.origin, lambda: `${origin}/local/lambda` },
      nowMs: clock.now(),
    }),
    [`GET ${FUNCTION}/configuration`]: ({ value }) => {
      const { name, arn, environment } = known(value('name'));
      return { FunctionName: name, FunctionArn: arn, Environment: { Variables: environment() } };
    },
    [`POST ${FUNCTION}/invocations`]: async ({ value, request, response }) => {
      const { id } = known(value('name'));
      const text = await readText(request);
      const outcome = await functions.invoke(id, text === '' ? {} : JSON.parse(text));
      if (!outcome.ok) response.setHeader('x-amz-function-error', 'Unhandled');
      sendJson(response, 200, outcome.ok ? outcome.payload : outcome.failure);
    },
  };
}
