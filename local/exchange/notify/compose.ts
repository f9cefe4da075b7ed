import type { Modes } from '../modes.ts';
import { spellingOf } from '../soap/dialect.ts';
import { writeXml, type XmlNode } from '../soap/xml-write.ts';
import { errorMessage, notificationMessage, type PushedEvent } from './message.ts';
import type { Outgoing, Subscription } from './subscription.ts';

/** The bytes of one notification, after what the listener is believed to have. */
export function composeEvents(
  subscription: Subscription,
  events: readonly PushedEvent[],
  moreEvents: boolean,
  modes: Modes,
): Outgoing {
  const node = notificationMessage(subscription.version, {
    subscriptionId: subscription.id,
    previousWatermark: subscription.previousWatermark,
    moreEvents,
    events,
  });
  const kind = events.every((event) => event.type === 'StatusEvent') ? 'status' : 'events';
  return { kind, body: write(node, modes), lastWatermark: events.at(-1)?.watermark };
}

/** The bytes of a pushed error; it leaves the watermarks as they are. */
export function composeError(
  subscription: Subscription,
  code: string,
  text: string,
  withId: boolean,
  modes: Modes,
): Outgoing {
  const node = errorMessage(subscription.version, code, text, withId ? subscription.id : undefined);
  return { kind: 'error', body: write(node, modes), lastWatermark: undefined };
}

function write(node: XmlNode, modes: Modes): string {
  return writeXml(node, spellingOf(modes.dialect, 'push', modes.byteOrderMark));
}
