import { addDeliveries, deliver } from '../handling/deliver.ts';
import type { Handling } from '../handling/handling.ts';
import { despiteOutage } from '../handling/outage.ts';
import type { CallbackPorts } from '../handling/ports.ts';

/**
 * Ends a subscription whose credentials are proven dead: noted first, so that nobody is asked twice, then one
 * "Sign in again" per device, then Unsubscribe. Where it cannot be noted, nothing ends.
 */
export async function askToSignIn(ports: CallbackPorts, handling: Handling): Promise<void> {
  const { view, now } = handling;
  const { refused, nextTryAt } = handling.changes;
  handling.asking = true;
  // The proof holds the refusal as well: nothing of it is written a second time.
  delete handling.changes.refused;
  delete handling.changes.nextTryAt;
  const recorded = await despiteOutage(ports, 'proof-not-recorded', async () => {
    await ports.store.record({ subscriptionId: view.id, now, refused: 'proof' });
    return true;
  });
  if (recorded === undefined) {
    handling.asking = false;
    Object.assign(handling.changes, { refused, nextTryAt });
    return;
  }
  handling.answer = 'unsubscribe';
  handling.signedOut = true;
  const sent = await deliver(ports, view, () => [{ type: 'sign-in' }]);
  handling.asking = false;
  handling.deliveries = addDeliveries(handling.deliveries, sent);
}
