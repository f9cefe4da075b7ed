/** What each answer of a push service means for the phone (RFC 8030, section 5; RFC 8292, section 4.2). */
import type { PushOutcome } from '#domain/ports/push.ts';

export type AnswerMeaning = PushOutcome | { readonly kind: 'too-large' };

const GONE: ReadonlySet<number> = new Set([404, 410]);
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);
const TOO_LARGE = 413;

/**
 * A page of HTML with status 200 comes from a proxy or a captive portal, not from a push service. Whatever blames our
 * set-up, or is unknown, forgets nobody.
 */
export function meaningOfAnswer(status: number, contentType: string | undefined): AnswerMeaning {
  if (status >= 200 && status < 300)
    return contentType?.trimStart().toLowerCase().startsWith('text/html') === true
      ? { kind: 'misconfigured', code: 'HtmlAnswer' }
      : { kind: 'delivered' };
  if (GONE.has(status)) return { kind: 'device-gone' };
  if (status === TOO_LARGE) return { kind: 'too-large' };
  const code = `Http${status}`;
  return LATER.has(status) || status >= 500 ? { kind: 'later', code } : { kind: 'misconfigured', code };
}
