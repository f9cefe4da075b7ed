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

/** Says on stderr what ended a command, and what to do next. Throws what is a bug. */
export function report(error: unknown, terminal: Pick<Terminal, 'err'>): ExitCode {
  if (error instanceof CommandFailure) {
    terminal.err(`${error.message}\n${error.nextStep === undefined ? '' : `${error.nextStep}\n`}`);
    return error.exitCode;
  }
  if (!(error instanceof DependencyUnavailable)) throw error;
  const nextStep = error.transient
    ? 'Try again in a minute.'
    : 'docs/command-line.md lists the permissions that an operator needs.';
  terminal.err(`${DEPENDENCY[error.dependency]} did not do its part (${error.code}).\n${nextStep}\n`);
  return EXIT.unreachable;
}
