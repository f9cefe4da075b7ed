import { type Outcome, refuse } from '../errors.ts';
import { schemeOf, signInName } from '../model/credential-rules.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Pepper } from '../ports/crypto.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { LoginFailureStore } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';
import { refuseForExchange } from './refuse-exchange.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES_ALLOWED = 3;

export interface SignInGuardPorts {
  readonly exchange: Exchange;
  readonly loginFailures: LoginFailureStore;
  readonly pepper: Pepper;
  readonly clock: Clock;
}

/**
 * What comes before a password leaves us: too many failures lately refuse locally (Active Directory would
 * lock the account), and the server is asked without credentials whether it offers the scheme at all.
 */
export async function guardSignIn(
  ports: SignInGuardPorts,
  credentials: Credentials,
  ewsUrl: string,
  deadlineMs: EpochMs,
): Promise<Outcome<{ readonly userHmac: Uint8Array }>> {
  const userHmac = await ports.pepper.userHmac(signInName(credentials.email, credentials.auth));
  const [failures, probed] = await Promise.all([
    ports.loginFailures.recent(userHmac, ports.clock.now() - WINDOW_MS),
    ports.exchange.probe({ ewsUrl, deadlineMs }),
  ]);
  if (failures >= FAILURES_ALLOWED)
    return refuse(
      'TOO_MANY_ATTEMPTS',
      `Exchange refused this user ${FAILURES_ALLOWED} times in 15 minutes. Nothing was sent this time, to keep the account from being locked. Check the password and wait.`,
      { retryAfterSeconds: WINDOW_MS / 1000 },
    );
  if (!probed.ok) return refuseForExchange(probed.failure);
  const sent = schemeOf(credentials.auth);
  const { offered } = probed.value;
  // A client certificate is asked for in the TLS handshake and never named in WWW-Authenticate.
  if (sent !== 'certificate' && offered.length > 0 && !offered.includes(sent))
    return refuseForExchange({ kind: 'unauthorized', offered, sent });
  return { ok: true, value: { userHmac } };
}
