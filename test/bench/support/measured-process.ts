import { type ChildProcess, fork } from 'node:child_process';
import type { Json } from '../../../local/template/json.ts';
import type { Ask, Took } from '../children/messages.ts';

/** A process of its own around one bundle. */
export interface MeasuredProcess {
  /** What loading the bundle took. */
  readonly started: Took;
  run(events: readonly Json[], times?: number): Promise<Took>;
  watch(): Promise<Took>;
  import(files: readonly string[]): Promise<Took>;
  close(): Promise<void>;
}

/** Starts a process with that environment and no other. Rejects where it dies. */
export async function startMeasured(
  host: string,
  bundle: string,
  environment: Readonly<Record<string, string>>,
): Promise<MeasuredProcess> {
  const child = fork(host, [bundle], {
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
  child.once('close', () => onClose());
  const next = (): Promise<Took> => nextMessage(child, said);
  const ask = (message: Ask): Promise<Took> => {
    const answered = next();
    child.send(message);
    return answered;
  };
  return {
    started: await next(),
    run: (events, times = 1) => ask({ kind: 'run', events, times }),
    watch: () => ask({ kind: 'watch' }),
    import: (files) => ask({ kind: 'import', files }),
    async close() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

function nextMessage(child: ChildProcess, said: readonly string[]): Promise<Took> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error(`a measured process ended early:\n${said.join('')}`));
    child.once('close', onClose);
    child.once('message', (message: Took) => {
      child.off('close', onClose);
      resolve(message);
    });
  });
}
