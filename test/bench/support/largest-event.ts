import { isObject, type Json, textAt } from '../../../local/template/json.ts';

const BODY_BYTES = 1_000_000;
const NEW_MAIL = /<(?:\w+:)?NewMailEvent>.*?<\/(?:\w+:)?NewMailEvent>/s;

/** Callbacks of single mails as one: all their new mails, over and over, up to the size that is just accepted. */
export function largestEvent(events: readonly Json[]): Json {
  const [first] = events;
  if (!isObject(first)) throw new Error('there is no event to begin with');
  const bodies = events.map((event) => decode(event));
  const mails = bodies.map((body) => NEW_MAIL.exec(body)?.[0] ?? '');
  const once = mails.join('');
  const body = (bodies[0] ?? '').replace(mails[0] ?? '', () =>
    once.repeat(Math.floor(BODY_BYTES / once.length)),
  );
  return {
    ...first,
    body: first.isBase64Encoded === true ? Buffer.from(body).toString('base64') : body,
  };
}

function decode(event: Json): string {
  if (!isObject(event)) return '';
  const body = textAt(event.body, 'body');
  return event.isBase64Encoded === true ? Buffer.from(body, 'base64').toString('utf8') : body;
}
