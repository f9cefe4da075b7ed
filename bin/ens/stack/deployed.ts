import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { readAwsError } from '#adapters/aws-errors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { type AwsPlace, outputsSchema, type Stack, type StackChoice } from './stack.ts';

/** The stack that `cdk deploy` made, with the operator's own AWS credentials. */
export async function findDeployedStack({ stage, region, profile }: StackChoice): Promise<Stack> {
  const aws: AwsPlace = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  const name = `ens-${stage}-service`;
  const outputs = outputsSchema.safeParse(await outputsOf(name, aws));
  if (!outputs.success)
    throw new CommandFailure(
      EXIT.unreachable,
      `The stack ${name} has not all outputs that this version looks for (${missing(outputs.error)}).`,
      'Deploy this version first: npx cdk deploy --all.',
    );
  return {
    place: `stage ${stage}`,
    outputs: outputs.data,
    aws,
    lambda: aws,
    cloudWatch: aws,
    iam: aws,
    now: () => Date.now(),
  };
}

async function outputsOf(name: string, aws: AwsPlace): Promise<Readonly<Record<string, string>>> {
  const client = new CloudFormationClient({ ...aws, maxAttempts: 2 });
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    throw explain(error, name);
  } finally {
    client.destroy();
  }
}

function explain(error: unknown, stackName: string): CommandFailure {
  const { code } = readAwsError(error);
  const fail = (sentence: string, nextStep: string) =>
    new CommandFailure(EXIT.unreachable, sentence, nextStep);
  if (/CredentialsProviderError|TokenProviderError/.test(code))
    return fail(
      'No AWS credentials were found.',
      'Sign in as usual (aws sso login, AWS_PROFILE, or --profile), or use --local for the local world.',
    );
  if (code === 'ValidationError')
    return fail(
      `There is no stack ${stackName} in this account and region.`,
      'Check --stage, --region and the account (aws sts get-caller-identity).',
    );
  if (/Expired|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient/.test(code))
    return fail(`AWS does not accept these credentials (${code}).`, 'Sign in again.');
  if (/AccessDenied|AuthorizationError/.test(code))
    return fail(
      `These credentials may not describe the stack ${stackName} (${code}).`,
      'docs/command-line.md lists the permissions that an operator needs.',
    );
  if (/Region/i.test(code) || (error instanceof Error && /region is missing/i.test(error.message)))
    return fail('No AWS region is set.', 'Name it with --region or AWS_REGION.');
  return fail(`CloudFormation did not answer (${code}).`, 'Check the network and try again.');
}

function missing(error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] }): string {
  return error.issues.map(({ path }) => path.join('.')).join(', ');
}
