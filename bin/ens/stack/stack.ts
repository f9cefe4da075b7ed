import * as z from 'zod';
import type { FunctionId } from '#contract';
import type { EpochMs } from '#domain/model/subscription.ts';

/** What an AWS SDK client needs to know of where to go; absent members as the SDK finds them. */
export interface AwsPlace {
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The outputs of the service stack that the command line starts from. */
export const outputsSchema = z.object({
  ENSLinkAddress: z.string(),
  WebAppAddress: z.string(),
  RegisterFunctionName: z.string(),
  CallbackFunctionName: z.string(),
  AliveFunctionName: z.string(),
  UpkeepFunctionName: z.string(),
  OperatorSecretArn: z.string(),
  MigrateFunctionName: z.string(),
  PushApplicationsFunctionName: z.string(),
  AppFunctionName: z.string(),
});

/** The output that names each function. */
const FUNCTION_OUTPUTS = {
  register: 'RegisterFunctionName',
  callback: 'CallbackFunctionName',
  alive: 'AliveFunctionName',
  upkeep: 'UpkeepFunctionName',
  migrate: 'MigrateFunctionName',
  'push-applications': 'PushApplicationsFunctionName',
  app: 'AppFunctionName',
} as const satisfies Readonly<Record<FunctionId, keyof z.infer<typeof outputsSchema>>>;

export function functionName({ outputs }: Pick<Stack, 'outputs'>, id: FunctionId): string {
  return outputs[FUNCTION_OUTPUTS[id]];
}

/** One deployment of ENS, wherever it runs. */
export interface Stack {
  /** For people: `stage prod`, `the local world at …`. */
  readonly place: string;
  readonly outputs: z.infer<typeof outputsSchema>;
  readonly aws: AwsPlace;
  readonly lambda: AwsPlace;
  readonly cloudWatch: AwsPlace;
  readonly iam: AwsPlace;
  /** The deployment's clock. */
  readonly now: () => EpochMs;
}

/** How the operator named the stack. */
export interface StackChoice {
  /** Origin of the local world; undefined: AWS. */
  readonly local?: string | undefined;
  readonly stage: string;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}
