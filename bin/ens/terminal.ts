import { createInterface } from 'node:readline/promises';
import { CommandFailure, EXIT } from './failure.ts';

/** Results go to `out`, everything else to `err`, so that a script reads results alone. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Asks without echo. Undefined where nobody sits at the keyboard. */
  askSecret(question: string): Promise<string | undefined>;
  /** Aborts with Ctrl+C, for a command that has something to put away before it ends. The second Ctrl+C ends it at once. */
  interruption(): AbortSignal;
  /** Asks for yes or no. Undefined where nobody sits at the keyboard. */
  confirm(question: string): Promise<boolean | undefined>;
  /** One line that is written over again and again; an empty one removes it. Absent where stderr is no terminal. */
  readonly progress?: ((text: string) => void) | undefined;
}

const PROGRESS_AFTER_MS = 2_000;
const PROGRESS_EVERY_MS = 5_000;
const CHANGING_EVERY_MS = 1_000;
const CLEAR_LINE = '\r\u001b[2K';

export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const err = (text: string) => void process.stderr.write(text);
  return {
    out: (text) => void process.stdout.write(text),
    err,
    progress: process.stderr.isTTY ? (text) => err(`${CLEAR_LINE}${text}`) : undefined,
    async confirm(question) {
      if (!process.stdin.isTTY) return undefined;
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
      } finally {
        lines.close();
      }
    },
    interruption() {
      const controller = new AbortController();
      process.once('SIGINT', () => controller.abort());
      return controller.signal;
    },
    async askSecret(question) {
      if (!process.stdin.isTTY) return undefined;
      err(question);
      try {
        return await readWithoutEcho(process.stdin);
      } finally {
        err('\n');
      }
    },
  };
}

/** Whoever reads has read enough (`ens status | head -1`): the rest is written to nobody. */
export function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Says on stderr what is being waited for, once that takes longer than two seconds: on a terminal in one changing line. */
export async function working<T>(
  { err, progress }: Pick<Terminal, 'err' | 'progress'>,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const say = () => {
    const text = `${what} … ${Math.round((performance.now() - startedAt) / 1_000)} s`;
    if (progress === undefined) err(`${text}\n`);
    else progress(text);
  };
  let every: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    every = setInterval(say, progress === undefined ? PROGRESS_EVERY_MS : CHANGING_EVERY_MS);
  }, PROGRESS_AFTER_MS);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(every);
    if (every !== undefined) progress?.('');
  }
}

/** What of a terminal's input is needed here. */
export interface Keyboard {
  setRawMode(mode: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (data: Buffer) => void): unknown;
  off(event: 'data', listener: (data: Buffer) => void): unknown;
}

/** What is typed up to Enter, with Backspace; nothing of it appears. Rejects with CommandFailure on Ctrl+C. */
export function readWithoutEcho(stdin: Keyboard): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed = '';
  const onData = (data: Buffer) => {
    for (const character of data.toString('utf8')) {
      if (character === '\r' || character === '\n' || character === '\u0004') return resolve(typed);
      if (character === '\u0003')
        return reject(new CommandFailure(EXIT.usage, 'Interrupted; nothing was sent.'));
      if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
      else typed += character;
    }
  };
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('data', onData);
  return promise.finally(() => {
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
  });
}
