import { run } from './ens/program.ts';
import { processTerminal } from './ens/terminal.ts';

process.exitCode = await run(process.argv.slice(2), processTerminal());
