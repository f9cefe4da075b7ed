import type { MailboxStore } from '../mailbox/store.ts';
import type { Mailbox } from '../mailbox/types.ts';
import type { Modes } from '../modes.ts';
import type { Notifier } from '../notify/notifier.ts';
import { m } from '../soap/envelope.ts';
import type { XmlElement } from '../soap/xml-tree.ts';
import type { XmlNode } from '../soap/xml-write.ts';

/** What an operation works with. */
export interface OperationContext {
  readonly store: MailboxStore;
  readonly notifier: Notifier;
  readonly modes: Modes;
  /** Who signed in. */
  readonly caller: Mailbox;
  /** Whose data GetItem and GetFolder show: the caller's, but for the wrong-owner defect. */
  readonly shown: Mailbox;
  readonly version: string;
}

/** One message of an answer. */
export interface ResponseMessage {
  readonly code: string;
  readonly node: XmlNode;
}

export interface OperationResult {
  readonly body: XmlNode;
  /** `NoError`, or the first other code. */
  readonly outcome: string;
  /** Runs when the answer has been written. */
  readonly afterwards?: (() => void) | undefined;
}

export type Operation = (
  request: XmlElement,
  context: OperationContext,
) => OperationResult | Promise<OperationResult>;

export function success(name: string, content: readonly XmlNode[]): ResponseMessage {
  const node = m(`${name}ResponseMessage`, [m('ResponseCode', 'NoError'), ...content], {
    ResponseClass: 'Success',
  });
  return { code: 'NoError', node };
}

/** A message with ResponseClass Error. `values` become MessageXml/Value; `content` is what the schema wants after it. */
export function failure(
  name: string,
  code: string,
  text: string,
  values: readonly XmlNode[] = [],
  content: readonly XmlNode[] = [],
): ResponseMessage {
  const parts = [m('MessageText', text), m('ResponseCode', code), m('DescriptiveLinkKey', '0')];
  if (values.length > 0) parts.push(m('MessageXml', values));
  return { code, node: m(`${name}ResponseMessage`, [...parts, ...content], { ResponseClass: 'Error' }) };
}

export function answer(name: string, messages: readonly ResponseMessage[]): OperationResult {
  const outcome = messages.find(({ code }) => code !== 'NoError')?.code ?? 'NoError';
  const body = m(`${name}Response`, [
    m(
      'ResponseMessages',
      messages.map(({ node }) => node),
    ),
  ]);
  return { body, outcome };
}
