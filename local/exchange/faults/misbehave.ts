import { challenges, page, type Reply } from '../http.ts';
import type { Modes } from '../modes.ts';
import { answer, failure } from '../operations/context.ts';
import { spellingOf } from '../soap/dialect.ts';
import { answerEnvelope, m, t } from '../soap/envelope.ts';
import { faultEnvelope } from '../soap/fault.ts';
import { writeXml, type XmlNode } from '../soap/xml-write.ts';
import { faultText, languageTag } from './texts.ts';
import type { Misbehaviour } from './vocabulary.ts';

type Answered = Extract<Misbehaviour, { kind: 'status' | 'page' | 'code' }>;

/** The answer that a fault puts in place of the true one. `asked`: the operation and how many messages it is owed. */
export function misbehave(
  fault: Answered,
  modes: Modes,
  asked: () => { readonly operation: string; readonly messages: number } | undefined,
): Reply {
  if (fault.kind === 'page') return page(200, 'Outlook');
  if (fault.kind === 'status') return statusReply(fault.status, fault.variant, modes);
  const values: Record<string, string> = {};
  if (fault.backOffMs !== undefined) values.BackOffMilliseconds = String(fault.backOffMs);
  const isHidden = fault.dress === 'hidden' || fault.dress === 'hidden-fault';
  if (isHidden) values.InnerErrorResponseCode = fault.code;
  const code = isHidden ? 'ErrorInternalServerError' : fault.code;
  const text = faultText(code, modes.language);
  const target = asked();
  if (target !== undefined && (fault.dress === 'message' || fault.dress === 'hidden')) {
    const nodes = Object.entries(values).map(([Name, value]) => t('Value', value, { Name }));
    const content = { GetItem: [m('Items', [])], GetFolder: [m('Folders', [])] }[target.operation] ?? [];
    const message = failure(target.operation, code, text, nodes, content);
    const messages = Array.from({ length: target.messages }, () => message);
    return xml(200, answerEnvelope(answer(target.operation, messages).body), modes);
  }
  const dress = { padded: fault.dress === 'padded', oldDress: fault.dress === 'old' };
  return xml(
    500,
    faultEnvelope({ code, text, language: languageTag(modes.language), values, ...dress }),
    modes,
  );
}

function xml(status: number, node: XmlNode, modes: Modes): Reply {
  return { status, body: writeXml(node, spellingOf(modes.dialect, 'answer', modes.byteOrderMark)) };
}

function statusReply(status: number, variant: string, modes: Modes): Reply {
  if (variant === 'empty' || status === 456) return { status, body: '', type: 'text/html' };
  if (status >= 300 && status < 400) {
    const location = variant === '' ? 'https://mail.example.com/owa/auth/logon.aspx' : variant;
    return { ...page(status, 'Object moved'), headers: { Location: location } };
  }
  if (status === 401) return page(401, 'Unauthorized', { 'WWW-Authenticate': challenges(modes) });
  if (status === 403) return page(403, '403 - Forbidden: Access is denied.');
  if (status === 404) return page(404, '404 - File or directory not found.');
  if (status === 503) return page(503, 'The service is unavailable.', { 'Retry-After': '30' });
  return page(status, 'Runtime Error');
}
