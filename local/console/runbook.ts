import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AdviceView, Place } from './view.ts';

const RUNBOOK = join(resolve(import.meta.dirname, '../..'), 'docs/runbook.md');

/** What went wrong where, and the section of the runbook that says what to do. The first match counts. */
const RULES: readonly (readonly [place: Place, answer: RegExp, section: string])[] = [
  ['database', /./, 'database-unavailable'],
  ['kms', /./, 'key-unavailable'],
  ['sns', /./, 'pushes-misconfigured'],
  ['ews', /^403|AccessBlocked/, 'exchange-blocked'],
  ['ews', /^401|PasswordExpired|AccountDisabled/, '2 Exchange says 401'],
  ['ews', /^404|ProxyRequestNotAllowed|MailboxMove/, '8 a mailbox was moved'],
  ['ews', /./, '7 Exchange is busy, slow or silent'],
  ['gateway', /^403/, '6 Exchange cannot reach us'],
  ['gateway', /^401/, '4 wrong API token'],
  ['gateway', /AUTODISCOVER_FAILED/, '1 autodiscover errors'],
  ['gateway', /EWS_UNAUTHORIZED|TOO_MANY_ATTEMPTS/, '2 Exchange says 401'],
  ['gateway', /EWS_FORBIDDEN/, 'exchange-blocked'],
  ['gateway', /EWS_BUSY/, '7 Exchange is busy, slow or silent'],
  ['gateway', /EWS_/, '5 wrong EWS URL'],
  ['gateway', /^503 callback/, 'callbacks-repeated'],
  ['gateway', /^5\d\d callback/, 'callback-function-errors'],
  ['gateway', /^5\d\d/, 'register-function-errors'],
  ['function', /owner-mismatch/, 'owner-mismatch'],
  ['function', /host-refuses-everybody/, 'hosts-suspect'],
  ['function', /announced-without-content|credentials-refused|too-many-alerts/, '9 "New message" alone'],
  ['function', /callback-failed/, 'callbacks-failing'],
  ['function', /upkeep-part-failed/, 'upkeep-failing'],
  ['function', /exchange-pushed-error/, 'subscriptions-lost'],
];

export const SECTIONS_REFERRED_TO: readonly string[] = [...new Set(RULES.map(([, , section]) => section))];

/** Sections of `docs/runbook.md` by heading, as plain text. */
export function readRunbook(path = RUNBOOK): ReadonlyMap<string, string> {
  const sections = readFileSync(path, 'utf8')
    .split(/^#{1,2} /m)
    .slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end).trim(), plain(section.slice(end))];
    }),
  );
}

/** What the runbook says about a failure there; undefined where it knows nothing. */
export function adviseOn(
  runbook: ReadonlyMap<string, string>,
  place: Place,
  answer: string,
): AdviceView | undefined {
  const section = RULES.find(([where, pattern]) => where === place && pattern.test(answer))?.[2];
  const text = section === undefined ? undefined : runbook.get(section);
  return section === undefined || text === undefined ? undefined : { section, text };
}

function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll(/([^\n])\n(?!\n|- )/g, '$1 ')
    .trim();
}
