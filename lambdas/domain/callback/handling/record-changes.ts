import type { Handling } from './handling.ts';
import { despiteOutage } from './outage.ts';
import type { CallbackPorts } from './ports.ts';

/** At most one statement, and none at all where nothing but the sighting has to be remembered. */
export async function recordChanges(
  ports: Pick<CallbackPorts, 'store' | 'log' | 'metrics'>,
  { view, now, changes }: Pick<Handling, 'view' | 'now' | 'changes'>,
): Promise<void> {
  if (Object.values(changes).every((change) => change === undefined)) return;
  await despiteOutage(ports, 'aftermath-not-recorded', () =>
    ports.store.record({ subscriptionId: view.id, now, ...changes }),
  );
}
