/** What the CPU of a warm web push is measured against: the same work written down bare, with the library web-push. */
import { request } from 'node:http';
import webPush from 'web-push';
import { OK_ANSWER, readMail } from './bare-mail.ts';
import type { CallbackEvent } from './see.ts';

/** The bare script keeps the subscription as it is, and its signing key in memory. */
const subscription = JSON.parse(process.env.BENCH_SUBSCRIPTION ?? '{}');
const { publicKey, privateKey } = webPush.generateVAPIDKeys();
webPush.setVapidDetails('mailto:bench@example.com', publicKey, privateKey);

export async function handler(event: CallbackEvent): Promise<object> {
  const { sender, subject, itemId, unread } = await readMail(event);
  const message = {
    web_push: 8030,
    notification: { title: sender, body: subject },
    app_badge: unread,
    itemId,
  };
  await send(JSON.stringify(message));
  return OK_ANSWER;
}

function send(text: string): Promise<void> {
  const details = webPush.generateRequestDetails(subscription, text, { TTL: 86_400, urgency: 'high' });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request(details.endpoint, { method: 'POST', headers: details.headers }, (response) => {
    response.resume();
    response.on('end', resolve);
  })
    .on('error', reject)
    .end(details.body);
  return promise;
}
