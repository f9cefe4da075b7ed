import { M } from '../soap/namespaces.ts';
import { checkSequence } from '../soap/request.ts';
import type { XmlElement } from '../soap/xml-tree.ts';
import { answer, failure, type OperationContext, type OperationResult } from './context.ts';

/** Unsubscribe works for pull and streaming only; a push subscription ends by the listener's answer. */
export function unsubscribe(request: XmlElement, { notifier, caller }: OperationContext): OperationResult {
  checkSequence(request, [{ name: 'SubscriptionId', namespace: M }]);
  const id = request.children[0]?.text.trim();
  const known = notifier.active(caller).some((subscription) => subscription.id === id);
  const [code, text] = known
    ? (['ErrorInvalidPullSubscriptionId', 'The subscription is not a pull subscription.'] as const)
    : (['ErrorSubscriptionNotFound', 'The specified subscription was not found.'] as const);
  return answer('Unsubscribe', [failure('Unsubscribe', code, text)]);
}
