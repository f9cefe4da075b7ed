import { playRound } from './play/round.ts';
import { synthesise } from './synthesise.ts';
import { PortInUse } from './world/http-server.ts';
import { startWorld } from './world/start-world.ts';
import type { World } from './world/world.ts';

const DEFAULT_PORT = 3000;

function write(text: string): void {
  process.stdout.write(text);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function readPort(): number {
  const port = Number(process.env.PORT || DEFAULT_PORT);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  return fail(`PORT is ${process.env.PORT}: allowed is a whole number from 0 to 65535.`);
}

/** Ends once, with whatever runs by then. */
function createEnding(): { readonly end: () => void; readonly close: (world: World) => void } {
  let [world, isEnding]: [World | undefined, boolean] = [undefined, false];
  return {
    end() {
      if (isEnding) return;
      isEnding = true;
      (world?.close() ?? Promise.resolve()).then(
        () => process.exit(0),
        () => process.exit(1),
      );
    },
    close(running) {
      world = running;
    },
  };
}

const LOOK_FOR_PARENT_MS = 500;

/** npm hands no SIGTERM on: without this, whoever kills `npm start` leaves the world running. */
function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid !== parent) end();
  }, LOOK_FOR_PARENT_MS);
  looking.unref();
}

const ending = createEnding();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ending.end);
endWithNpm(ending.end);
const port = readPort();
const apiToken = process.env.ENS_LOCAL_API_TOKEN || 'local-token';
try {
  write('Synthesising the local stage …\n');
  const world = await startWorld({ assembly: await synthesise(), port, apiToken });
  ending.close(world);
  write(`ENS is running at ${world.origin}\n`);
  if (process.env.ENS_LOCAL_EMPTY !== '1') {
    await playRound(world, write);
    write(`\nThe world goes on at ${world.origin} until Ctrl+C.\n`);
  }
} catch (error) {
  fail(error instanceof PortInUse ? error.message : `ENS could not start: ${describe(error)}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
