import { CommandFailure, EXIT } from './failure.ts';

/** Results go to `out`, everything else to `err`, so that a script reads results alone. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Asks without echo. Undefined where nobody sits at the keyboard. */
  askSecret(question: string): Promise<string | undefined>;
  /** Aborts with Ctrl+C, for a command that has something to put away before it ends. The second Ctrl+C ends it at once. */
  interruption(): AbortSignal;
}

const PROGRESS_AFTER_MS = 2_000;
const PROGRESS_EVERY_MS = 5_000;

export function processTerminal(): Terminal {
  const err = (text: string) => void process.stderr.write(text);
  return {
    out: (text) => void process.stdout.write(text),
    err,
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

/** Says on stderr what is being waited for, once that takes longer than two seconds. */
export async function working<T>(
  terminal: Pick<Terminal, 'err'>,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  const say = () => terminal.err(`${what} … ${Math.round((performance.now() - startedAt) / 1_000)} s\n`);
  let every: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    every = setInterval(say, PROGRESS_EVERY_MS);
  }, PROGRESS_AFTER_MS);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(every);
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
