import { mayFit, schemeOf } from '#domain/model/credential-rules.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { HttpAnswer } from '../outgoing/connection.ts';
import { isAboutCertificate, offeredSchemes } from '../outgoing/http-failures.ts';

export type Asked =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'redirect'; readonly location: string }
  /** Nothing to be had there; a sentence without user data. `served`: by a web server, not for lack of one. */
  | { readonly kind: 'nothing'; readonly verdict: string; readonly served?: true | undefined }
  | { readonly kind: 'refused'; readonly verdict: string };

const CERTIFICATE_VERDICT = 'refused the sign-in (wants a client certificate that it trusts)';
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The server has offered the scheme with a 401. */
export interface SignInOffered {
  readonly kind: 'sign-in';
}
/** The server answers whoever asks. */
export interface Open {
  readonly kind: 'open';
}
export const SIGN_IN: SignInOffered = { kind: 'sign-in' };

/**
 * Credentials stay here where they would be of no use, and where nobody asks for them: any host of the domain is
 * asked, and many a web server answers 405 to a POST. What a client certificate is wanted for, a caller without one
 * cannot tell: IIS answers 403 to whoever does not show it, a proxy something else.
 */
export function judgeProbe(answer: HttpAnswer, auth: ExchangeAuth): Asked | SignInOffered | Open {
  const { status, headers } = answer;
  if (status === 401) {
    return judgeOffer(headers, auth);
  }
  if (status === 200 && !/^(?!.*html).*xml/i.test(headers['content-type'] ?? '')) {
    return { kind: 'nothing', verdict: 'answered 200 without sign-in, with something else', served: true };
  }
  const asked = judge(answer);
  if (asked.kind === 'redirect') {
    return asked;
  }
  const missing = status === 404 || status === 410;
  if (auth.type === 'certificate' && !missing) {
    return SIGN_IN;
  }
  return status === 200 ? { kind: 'open' } : asked;
}

function judgeOffer(headers: HttpAnswer['headers'], auth: ExchangeAuth): Asked | SignInOffered {
  const offered = offeredSchemes(headers);
  return mayFit(auth, offered)
    ? SIGN_IN
    : {
        kind: 'nothing',
        verdict: `not signed in: the server offers ${offered.join(', ') || 'no scheme'}, not ${schemeOf(auth)}`,
      };
}

/** Answer to the question without credentials: the server may ask for them only now. */
export function judgeOpen(answer: HttpAnswer, auth: ExchangeAuth): Asked | SignInOffered {
  return answer.status === 401 ? judgeOffer(answer.headers, auth) : judge(answer);
}

export function judge(answer: HttpAnswer): Asked {
  const { status, headers } = answer;
  if (isAboutCertificate(status, answer.body)) {
    return { kind: 'refused', verdict: CERTIFICATE_VERDICT };
  }
  if (status === 200) {
    return { kind: 'answer', answer };
  }
  if (REDIRECTS.has(status)) {
    return headers.location === undefined
      ? { kind: 'nothing', verdict: `answered ${status} without a location` }
      : { kind: 'redirect', location: headers.location };
  }
  if (status === 401) {
    const offered = offeredSchemes(headers).join(', ');
    return { kind: 'refused', verdict: `refused the sign-in (offers ${offered || 'no scheme'})` };
  }
  return { kind: 'nothing', verdict: `answered ${status}`, served: true };
}

export function failed(failure: ExchangeFailure): Asked {
  switch (failure.kind) {
    case 'tls':
    case 'unreachable':
    case 'refused-address':
    case 'forbidden':
      return { kind: 'nothing', verdict: failure.detail };
    case 'unauthorized':
      return { kind: 'refused', verdict: CERTIFICATE_VERDICT };
    case 'timeout':
      return { kind: 'nothing', verdict: 'did not answer in time' };
    case 'refresh-refused':
      return { kind: 'nothing', verdict: `the token endpoint refused the refresh token (${failure.code})` };
    case 'failed':
      return { kind: 'nothing', verdict: failure.detail ?? `failed (${failure.code})` };
    case 'credentials-dead':
    case 'not-http':
    case 'sign-in-impossible':
    case 'no-mailbox':
      return { kind: 'nothing', verdict: `failed (${failure.code})` };
    default:
      return { kind: 'nothing', verdict: failure.kind };
  }
}
