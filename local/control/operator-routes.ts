import { simulatePolicy, simulationError } from '../operator/simulate-policy.ts';
import { parseJson } from '../template/json.ts';
import { LOCAL_REGION } from '../template/physical.ts';
import { OPERATOR_ACCESS_KEY_ID } from '../world/principals.ts';
import type { World } from '../world/world.ts';
import { ControlError, type ControlRoutes, readText, route, sendJson } from './http.ts';

const FUNCTION = '/local/lambda/2015-03-31/functions/{name}';

function known({ functions }: World, name: string) {
  const spec = functions.specs.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new ControlError(404, `There is no function ${name}.`);
  return spec;
}

/**
 * What stands here for an operator's AWS account: the stacks' outputs, where the AWS endpoints are, and the calls of the
 * Lambda, CloudWatch and IAM APIs that the command line makes.
 */
export const OPERATOR_ROUTES: ControlRoutes = {
  'GET /local/stack': route('outputs of the stacks, and where the AWS endpoints are', ({ world }) => ({
    outputs: world.outputs(),
    region: LOCAL_REGION,
    credentials: { accessKeyId: OPERATOR_ACCESS_KEY_ID, secretAccessKey: 'local' },
    endpoints: {
      aws: world.aws.origin,
      lambda: `${world.origin}/local/lambda`,
      cloudWatch: `${world.origin}/local/cloudwatch`,
      iam: `${world.origin}/local/iam`,
    },
    nowMs: world.clock.now(),
  })),
  [`GET ${FUNCTION}/configuration`]: route(
    'GetFunctionConfiguration of the Lambda API, as far as the command line reads it',
    ({ world }, { value }) => {
      const { name, arn, roleArn, memoryMb, environment } = known(world, value('name'));
      return {
        FunctionName: name,
        FunctionArn: arn,
        Role: roleArn,
        State: 'Active',
        MemorySize: memoryMb,
        Environment: { Variables: environment() },
      };
    },
  ),
  'POST /local/cloudwatch/': route(
    'the CloudWatch API, as far as the command line asks it',
    async ({ world: { faults, cloudWatch } }, { request, response }) => {
      const action = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      const input = parseJson(await readText(request));
      const fault = faults.take('cloudwatch', action);
      const answer = fault?.error === undefined ? cloudWatch.answer(action, input) : undefined;
      const code = fault?.error ?? 'ResourceNotFound';
      sendJson(response, answer === undefined ? 400 : 200, answer ?? { __type: code, message: code });
    },
  ),
  'POST /local/iam/': route(
    'SimulatePrincipalPolicy of the IAM API',
    async ({ world: { faults, statementsOf } }, { request, response }) => {
      const form = new URLSearchParams(await readText(request));
      const fault = faults.take('iam', form.get('Action') ?? '');
      const { status, xml } =
        fault?.error === undefined
          ? simulatePolicy(form, statementsOf)
          : { status: 403, xml: simulationError(fault.error, 'is not authorized to perform this action') };
      response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    },
  ),
  'GET /local/lambda/2016-08-19/account-settings': route('GetAccountSettings of the Lambda API', () => ({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 },
  })),
  [`POST ${FUNCTION}/invocations`]: route(
    'Invoke of the Lambda API; the body is the event',
    async ({ world }, { value, request, response }) => {
      const { id } = known(world, value('name'));
      const text = await readText(request);
      const outcome = await world.functions.invoke(id, text === '' ? {} : JSON.parse(text));
      if (!outcome.ok) response.setHeader('x-amz-function-error', 'Unhandled');
      sendJson(response, 200, outcome.ok ? outcome.payload : outcome.failure);
    },
  ),
};
