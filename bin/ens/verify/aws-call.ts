import { readAwsError } from '#adapters/aws-errors.ts';
import { CommandFailure, EXIT } from '../failure.ts';

/** An answer of AWS, or CommandFailure with the code of the refusal: points report it and go on. */
export async function awsCall<T>(action: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new CommandFailure(
      EXIT.unreachable,
      `${action} was refused or not answered (${readAwsError(error).code}).`,
      'docs/command-line.md lists the permissions that an operator needs.',
    );
  }
}
