import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readAwsError } from '#adapters/aws-errors.ts';
import { FUNCTION_IDS, type FunctionId, VARIABLES } from '#contract';
import { type Finding, failed, ok } from '../doctor/check.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { functionName, type Stack } from '../stack/stack.ts';

export interface DeployedFunction {
  readonly roleArn: string;
  /** `Active`, `Pending`, `Inactive`, `Failed`. */
  readonly state: string;
  readonly variables: Readonly<Record<string, string>>;
}

export type Functions = Readonly<Record<FunctionId, DeployedFunction>>;

/** Every function of the stack as AWS has it. Throws CommandFailure where one cannot be read. */
export async function readFunctions(stack: Stack): Promise<Functions> {
  const client = new LambdaClient({ ...stack.lambda, maxAttempts: 2 });
  const read = async (id: FunctionId): Promise<DeployedFunction> => {
    const name = functionName(stack, id);
    const answer = await client
      .send(new GetFunctionConfigurationCommand({ FunctionName: name }))
      .catch((error: unknown) => {
        throw new CommandFailure(
          EXIT.unreachable,
          `The settings of the function ${name} could not be read (${readAwsError(error).code}).`,
          'docs/command-line.md lists the permissions that an operator needs.',
        );
      });
    return {
      roleArn: answer.Role ?? '',
      state: answer.State ?? 'Active',
      variables: answer.Environment?.Variables ?? {},
    };
  };
  try {
    return {
      register: await read('register'),
      callback: await read('callback'),
      alive: await read('alive'),
      upkeep: await read('upkeep'),
      migrate: await read('migrate'),
      'push-applications': await read('push-applications'),
      app: await read('app'),
    };
  } finally {
    client.destroy();
  }
}

/** All of them there, able to run, and of one version. */
export async function checkFunctions(functions: Functions): Promise<Finding> {
  const waiting = FUNCTION_IDS.filter((id) => !/^(Active|Inactive)$/.test(functions[id].state));
  if (waiting.length > 0)
    return failed(
      `Not ready: ${waiting.map((id) => `${id} (${functions[id].state})`).join(', ')}.`,
      'Wait a minute after the deployment; if it stays so, the events of the service stack say why.',
    );
  const versions = new Set(FUNCTION_IDS.flatMap((id) => functions[id].variables[VARIABLES.version] ?? []));
  if (versions.size > 1)
    return failed(
      `Functions of several versions run beside each other: ${[...versions].join(', ')}.`,
      'Deploy once more: npx cdk deploy --all.',
    );
  return ok(`The stack’s outputs name ${FUNCTION_IDS.length} functions, and all of them can run.`);
}
