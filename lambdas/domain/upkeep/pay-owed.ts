import { createHash } from 'node:crypto';
import type { OwedMailbox } from '../ports/upkeep-store.ts';
import { neutralPush } from '../push/content-rules.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { PARALLEL, pushToDevices, reachedNobody } from './push-to-devices.ts';
import { inTurn, type Turn } from './turn.ts';

/**
 * Mailboxes whose mail could not be announced in time get their neutral "New message" now. Each is tried once per
 * run; what failed goes behind those that wait longer for their turn.
 */
export async function payOwed(ports: UpkeepPorts, settings: UpkeepSettings, turn: Turn): Promise<void> {
  const startedAt = ports.clock.now();
  while (!turn.isOver()) {
    const owed = await ports.store.owed({ triedBefore: startedAt, limit: settings.batchSize });
    const tried = await inTurn(turn, PARALLEL, owed, (mailbox) => announce(ports, turn, mailbox));
    const paid = tried.filter(({ isPaid }) => isPaid).map(({ subscriptionId }) => subscriptionId);
    const unpaid = tried.filter(({ isPaid }) => !isPaid).map(({ subscriptionId }) => subscriptionId);
    if (paid.length > 0) await ports.store.paid(paid);
    if (unpaid.length > 0) await ports.store.owedTried(unpaid, Math.max(startedAt, ports.clock.now()));
    if (owed.length < settings.batchSize) return;
  }
}

async function announce(ports: UpkeepPorts, turn: Turn, { subscriptionId, devices }: OwedMailbox) {
  const collapseKey = createHash('sha256').update(`owed:${subscriptionId}`).digest('base64url');
  const sent = await pushToDevices(ports, devices, ({ preferences }) =>
    neutralPush({ collapseKey, sound: preferences.sound }),
  );
  // Where every push failed again the notification stays pending for the next run.
  const isPaid = !reachedNobody(sent);
  turn.note(isPaid ? 'done' : 'failed');
  return { subscriptionId, isPaid };
}
