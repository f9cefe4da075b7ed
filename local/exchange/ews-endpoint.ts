import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallLog } from '../world/calls.ts';
import type { FaultBoard } from '../world/faults.ts';
import { claimsIdentity, type SignInDependencies, signIn } from './auth/sign-in.ts';
import type { Budgets, Visit } from './budgets.ts';
import { evidenceOf, startCall } from './call-record.ts';
import { misbehave } from './faults/misbehave.ts';
import { languageTag } from './faults/texts.ts';
import { readMisbehaviour } from './faults/vocabulary.ts';
import { type Reply, readBody, sendReply, unauthorized, waitMs } from './http.ts';
import type { Mailbox } from './mailbox/types.ts';
import type { Modes } from './modes.ts';
import type { Notifier } from './notify/notifier.ts';
import { OPERATIONS } from './operations/operations.ts';
import { spellingOf } from './soap/dialect.ts';
import { answerEnvelope } from './soap/envelope.ts';
import { faultEnvelope } from './soap/fault.ts';
import { RequestRejected, readSoapRequest, type SoapRequest } from './soap/request.ts';
import { writeXml, type XmlNode } from './soap/xml-write.ts';

export interface EwsDependencies extends SignInDependencies {
  readonly notifier: Notifier;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  readonly budgets: Budgets;
}

interface Outcome {
  readonly action: string;
  readonly outcome: string;
  readonly reply: Reply;
  readonly afterwards?: (() => void) | undefined;
}

/** `/EWS/Exchange.asmx`: signs in, runs the operation, or fails as told. Every request is one entry of the call log. */
export async function answerEws(
  request: IncomingMessage,
  response: ServerResponse,
  site: string,
  dependencies: EwsDependencies,
): Promise<void> {
  const { calls, modes, now } = dependencies;
  const record = startCall(request, calls, now);
  const body = await readBody(request);
  const visit = dependencies.budgets.visit();
  let result: Outcome;
  try {
    result = await answerRequest(request, body, site, dependencies, visit);
    if (modes.slowMs > 0) await waitMs(modes.slowMs);
  } finally {
    visit.leave();
  }
  // Before the answer leaves: whoever has it may ask for the calls.
  record(result.action, result.outcome, () => evidenceOf(request, body, result.reply));
  await sendReply(response, result.reply, modes.gzip);
  result.afterwards?.();
}

async function answerRequest(
  request: IncomingMessage,
  body: string,
  site: string,
  dependencies: EwsDependencies,
  visit: Visit,
): Promise<Outcome> {
  const { modes, faults } = dependencies;
  const parsed = read(body);
  const isNegotiation = /^(?:NTLM|Negotiate) TlRMTVNTUAAB/.test(request.headers.authorization ?? '');
  const operation = parsed instanceof RequestRejected ? 'unknown' : parsed.operation.name;
  const action = isNegotiation ? 'negotiate' : operation;

  // A fault is meant for a call that counts: the probe and NTLM's first half meet none.
  const isCall = !isNegotiation && request.method === 'POST' && claimsIdentity(request, dependencies);
  const fault = isCall ? faults.take('ews', action) : undefined;
  if (fault !== undefined && fault.delayMs > 0) await waitMs(fault.delayMs);
  const board = fault?.error === undefined ? undefined : readMisbehaviour(fault.error);
  if (board?.kind === 'status')
    return { action, outcome: fault?.error ?? '', reply: misbehave(board, modes, () => undefined) };

  const who = signIn(request, dependencies);
  if (who.kind !== 'in') {
    const isProbe = who.kind === 'anonymous';
    const reply = (isProbe ? probeFault(modes) : undefined) ?? unauthorized(who, modes);
    return { action: isProbe ? 'probe' : action, outcome: String(reply.status), reply };
  }
  if (request.method !== 'POST')
    return {
      action: 'page',
      outcome: 'ok',
      reply: { status: 200, body: '<html><body>Service</body></html>', type: 'text/html' },
    };
  const { mailbox } = who;
  const throttled = visit.admit(mailbox, modes.throttling);
  const misbehaviour =
    board ??
    throttled ??
    (mailbox.fault === undefined ? moved(mailbox, site) : readMisbehaviour(mailbox.fault));
  if (misbehaviour?.kind === 'code' || misbehaviour?.kind === 'status' || misbehaviour?.kind === 'page') {
    const outcome = misbehaviour.kind === 'code' ? misbehaviour.code : (fault?.error ?? mailbox.fault ?? '');
    return { action, outcome, reply: misbehave(misbehaviour, modes, () => messageCount(parsed)) };
  }
  const done = await run(parsed, mailbox, request, dependencies);
  if (misbehaviour === undefined) return { action, ...done };
  return {
    ...done,
    action,
    outcome: fault?.error ?? mailbox.fault ?? '',
    reply: { ...done.reply, spoil: misbehaviour.kind },
  };
}

