/** What a script can tell from the exit code. */
export const EXIT = {
  /** Done, and nothing found that needs somebody. */
  ok: 0,
  /** Done as asked, but something is wrong or was not found. */
  problems: 1,
  /** The command line was not understood; nothing was done. */
  usage: 2,
  /** AWS, the stack or the local world could not be reached, or refused us. */
  unreachable: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for the operator, and what to do next. Never carries a secret. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  readonly nextStep: string | undefined;
  constructor(exitCode: ExitCode, message: string, nextStep?: string) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.nextStep = nextStep;
  }
}
