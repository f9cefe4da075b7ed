import type { ExchangeFailure } from '../../ports/exchange.ts';
import type { Handling } from '../handling/handling.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { askToSignIn } from './ask-to-sign-in.ts';
import { judgeAbsence } from './judge-failure.ts';
import { renewSubscription } from './renew-subscription.ts';

/**
 * The server that was asked does not serve this mailbox: finds the one that does and subscribes there. True where
 * the rest of the request can be asked there.
 */
export async function rediscover(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
  said: ExchangeFailure['kind'],
): Promise<boolean> {
  const moved = await renewSubscription(ports, settings, handling, { rediscover: true });
  if (!moved && said === 'no-mailbox') await suspectAbsence(ports, settings, handling);
  return moved;
}

/** Asks to sign in again where this is the proof. A mailbox that a new subscription serves is not absent. */
export async function suspectAbsence(
  ports: CallbackPorts,
  settings: Pick<CallbackSettings, 'statusFrequencyMinutes'>,
  handling: Handling,
): Promise<void> {
  if (handling.renewed || handling.signedOut) return;
  if ((await judgeAbsence(ports, settings, handling)) === 'sign-in') await askToSignIn(ports, handling);
}
