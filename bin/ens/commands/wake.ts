import { WAKE_PACE } from '#contract';
import { CommandFailure, EXIT } from '../failure.ts';
import { type Done, registrationId, type Session } from '../session.ts';
import { unknownRegistration } from './unknown-registration.ts';
import { reportUpkeep } from './upkeep.ts';

/**
 * `ens wake <registrationId>` or `ens wake --all`: asks the phones to register again, silently, as after a
 * restore from backup. All of them in waves of 100 every five seconds, so that they do not all come back at once.
 */
export async function wake(
  session: Session,
  id: string | undefined,
  { all, yes }: { readonly all: boolean; readonly yes: boolean },
): Done {
  if ((id === undefined) === !all)
    throw new CommandFailure(
      EXIT.usage,
      'Name one registration id, or --all.',
      '`ens wake --help` shows both.',
    );
  if (all) await session.confirm('Ask the phones of every mailbox to register again?', yes);
  const tools = await session.tools();
  const scheduled =
    id === undefined
      ? await session.working('Scheduling', tools.upkeepStore.scheduleWakeForAll(tools.stack.now()))
      : await wakeOne(id);
  // Those that are due go out now; upkeep, every five minutes, sends the waves behind them.
  const run = await session.working('Waking', tools.runUpkeep());
  const report = reportUpkeep(run);
  session.show({ mailboxes: scheduled, upkeep: run }, () => `${asText(scheduled)}${report.problem ?? ''}`);
  return report.exitCode;

  async function wakeOne(text: string): Promise<number> {
    const registration = registrationId(text);
    if (await tools.operator.wake(registration, tools.stack.now())) return 1;
    if ((await tools.operator.showDevice(registration)) === undefined) throw unknownRegistration();
    throw new CommandFailure(
      EXIT.problems,
      'Nothing can be woken: this mailbox has no subscription that counts.',
      'The registration was interrupted; the app completes it at its next start.',
    );
  }

  function asText(mailboxes: number): string {
    return mailboxes === 1
      ? 'The phones of one mailbox are being woken.\n'
      : `The phones of ${mailboxes} mailboxes are being woken, ${WAKE_PACE.mailboxes} mailboxes every ${WAKE_PACE.everySeconds} seconds; \`ens status\` shows how many are lost still.\n`;
  }
}
