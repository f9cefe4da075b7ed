import { asId, isUuid, type KeyPairId, type RegistrationId } from '#domain/model/ids.ts';
import { CommandFailure, EXIT, type ExitCode } from './failure.ts';
import { findDeployedStack } from './stack/deployed.ts';
import { findLocalStack } from './stack/local.ts';
import type { Stack, StackChoice } from './stack/stack.ts';
import { type Terminal, working } from './terminal.ts';
import { openTools, type Tools } from './tools.ts';

/** One run of the command line. */
export interface Session {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly choice: StackChoice;
  /** Found once. Throws CommandFailure where the stack or AWS is not to be had. */
  stack(): Promise<Stack>;
  tools(): Promise<Tools>;
  /** Waits, saying so on stderr after two seconds. */
  working<T>(what: string, work: Promise<T>): Promise<T>;
  /** Goes on where `yes`, or where somebody at the keyboard says so. Throws CommandFailure otherwise: nothing is done. */
  confirm(question: string, yes: boolean): Promise<void>;
  /** One result: as JSON for scripts, or as text for people. */
  show(value: unknown, text: () => string): void;
}

/** What a command resolves to: its exit code. */
export type Done = Promise<ExitCode>;

export function createSession(terminal: Terminal, json: boolean, choice: StackChoice): Session {
  let stack: Promise<Stack> | undefined;
  let tools: Promise<Tools> | undefined;
  const session: Session = {
    terminal,
    json,
    choice,
    stack() {
      stack ??= choice.local === undefined ? findDeployedStack(choice) : findLocalStack(choice.local);
      return stack;
    },
    tools() {
      tools ??= session.working('Finding the deployment', session.stack().then(openTools));
      return tools;
    },
    working: (what, work) => working(terminal, what, work),
    async confirm(question, yes) {
      const answer = yes || (await terminal.confirm(question));
      if (answer === true) return;
      throw answer === undefined
        ? new CommandFailure(
            EXIT.usage,
            `${question} Nobody is here to answer.`,
            'Add --yes if that is what you want.',
          )
        : new CommandFailure(EXIT.problems, 'Nothing was done.');
    },
    show: (value, text) => terminal.out(json ? `${JSON.stringify(value, null, 2)}\n` : text()),
  };
  return session;
}

/** An id from the command line. Throws CommandFailure that says where such ids are found. */
export function registrationId(text: string): RegistrationId {
  return asId<RegistrationId>(uuid(text, 'registration id', 'ens devices find <email>'));
}

export function keyPairId(text: string): KeyPairId {
  return asId<KeyPairId>(uuid(text, 'key pair id', 'ens keys list'));
}

export function tokenId(text: string): string {
  return uuid(text, 'token id', 'ens tokens list');
}

function uuid(text: string, what: string, where: string): string {
  const lower = text.toLowerCase();
  if (isUuid(lower)) return lower;
  throw new CommandFailure(EXIT.usage, `This is no ${what}.`, `\`${where}\` shows them.`);
}
