import type { IncomingMessage } from 'node:http';
import { type SignInDependencies, signIn } from '../auth/sign-in.ts';
import { page, type Reply, unauthorized } from '../http.ts';
import type { Mailbox } from '../mailbox/types.ts';
import { parseXml, type XmlElement } from '../soap/xml-tree.ts';
import { poxAddress, poxAnswer } from './pox.ts';
import type { AutodiscoverReply, AutodiscoverScripts } from './script.ts';
import { soapAddress, soapAnswer } from './soap.ts';

export interface AutodiscoverDependencies extends SignInDependencies {
  readonly scripts: AutodiscoverScripts;
  ewsUrl(mailbox: Mailbox): string;
}

/** `/autodiscover/autodiscover.xml` (POX) and `.svc` (SOAP), as scripted or truthfully. */
export function answerAutodiscover(
  request: IncomingMessage,
  body: string,
  kind: 'pox' | 'soap',
  dependencies: AutodiscoverDependencies,
): Reply {
  const { scripts, modes, store } = dependencies;
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const root = read(body);
  const address = root && (kind === 'pox' ? poxAddress(root) : soapAddress(root));
  const domain = address?.split('@')[1] ?? '';
  const scripted = scripts.find(host, domain, request.method === 'GET' ? 'get' : kind);
  if (scripted?.kind === 'http-redirect') return redirect(scripted);
  if (scripted?.kind === 'page') return page(200, 'Welcome');
  if (scripted?.kind === 'status' && scripted.status !== 401)
    return page(scripted.status, String(scripted.status));

  const who = scripted?.kind === 'status' ? ({ kind: 'refused' } as const) : signIn(request, dependencies);
  if (who.kind !== 'in') return unauthorized(who, modes);
  const invalid = { kind: 'error', pox: 600, soap: 'InvalidRequest' } as const;
  const about = address === undefined ? undefined : store.find(address);
  const truth: AutodiscoverReply = about === undefined ? { kind: 'error' } : { kind: 'settings' };
  const reply =
    address === undefined ? invalid : scripted === undefined || scripted.kind === 'status' ? truth : scripted;
  const url = dependencies.ewsUrl(about ?? who.mailbox);
  return kind === 'pox' ? poxAnswer(reply, address ?? '', url) : soapAnswer(reply, url);
}

function redirect(reply: Extract<AutodiscoverReply, { kind: 'http-redirect' }>): Reply {
  return { ...page(reply.status ?? 302, 'Object moved'), headers: { Location: reply.url } };
}

function read(body: string): XmlElement | undefined {
  try {
    return parseXml(body);
  } catch {
    return undefined;
  }
}
