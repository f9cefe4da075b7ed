import { EXIT, type ExitCode } from '../failure.ts';
import type { Done, Session } from '../session.ts';
import type { UpkeepRun } from '../tools.ts';

const MEANING: Readonly<Record<string, string>> = {
  revoked: 'what was revoked would come back with a restore',
  keys: 'key pairs are not rotated',
  owed: 'mails that could not be announced stay unannounced',
  heartbeats: 'silent subscriptions are not noticed',
  wakes: 'phones are not woken',
  gone: 'devices that are gone are not forgotten',
  sweep: 'expired registrations stay',
};

/** `ens upkeep run`: the scheduled work now, and what became of it. */
export async function runUpkeep(session: Session): Done {
  const tools = await session.tools();
  const run = await session.working('Running upkeep', tools.runUpkeep());
  const { exitCode, problem } = reportUpkeep(run);
  session.show(run, () => problem ?? 'Upkeep ran; every part of it succeeded.\n');
  return exitCode;
}

/** What a run means for people and scripts. */
export function reportUpkeep(run: UpkeepRun): { readonly exitCode: ExitCode; readonly problem?: string } {
  if (!run.ok)
    return {
      exitCode: EXIT.problems,
      problem: `Upkeep ended with an error (${run.error}). Its log group tells why.\n`,
    };
  if (run.failed.length === 0) return { exitCode: EXIT.ok };
  const parts = run.failed.map((part) => `${part} (${MEANING[part] ?? 'see its log'})`).join(', ');
  return {
    exitCode: EXIT.problems,
    problem: `Upkeep ran, but these parts failed: ${parts}. Its log says "upkeep-part-failed" with a code; the next run tries again.\n`,
  };
}
