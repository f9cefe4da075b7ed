import { DependencyUnavailable } from '#domain/errors.ts';
import { CommandFailure, EXIT, type ExitCode } from './failure.ts';
import type { Terminal } from './terminal.ts';

const DEPENDENCY = {
  database: 'The database',
  kms: 'AWS KMS',
  sns: 'Amazon SNS',
  secrets: 'AWS Secrets Manager',
  parameters: 'AWS Systems Manager',
} as const;

/**
 * Says on stderr what ended a command, and what to do next; with `json` on stdout as well, for scripts. Throws what is a bug.
 */
export function report(error: unknown, terminal: Pick<Terminal, 'out' | 'err'>, json: boolean): ExitCode {
  const { message, nextStep, exitCode } = readFailure(error);
  terminal.err(`${message}\n${nextStep === undefined ? '' : `${nextStep}\n`}`);
  if (json) reportJson({ message, nextStep, exitCode }, terminal);
  return exitCode;
}

interface Failure {
  readonly message: string;
  readonly nextStep?: string | undefined;
  readonly exitCode: ExitCode;
}

export function reportJson(error: Failure, terminal: Pick<Terminal, 'out'>): void {
  terminal.out(`${JSON.stringify({ error }, null, 2)}\n`);
}

function readFailure(error: unknown): Failure {
  if (error instanceof CommandFailure) return error;
  if (!(error instanceof DependencyUnavailable)) throw error;
  return {
    message: `${DEPENDENCY[error.dependency]} did not do its part (${error.code}).`,
    nextStep: error.transient
      ? 'Try again in a minute.'
      : 'docs/command-line.md lists the permissions that an operator needs.',
    exitCode: EXIT.unreachable,
  };
}
