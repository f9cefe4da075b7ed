import { mayFit, schemeOf } from '../model/credential-rules.ts';
import type { Credentials } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Exchange, ExchangeFailure, ExchangeResult } from '../ports/exchange.ts';

/** Asks the server without credentials: Basic, NTLM and bearer are sent only after a 401 that offers the scheme. */
export async function probeSchemes(
  ports: { readonly exchange: Pick<Exchange, 'probe'> },
  credentials: Credentials,
  ewsUrl: string,
  deadlineMs: EpochMs,
): Promise<ExchangeResult<void>> {
  const { auth } = credentials;
  const probed = await ports.exchange.probe({ ewsUrl, deadlineMs });
  if (!probed.ok) {
    return auth.type === 'certificate' && mayWantCertificate(probed.failure)
      ? { ok: true, value: undefined }
      : probed;
  }
  const { offered } = probed.value;
  return mayFit(auth, offered)
    ? { ok: true, value: undefined }
    : { ok: false, failure: { kind: 'unauthorized', offered, sent: schemeOf(auth), nothingSent: true } };
}

/** A server that wants a client certificate answers 403 to whoever shows none, or ends the handshake. */
function mayWantCertificate(failure: ExchangeFailure): boolean {
  return failure.kind === 'forbidden' || (failure.kind === 'tls' && failure.fault === 'unclear');
}
