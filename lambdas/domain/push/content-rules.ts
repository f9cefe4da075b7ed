/** Which mail is announced, and how much of it a phone may show. */
import { createHash } from 'node:crypto';
import type { Mail } from '../model/mail.ts';
import { type ContentLevel, type Preferences, stricter } from '../model/preferences.ts';
import type { NewMailPush } from '../ports/push.ts';
import { displaySender } from './sender.ts';
import { cleanText } from './text.ts';

/** False for what is no news: read meanwhile, a draft, a read receipt or a delivery report. The badge counts all the same. */
export function announces({ kind, isRead, isDraft }: Pick<Mail, 'kind' | 'isRead' | 'isDraft'>): boolean {
  return kind !== 'receipt' && !isRead && !isDraft;
}

/** Device preference, tenant ceiling and sensitivity: the strictest wins; a sensitive mail shows its sender at most. */
export function shownContent(
  mail: Pick<Mail, 'sensitivity'>,
  preference: ContentLevel,
  ceiling: ContentLevel,
): ContentLevel {
  const allowed = stricter(preference, ceiling);
  return mail.sensitivity === 'normal' ? allowed : stricter(allowed, 'sender');
}

/**
 * Collapse key of one item: 43 ASCII characters that disclose nothing. `canonicalItemId` is the id in the
 * form that is equal for both of Exchange's encodings, so that a repeated callback updates one notification.
 */
export function collapseKeyOf(canonicalItemId: string | Uint8Array): string {
  return createHash('sha256').update(canonicalItemId).digest('base64url');
}

export interface Announcement {
  readonly preferences: Pick<Preferences, 'content' | 'sound'>;
  readonly ceiling: ContentLevel;
  readonly collapseKey: string;
  readonly badge?: number | undefined;
}

/** The push for one mail on one device, already reduced to what may be shown there. */
export function newMailPush(mail: Mail, announcement: Announcement): NewMailPush {
  const { preferences, ceiling, collapseKey, badge } = announcement;
  const level = shownContent(mail, preferences.content, ceiling);
  const neutral = neutralPush({ collapseKey, badge, sound: preferences.sound, itemId: mail.itemId });
  if (level === 'none') return neutral;
  const withSender = { ...neutral, sender: displaySender(mail.sender), thread: mail.conversationId };
  return level === 'sender' ? withSender : { ...withSender, subject: cleanText(mail.subject ?? '') };
}

export interface Neutral {
  readonly collapseKey: string;
  readonly badge?: number | undefined;
  readonly sound: boolean;
  readonly itemId?: string | undefined;
}

/** "New message", with nothing about it. */
export function neutralPush(neutral: Neutral): NewMailPush {
  return { type: 'new-mail', count: 1, ...neutral };
}

/** "n new messages"; one message alone reads "New message". */
export function countPush(count: number, neutral: Omit<Neutral, 'itemId'>): NewMailPush {
  return { type: 'new-mail', count: Math.max(1, Math.trunc(count)), ...neutral };
}

/**
 * The first `limit` are announced one by one, in order; `more` are announced together in one "n new messages".
 */
export function splitAnnouncements<T>(
  items: readonly T[],
  limit: number,
): { readonly single: readonly T[]; readonly more: readonly T[] } {
  return { single: items.slice(0, limit), more: items.slice(limit) };
}
