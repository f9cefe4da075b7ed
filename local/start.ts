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

function endCleanly(world: World): void {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      world.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

const port = readPort();
const apiToken = process.env.ENS_LOCAL_API_TOKEN || 'local-token';
try {
  write('Synthesising the local stage …\n');
  const world = await startWorld({ assembly: await synthesise(), port, apiToken });
  endCleanly(world);
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
