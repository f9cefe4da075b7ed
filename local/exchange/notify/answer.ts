import { M, SOAP } from '../soap/namespaces.ts';
import { childOf, parseXml } from '../soap/xml-tree.ts';
import type { PostAnswer } from './post.ts';

/** What a listener's answer means to Exchange. Everything but 200 with a well-formed OK or Unsubscribe is sent again. */
export function readAnswer(answer: PostAnswer): 'ok' | 'unsubscribe' | 'failed' {
  if (answer.status !== 200) return 'failed';
  try {
    const envelope = parseXml(answer.body);
    if (envelope.namespace !== SOAP || envelope.name !== 'Envelope') return 'failed';
    const body = childOf(envelope, SOAP, 'Body');
    const result = body && childOf(body, M, 'SendNotificationResult');
    const status = result && childOf(result, M, 'SubscriptionStatus')?.text.trim();
    if (status === 'OK') return 'ok';
    return status === 'Unsubscribe' ? 'unsubscribe' : 'failed';
  } catch {
    return 'failed';
  }
}
