import { askedUnread, type Unread } from '../../push/badge.ts';
import { type Handling, trust } from '../handling/handling.ts';
import { alarmOfStranger, isOwnInbox } from '../handling/own-inbox.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { askToSignIn } from '../heal/ask-to-sign-in.ts';
import { judgeFailure } from '../heal/judge-failure.ts';
import { rediscover } from '../heal/rediscover.ts';

/**
 * Asks Exchange for the Inbox's unread count and notes it; undefined where it cannot be told, or the answer is about
 * somebody else's. A refusal counts here as it does for a mail: else every request without a count would be another
 * failed sign-in.
 */
export async function askUnread(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<Unread | undefined> {
  const opened = await handling.access.open();
  if (!opened.ok) return undefined;
  const inbox = await opened.mailbox.inbox();
  if (inbox.ok && !isOwnInbox(ports, handling.view, inbox.value.folderId)) {
    alarmOfStranger(ports, handling.view);
    return undefined;
  }
  if (inbox.ok) {
    trust(handling);
    return note(handling, inbox.value.unreadCount);
  }
  switch (await judgeFailure(ports, settings, handling, inbox.failure)) {
    case 'neutral':
      return undefined;
    case 'sign-in':
      await askToSignIn(ports, handling);
      return undefined;
    case 'rediscover': {
      const moved = await rediscover(ports, settings, handling, inbox.failure.kind);
      return moved ? askUnread(ports, settings, handling) : undefined;
    }
  }
}

function note(handling: Handling, count: number): Unread {
  const unread = askedUnread(count, handling.now);
  handling.changes.unread = unread;
  return unread;
}
