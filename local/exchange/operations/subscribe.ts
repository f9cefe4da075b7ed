import type { EventType } from '../mailbox/types.ts';
import { m, t } from '../soap/envelope.ts';
import { M, T } from '../soap/namespaces.ts';
import { checkSequence, violation } from '../soap/request.ts';
import { childOf, type XmlElement } from '../soap/xml-tree.ts';
import { answer, failure, type OperationContext, type OperationResult, success } from './context.ts';
import { findFolder, folderErrorText } from './get-folder.ts';

const EVENT_TYPES: readonly EventType[] = [
  'CopiedEvent',
  'CreatedEvent',
  'DeletedEvent',
  'ModifiedEvent',
  'MovedEvent',
  'NewMailEvent',
  'FreeBusyChangedEvent',
];

/** Exchange refuses a URL unless it is longer than 0 and shorter than this. */
const URL_LIMIT = 2083;

/** Subscribe with a PushSubscriptionRequest (MS-OXWSNTIF). Every call gives a new subscription; earlier ones live on. */
export async function subscribe(request: XmlElement, context: OperationContext): Promise<OperationResult> {
  const push = childOf(request, M, 'PushSubscriptionRequest');
  if (request.children.length !== 1 || push === undefined) {
    throw violation(
      "The element 'Subscribe' expects 'PushSubscriptionRequest'; this server knows push subscriptions only.",
    );
  }
  const allFolders = push.attributes.SubscribeToAllFolders === 'true';
  checkSequence(push, [
    { name: 'FolderIds', min: 0 },
    { name: 'EventTypes' },
    { name: 'Watermark', min: 0 },
    { name: 'StatusFrequency' },
    { name: 'URL' },
    { name: 'CallerData', min: 0 },
  ]);
  const eventTypes = readEventTypes(childOf(push, T, 'EventTypes'));
  const statusFrequencyMinutes = readStatusFrequency(childOf(push, T, 'StatusFrequency')?.text ?? '');
  const url = (childOf(push, T, 'URL')?.text ?? '').trim();
  const ids = childOf(push, T, 'FolderIds')?.children ?? [];
  const { caller, notifier, modes, version } = context;

  if (!allFolders && ids.length === 0)
    return refuse('ErrorInvalidSubscriptionRequest', 'The subscription request is invalid.');
  const own = { ...context, shown: caller };
  const folders: string[] = [];
  for (const id of ids) {
    const folder = findFolder(id, own);
    if (folder === 'ErrorMissingEmailAddress') return refuse(folder, folderErrorText(folder));
    if (typeof folder === 'string') {
      return refuse(
        'ErrorSubscriptionDelegateAccessNotSupported',
        'Subscriptions are not supported for delegate user access.',
      );
    }
    folders.push(folder.name);
  }
  if (!acceptable(url))
    return refuse('ErrorInvalidPushSubscriptionUrl', 'The push notification subscription URL is invalid.');
  const watermark = childOf(push, T, 'Watermark');
  if (watermark !== undefined && watermark.text.trim().length < 8) {
    return refuse('ErrorInvalidWatermark', 'The watermark is invalid.');
  }
  if (notifier.active(caller).length >= caller.subscriptionLimit) {
    const values = [t('Value', 'EWSMaxSubscriptions', { Name: 'Policy' })];
    return refuse(
      'ErrorExceededSubscriptionCount',
      'You have exceeded the available subscriptions for your account. Remove unnecessary subscriptions and try your request again.',
      values,
    );
  }
  const { subscription, watermark: first } = notifier.subscribe({
    mailbox: caller,
    folders: allFolders ? 'all' : folders,
    eventTypes,
    statusFrequencyMinutes,
    url,
    version,
  });
  if (modes.firstStatus === 'before-answer') await notifier.status(subscription);
  const afterwards = modes.firstStatus === 'at-once' ? () => void notifier.status(subscription) : undefined;
  const done = success('Subscribe', [m('SubscriptionId', subscription.id), m('Watermark', first)]);
  return { ...answer('Subscribe', [done]), afterwards };
}

function refuse(code: string, text: string, values: Parameters<typeof failure>[3] = []): OperationResult {
  return answer('Subscribe', [failure('Subscribe', code, text, values)]);
}

function readEventTypes(element: XmlElement | undefined): EventType[] {
  const found: EventType[] = [];
  for (const child of element?.children ?? []) {
    const type = EVENT_TYPES.find((known) => known === child.text.trim());
    if (child.namespace !== T || child.name !== 'EventType' || type === undefined) {
      throw violation(`The 'EventType' element is invalid - The value '${child.text.trim()}' is invalid.`);
    }
    found.push(type);
  }
  if (found.length === 0) throw violation("The element 'EventTypes' has incomplete content.");
  return found;
}

function readStatusFrequency(text: string): number {
  const minutes = /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : Number.NaN;
  if (!(minutes >= 1 && minutes <= 1440)) {
    throw violation(`The 'StatusFrequency' element is invalid - The value '${text}' is invalid.`);
  }
  return minutes;
}

function acceptable(url: string): boolean {
  if (url.length === 0 || url.length >= URL_LIMIT || !URL.canParse(url)) return false;
  return ['http:', 'https:'].includes(new URL(url).protocol);
}