function probeFault(modes: Modes): Reply | undefined {
  const fault = modes.probeFault === undefined ? undefined : readMisbehaviour(modes.probeFault);
  return fault?.kind === 'status' || fault?.kind === 'page'
    ? misbehave(fault, modes, () => undefined)
    : undefined;
}

function read(body: string): SoapRequest | RequestRejected {
  try {
    return readSoapRequest(body);
  } catch (error) {
    if (error instanceof RequestRejected) return error;
    throw error;
  }
}

/** A mailbox that lives at another site answers like this at the old one. */
function moved(mailbox: Mailbox, site: string): ReturnType<typeof readMisbehaviour> | undefined {
  return mailbox.site === site ? undefined : readMisbehaviour('ErrorProxyRequestNotAllowed');
}

function messageCount(
  parsed: SoapRequest | RequestRejected,
): { readonly operation: string; readonly messages: number } | undefined {
  if (parsed instanceof RequestRejected) return undefined;
  const { operation } = parsed;
  const ids = operation.children.find(({ name }) => name === 'ItemIds' || name === 'FolderIds');
  return { operation: operation.name, messages: Math.max(1, ids?.children.length ?? 1) };
}

async function run(
  parsed: SoapRequest | RequestRejected,
  caller: Mailbox,
  request: IncomingMessage,
  dependencies: EwsDependencies,
): Promise<Omit<Outcome, 'action'>> {
  const { modes, store, notifier } = dependencies;
  const connection = dependencies.connections.of(request.socket);
  connection.firstUser ??= caller;
  try {
    if (parsed instanceof RequestRejected) throw parsed;
    const operation = OPERATIONS.get(parsed.operation.name);
    if (operation === undefined)
      throw new RequestRejected(
        'ErrorSchemaValidation',
        'The request failed schema validation: unknown operation.',
      );
    const shown = shownMailbox(caller, connection.firstUser, dependencies);
    const { body, outcome, afterwards } = await operation(parsed.operation, {
      store,
      notifier,
      modes,
      caller,
      shown,
      version: parsed.version,
    });
    return {
      outcome: outcome === 'NoError' ? 'ok' : outcome,
      reply: { status: 200, body: write(answerEnvelope(body), modes) },
      afterwards,
    };
  } catch (error) {
    if (!(error instanceof RequestRejected)) throw error;
    const fault = faultEnvelope({
      code: error.code,
      text: error.message,
      language: languageTag(modes.language),
    });
    return { outcome: error.code, reply: { status: 500, body: write(fault, modes) } };
  }
}

function shownMailbox(caller: Mailbox, firstUser: Mailbox, { modes, store }: EwsDependencies): Mailbox {
  const { wrongOwner } = modes;
  if (wrongOwner.kind === 'reused-connection') return firstUser;
  return wrongOwner.kind === 'always' ? store.get(wrongOwner.victim) : caller;
}

function write(node: XmlNode, modes: Modes): string {
  return writeXml(node, spellingOf(modes.dialect, 'answer', modes.byteOrderMark));
}
