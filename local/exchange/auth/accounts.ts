import { timingSafeEqual } from 'node:crypto';
import type { MailboxStore } from '../mailbox/store.ts';
import type { Mailbox } from '../mailbox/types.ts';
import type { Modes } from '../modes.ts';

/** Whom a user name means: e-mail address, plain user name, or DOMAIN\user. */
export function findAccount(store: MailboxStore, username: string, domain?: string): Mailbox | undefined {
  const byAddress = store.find(username);
  if (byAddress !== undefined) return byAddress;
  const wanted = username.toLowerCase();
  return store.all().find((mailbox) => {
    const plain = mailbox.username.toLowerCase();
    if (wanted === `${mailbox.domain.toLowerCase()}\\${plain}`) return true;
    return (
      wanted === plain &&
      (domain === undefined || domain === '' || domain.toLowerCase() === mailbox.domain.toLowerCase())
    );
  });
}

export function samePassword(given: string, right: string): boolean {
  const a = Buffer.from(given, 'utf8');
  const b = Buffer.from(right, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Counts a logon; false where it fails or the account is locked out. */
export function countLogon(mailbox: Mailbox, isRight: boolean, modes: Modes): boolean {
  if (isRight && !mailbox.lockedOut) {
    mailbox.failuresInARow = 0;
    return true;
  }
  mailbox.failedLogons += 1;
  mailbox.failuresInARow += 1;
  if (modes.lockOutAfter > 0 && mailbox.failuresInARow >= modes.lockOutAfter) mailbox.lockedOut = true;
  return false;
}
