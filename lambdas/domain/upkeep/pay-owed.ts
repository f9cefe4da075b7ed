import { createHash } from 'node:crypto';
import type { EpochMs } from '../model/subscription.ts';
import { neutralPush } from '../push/content-rules.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { pushToDevices } from './push-to-devices.ts';

/** Mailboxes whose mail could not be announced in time get their neutral "New message" now. */
export async function payOwed(ports: UpkeepPorts, settings: UpkeepSettings, endsAt: EpochMs): Promise<void> {
  while (ports.clock.now() < endsAt) {
    const owed = await ports.store.owed({ limit: settings.batchSize });
    const results = [];
    for (const mailbox of owed) {
      const collapseKey = createHash('sha256').update(`owed:${mailbox.subscriptionId}`).digest('base64url');
      const sent = await pushToDevices(ports, mailbox.devices, ({ preferences }) =>
        neutralPush({ collapseKey, sound: preferences.sound }),
      );
      results.push({ ...mailbox, sent });
    }
    // Where every push failed again the debt stays for the next run.
    const paid = results.filter(({ sent }) => sent.delivered > 0 || sent.failed === 0);
    if (paid.length > 0) await ports.store.paid(paid.map(({ subscriptionId }) => subscriptionId));
    if (paid.length < settings.batchSize) return;
  }
}
