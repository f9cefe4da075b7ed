/** What a push says on the screen, before either platform's form: title and body, cut to fit. */

import type { NewMailPush, Push } from '../ports/push.ts';
import { given, type Line, own, TEXTS } from './own-texts.ts';
import { jsonBytes, truncate } from './text.ts';

export interface Alert {
  readonly title?: Line | undefined;
  readonly body: Line;
}

/** Limit of APNs and of FCM for one notification, in bytes of UTF-8. */
export const MAX_PAYLOAD_BYTES = 4_096;
/** A sender longer than this is cut even where there is room: the subject says more. */
const MAX_SENDER_BYTES = 512;
/** Exchange's item ids stay far below; a longer one is left out rather than letting it crowd out the text. */
const MAX_ITEM_CHARACTERS = 1_024;

/** The alert of a push, or undefined for those that show nothing. */
export function alertOf(push: Push): Alert | undefined {
  switch (push.type) {
    case 'new-mail':
      return newMailAlert(push);
    case 'sign-in':
      return { title: own(TEXTS.signIn), body: own(TEXTS.signInWhy) };
    case 'open-app':
      return { body: own(TEXTS.openApp) };
    case 'badge':
    case 'wake':
      return undefined;
  }
}

const NEUTRAL: Alert = { body: own(TEXTS.newMessage) };

function newMailAlert(push: NewMailPush): Alert {
  if (push.count > 1) return { body: own(TEXTS.newMessages, String(push.count)) };
  const title = titleOf(push.sender);
  if (push.subject === undefined) return title === undefined ? NEUTRAL : { ...NEUTRAL, title };
  return {
    title: title ?? own(TEXTS.unknownSender),
    body: push.subject === '' ? own(TEXTS.noSubject) : given(push.subject),
  };
}

/** Undefined where no sender may be shown; a mail without one says so. */
function titleOf(sender: string | undefined): Line | undefined {
  if (sender === undefined) return undefined;
  return sender === '' ? own(TEXTS.unknownSender) : given(sender);
}

/**
 * The same alert with what strangers wrote cut to `maxBytes` of JSON text in all: first the sender to its
 * own limit, then the subject to what is left. Texts of our own stay whole.
 */
export function fitAlert(alert: Alert, maxBytes: number): Alert {
  const title = fitLine(alert.title, Math.min(MAX_SENDER_BYTES, maxBytes));
  const used = title?.kind === 'given' ? jsonBytes(title.text) : 0;
  return { title, body: fitLine(alert.body, maxBytes - used) };
}

function fitLine<L extends Line | undefined>(line: L, maxBytes: number): L | Line {
  return line?.kind === 'given' ? given(truncate(line.text, Math.max(0, maxBytes))) : line;
}

/** The item id, unless it is longer than any that Exchange makes. */
export function shownItem(itemId: string | undefined): string | undefined {
  return itemId !== undefined && itemId.length <= MAX_ITEM_CHARACTERS ? itemId : undefined;
}
