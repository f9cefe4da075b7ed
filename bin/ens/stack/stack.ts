import * as z from 'zod';
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
  UpkeepFunctionName: z.string(),
  OperatorSecretArn: z.string(),
});

/** One deployment of ENS, wherever it runs. */
export interface Stack {
  /** For people: `stage prod`, `the local world at …`. */
  readonly place: string;
  readonly outputs: z.infer<typeof outputsSchema>;
  readonly aws: AwsPlace;
  readonly lambda: AwsPlace;
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
