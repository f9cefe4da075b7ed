import { compressId, watermark } from '../mailbox/ids.ts';
import type { Mailbox, ObjectReference, StoreEvent } from '../mailbox/types.ts';
import type { Modes } from '../modes.ts';
import type { PushedEvent } from './message.ts';

/** A watermark in the dialect of the server: 40 characters, or WorkMail's 12. */
export function spellWatermark(mailbox: Mailbox, counter: bigint, modes: Modes): string {
  if (modes.dialect !== 'workmail') return watermark(mailbox.eventLogId, counter);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(counter);
  return bytes.toString('base64');
}

export function spellReference(
  reference: ObjectReference,
  modes: Modes,
  where: 'events' | 'answers',
): ObjectReference {
  return {
    id: modes.compressedIds[where] ? compressId(reference.id) : reference.id,
    changeKey: modes.withoutChangeKeys || modes.dialect === 'workmail' ? '' : reference.changeKey,
  };
}

export function spellEvent(mailbox: Mailbox, event: StoreEvent, modes: Modes): PushedEvent {
  const spell = (reference: ObjectReference) => spellReference(reference, modes, 'events');
  const { old } = event;
  return {
    type: event.type,
    watermark: spellWatermark(mailbox, event.counter, modes),
    at: event.at,
    kind: event.kind,
    target: spell(event.target),
    parent: spell(event.parent),
    old: old && { target: spell(old.target), parent: spell(old.parent) },
    unreadCount: modes.unreadCountInEvents ? event.unreadCount : undefined,
  };
}
