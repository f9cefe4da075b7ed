import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import * as z from 'zod';
import { COMMANDS, type CommandRow, GROUPS, type Options } from './commands/table.ts';
import { EXIT, type ExitCode } from './failure.ts';
import { report, reportJson } from './report.ts';
import { createSession } from './session.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_LOCAL = 'http://127.0.0.1:3000';

const EXIT_CODES = `
Exit codes: 0 done, nothing wrong; 1 something is wrong or was not found; 2 not understood; 3 not reachable.
Every command has examples: ens <command> --help`;

interface GlobalOptions extends Options {
  readonly local?: string | true;
  readonly stage: string;
  readonly region?: string;
  readonly profile?: string;
  readonly json?: true;
}

/** Runs one command line (what follows `ens`) to its end. Rejects for a bug alone. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = root(terminal);
  const groups = new Map<string, Command>();
  for (const row of COMMANDS) {
    addCommand(parentOf(row, program, groups), row, async (command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { stage, region, profile, json } = options;
      const local = options.local === true ? DEFAULT_LOCAL : options.local;
      const session = createSession(terminal, json === true, { local, stage, region, profile });
      exitCode = await row.run(session, command.args, options);
    });
  }
  try {
    await program.parseAsync(withLocalAddress(args), { from: 'user' });
    return exitCode;
  } catch (error) {
    const json = args.includes('--json');
    if (!(error instanceof CommanderError)) return report(error, terminal, json);
    if (error.exitCode === 0) return EXIT.ok;
    // Commander has said it on stderr already.
    const message = error.message.replace(/^error: /, '');
    if (json)
      reportJson({ message, nextStep: '--help shows what is possible.', exitCode: EXIT.usage }, terminal);
    return EXIT.usage;
  }
}

function version(): string {
  const file = join(import.meta.dirname, '../../package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

function root(terminal: Terminal): Command {
  return new Command('ens')
    .description('Operates a deployment of ENS, found by its stack outputs with your own AWS credentials.')
    .option('--local [url]', `the local world instead of AWS (default address ${DEFAULT_LOCAL})`)
    .option('--stage <name>', 'the deployment, as in cdk.json', 'prod')
    .option('--region <region>', 'AWS region (default: as the AWS SDK finds it)')
    .option('--profile <profile>', 'AWS profile (default: as the AWS SDK finds it)')
    .option('--json', 'print JSON for scripts, errors included')
    .version(version(), '--version', 'the version of this command line')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('--help shows what is possible.')
    .addHelpText('after', EXIT_CODES);
}

function parentOf({ usage }: CommandRow, program: Command, groups: Map<string, Command>): Command {
  const name = usage.split(' ')[0] ?? '';
  const description = GROUPS[name];
  if (description === undefined) return program;
  const known = groups.get(name) ?? program.command(name).description(description);
  groups.set(name, known);
  return known;
}

function addCommand(parent: Command, row: CommandRow, work: (command: Command) => Promise<void>): void {
  const nameAndArguments = row.usage.replace(`${parent.name()} `, '');
  const command = parent
    .command(nameAndArguments)
    .description(row.description)
    .addHelpText('after', `\nExamples:\n${row.examples.map((example) => `  ${example}\n`).join('')}`);
  for (const [flags, description] of row.options ?? []) command.option(flags, description);
  command.action(() => work(command));
}

/** `--local status` names no address: without this the command would be taken for one. */
function withLocalAddress(args: readonly string[]): string[] {
  const isAddress = (text: string | undefined) => text !== undefined && /^https?:\/\//.test(text);
  return args.map((arg, index) =>
    arg === '--local' && !isAddress(args[index + 1]) ? `--local=${DEFAULT_LOCAL}` : arg,
  );
}
