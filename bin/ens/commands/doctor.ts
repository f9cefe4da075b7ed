import { readFileSync } from 'node:fs';
import { checkAccount, reservedBySettings } from '../doctor/account.ts';
import { CHECKS, type CheckId, type Finding } from '../doctor/check.ts';
import { examine, guarded, type Note } from '../doctor/examine.ts';
import { reachFromHere } from '../doctor/exchange.ts';
import { type DoctorOptions, readCredentials, readDoctorOptions } from '../doctor/options.ts';
import type { Patient } from '../doctor/patient.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { type Done, registrationId, type Session } from '../session.ts';
import type { Tools } from '../tools.ts';

interface Checked extends Finding {
  readonly check: CheckId;
  readonly ms: number;
}

/** `ens doctor`: every step between phone and Exchange, each with verdict, reason and next step. */
export async function doctor(session: Session, given: Readonly<Record<string, unknown>>): Done {
  const options = readDoctorOptions(given);
  const patient = await admit(session, options);
  const fromHere = reachFromHere(patient.tools, readCa(options.extraCaFile));
  const checked: Checked[] = [];
  const note: Note = async (check, work) => {
    const startedAt = performance.now();
    const finding = await session.working(CHECKS[check], work());
    checked.push({ check, ...finding, ms: Math.round(performance.now() - startedAt) });
    if (!session.json) session.terminal.out(asText(check, finding));
    return finding;
  };
  await examine(patient, fromHere, guarded(note));
  const failures = checked.filter(({ verdict }) => verdict === 'failed').length;
  if (session.json) session.show({ ok: failures === 0, checks: checked }, () => '');
  else session.terminal.out(`\n${summaryOf(checked)}\n`);
  return failures === 0 ? EXIT.ok : EXIT.problems;
}

/** How much was looked at, so that nobody takes skipped checks for good ones. */
export function summaryOf(checked: readonly Pick<Finding, 'verdict'>[]): string {
  const count = (verdict: Finding['verdict']) => checked.filter((each) => each.verdict === verdict).length;
  const [failures, skipped] = [count('failed'), count('skipped')];
  const made = `${checked.length - skipped} of ${checked.length} checks made`;
  const left = skipped === 0 ? '' : ` ${skipped} skipped: each says what it needs.`;
  return failures === 0
    ? `${made}; all of them are well.${left}`
    : `${made}, ${failures} failed; begin with the first.${left}`;
}

async function admit(session: Session, options: DoctorOptions): Promise<Patient> {
  const device = options.device === undefined ? undefined : registrationId(options.device);
  const { tools, why } = await accessTo(session);
  const link = options.link ?? tools?.stack.outputs.ENSLinkAddress;
  if (link === undefined) {
    await beforeDeployment(session);
    throw new CommandFailure(
      EXIT.usage,
      `Name the link address with --link; it cannot be looked up. ${why}`,
      'It is the output ENSLinkAddress of the service stack.',
    );
  }
  const credentials = await readCredentials(options, session.terminal);
  return {
    link: link.replace(/\/+$/, ''),
    isLocal: session.choice.local !== undefined,
    apiToken: options.token,
    ewsUrl: options.ewsUrl,
    scheme: options.signIn ?? (options.domain === undefined ? 'basic' : 'ntlm'),
    credentials,
    device,
    waitMs: options.waitSeconds * 1_000,
    tools,
    withoutTools: why,
  };
}

/** Without a stack there is one thing to look at: whether the account lets the settings deploy. */
async function beforeDeployment({ choice, terminal, json, working }: Session): Promise<void> {
  if (json || choice.local !== undefined) return;
  const { stage, region, profile } = choice;
  const place = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
  const wanted = reservedBySettings(process.cwd(), stage);
  const finding = await working(CHECKS.account, checkAccount(place, wanted));
  if (finding.verdict !== 'skipped') terminal.out(asText('account', finding));
}

/** A doctor without access to the deployment still checks what a client sees. */
async function accessTo(session: Session): Promise<{ readonly tools?: Tools; readonly why: string }> {
  try {
    return { tools: await session.tools(), why: '' };
  } catch (error) {
    if (error instanceof CommandFailure)
      return { why: [error.message, error.nextStep].filter((text) => text !== undefined).join(' ') };
    throw error;
  }
}

function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommandFailure(EXIT.usage, `--extra-ca-file: ${file} cannot be read.`);
  }
}

const INDENT = ' '.repeat(31);

function asText(check: CheckId, { verdict, reason, nextStep, details = [] }: Finding): string {
  const head = `${verdict.padEnd(8)} ${CHECKS[check].padEnd(20)}  ${reason}\n`;
  const rest = [...details, ...(nextStep === undefined ? [] : [`→ ${nextStep}`])];
  return head + rest.map((line) => `${INDENT}${line}\n`).join('');
}
