import type { Evidence, GiveEvidence } from '../world/calls.ts';
import type { WorldEvent } from '../world/events.ts';
import type { LogLine } from '../world/logs.ts';
import type { ClientCall } from './handsets.ts';
import { awsParts, httpParts, logParts, pushParts, sqlParts } from './hop-text.ts';
import { createJourney, type Journey, type NewHop } from './journey.ts';
import { adviseOn } from './runbook.ts';
import type { AdviceView, HopDetail, JourneyView, Place } from './view.ts';

const KEPT = 100;
const NOTHING: Evidence = { request: '', response: '' };

/** Everything that went through the world, hop by hop, put together request by request. */
export interface Journeys {
  views(): readonly JourneyView[];
  detail(journeyId: string, hopId: string): HopDetail | undefined;
  onChange(listener: (journey: JourneyView) => void): void;
  accept(event: WorldEvent): void;
  acceptCall(call: ClientCall): void;
  acceptLine(line: LogLine): void;
}

const SERVICES: Readonly<Record<string, Place>> = {
  'rds-data': 'database',
  kms: 'kms',
  sns: 'sns',
  secretsmanager: 'secrets',
  ews: 'ews',
  webpush: 'push-service',
};
const UNDER_WAY = { answer: '', failed: false, advice: [] } as const;
/** Anonymous by design: the server names its schemes with a 401. */
const EXPECTED = /^(?:probe|negotiate) 401$/;

export function createJourneys(options: {
  readonly runbook: ReadonlyMap<string, string>;
  /** Texts that are secret wherever they occur. */
  readonly secrets: () => ReadonlyMap<string, string>;
  /** Subject of a mail by its item id, where it is still there. */
  readonly subjectOf: (email: string, itemId: string) => string | undefined;
}): Journeys {
  const journeys: Journey[] = [];
  /** By every id under which later hops ask for it: gateway's, function's, SNS's message id. */
  const byId = new Map<string, Journey>();
  const pushes = new Map<string, NewHop>();
  const listeners: ((journey: JourneyView) => void)[] = [];
  const now = () => performance.now();

  function begin(ids: readonly string[], about: Parameters<typeof createJourney>[0]): Journey {
    const journey = createJourney(about);
    journeys.unshift(journey);
    for (const id of ids) byId.set(id, journey);
    for (const gone of journeys.splice(KEPT)) {
      for (const [id, kept] of byId) if (kept === gone) byId.delete(id);
    }
    return journey;
  }

  function changed(journey: Journey): void {
    for (const listener of listeners) listener(journey.view());
  }

  function advice(place: Place, failed: boolean, answer: string): readonly AdviceView[] {
    const found = failed ? adviseOn(options.runbook, place, answer) : undefined;
    return found === undefined ? [] : [found];
  }

  function addCall(event: Extract<WorldEvent, { kind: 'call' }>): void {
    const journey = byId.get(event.requestId);
    const place = SERVICES[event.service];
    if (journey === undefined || place === undefined) return;
    const expected = EXPECTED.test(`${event.action} ${event.outcome}`);
    const failed = event.outcome !== 'ok' && !expected;
    journey.add({
      place,
      what: event.service === 'rds-data' ? describeSql(event.action, event.evidence) : event.action,
      startMs: now() - event.ms,
      ms: event.ms,
      answer: expected ? `${event.outcome}, as asked` : event.outcome,
      failed,
      advice: advice(place, failed, event.outcome),
      parts: () => evidenceParts(place, event.evidence),
    });
    if (event.action === 'Publish' && event.outcome === 'ok') addPush(journey, event.evidence);
    changed(journey);
  }

  function evidenceParts(place: Place, evidence: GiveEvidence | undefined): HopDetail['parts'] {
    const [seen, secrets] = [look(evidence), options.secrets()];
    if (seen === NOTHING) return [];
    if (place === 'database') return sqlParts(seen, secrets);
    if (place === 'ews' || place === 'gateway' || place === 'exchange') return httpParts(seen, secrets);
    return awsParts(seen, secrets);
  }

  /** The push came while SNS still worked on its Publish; or comes later, to a phone that is off. */
  function addPush(journey: Journey, evidence: GiveEvidence | undefined): void {
    const id = /"MessageId":"([^"]+)"/.exec(look(evidence).response)?.[1];
    if (id === undefined) return;
    byId.set(id, journey);
    const push = pushes.get(id);
    pushes.delete(id);
    if (push !== undefined) journey.add(push);
  }

  function acceptPush(event: Extract<WorldEvent, { kind: 'push' }>): void {
    const { platform, messageId = '' } = event;
    // A web push is seen as the call that brought it.
    if (platform === 'webpush') return;
    const hop: NewHop = {
      place: platform === 'fcm' ? 'fcm' : 'apns',
      what: platform === 'fcm' ? 'Google → phone' : 'Apple → phone',
      startMs: now(),
      ms: 0,
      answer: event.headers['apns-push-type'] ?? 'delivered',
      failed: false,
      advice: [],
      parts: () => pushParts(event, options.secrets()),
    };
    const journey = byId.get(messageId);
    if (journey === undefined) pushes.set(messageId, hop);
    else {
      journey.add(hop);
      changed(journey);
    }
  }

  function acceptCallback(event: Extract<WorldEvent, { kind: 'exchange-callback' }>): void {
    const { requestId, email, evidence, attempt, outcome } = event;
    const failed = event.status !== 200 || outcome === 'gave-up';
    const soap = look(evidence).request;
    const { kind, title } = describeCallback(event.message, soap, (id) => options.subjectOf(email, id));
    const journey =
      byId.get(requestId ?? '') ?? begin([], { at: event.at, title, kind, email, startMs: now() - event.ms });
    journey.describe({ title, kind, email });
    journey.add({
      place: 'exchange',
      what: attempt > 1 ? `Exchange tells us, attempt ${attempt}` : 'Exchange tells us',
      // It is told last and began first, whatever this process did meanwhile.
      startMs: Math.min(now() - event.ms, journey.startMs),
      ms: event.ms,
      answer: `${event.status ?? 'no answer'}, ${outcome}`,
      failed,
      advice: failed ? advice('gateway', true, `${event.status ?? 'none'} callback`) : [],
      parts: () => evidenceParts('exchange', evidence),
    });
    changed(journey);
  }

  function acceptRequest({ route, requestId, at }: Extract<WorldEvent, { kind: 'gateway-request' }>): void {
    const isCallback = route.includes('/callback/');
    const title = isCallback ? 'Exchange reports' : route.replace('/api/ens', '');
    const kind = isCallback ? 'change' : 'client';
    const journey = begin([requestId], { at, title, kind, email: '', startMs: now() });
    journey.add({ place: 'gateway', what: route.replace('/api/ens', ''), startMs: now(), ...UNDER_WAY });
    changed(journey);
  }

  function acceptAnswer(event: Extract<WorldEvent, { kind: 'gateway-answer' }>): void {
    const journey = byId.get(event.requestId);
    if (journey === undefined) return;
    const failed = event.status >= 400;
    const code = /"code":\s*"([A-Z_]+)"/.exec(failed ? look(event.evidence).response : '')?.[1];
    const whose = event.route.includes('/callback/') ? 'callback' : '';
    const answer = [event.status, code].filter((part) => part !== undefined).join(' ');
    journey.finish('gateway', event.ms, {
      answer,
      failed,
      advice: advice('gateway', failed, `${answer} ${whose}`),
      parts: () => evidenceParts('gateway', event.evidence),
    });
    changed(journey);
  }

  function acceptStart(event: Extract<WorldEvent, { kind: 'function-start' }>): void {
    const known = byId.get(event.gatewayRequestId ?? '');
    const journey = known ?? begin([], startedByItself(event.function, event.at, now()));
    byId.set(event.requestId, journey);
    journey.add({ place: 'function', what: event.function, startMs: now(), ...UNDER_WAY });
    changed(journey);
  }

  function acceptEnd(event: Extract<WorldEvent, { kind: 'function-end' }>): void {
    const journey = byId.get(event.requestId);
    if (journey === undefined) return;
    journey.finish('function', event.ms, {
      answer: event.outcome,
      failed: event.outcome !== 'ok',
      advice: [],
      parts: () => logParts(journey.lines, options.secrets()),
    });
    changed(journey);
  }

  function accept(event: WorldEvent): void {
    if (event.kind === 'gateway-request') acceptRequest(event);
    else if (event.kind === 'gateway-answer') acceptAnswer(event);
    else if (event.kind === 'function-start') acceptStart(event);
    else if (event.kind === 'function-end') acceptEnd(event);
    else if (event.kind === 'call') addCall(event);
    else if (event.kind === 'push') acceptPush(event);
    else acceptCallback(event);
  }

  return {
    views: () => journeys.map((journey) => journey.view()),
    detail: (journeyId, hopId) => journeys.find(({ id }) => id === journeyId)?.detail(hopId),
    onChange: (listener) => void listeners.push(listener),
    accept,
    acceptCall({ what, email, reply, startedAt }) {
      const journey = byId.get(reply.headers.get('apigw-requestid') ?? '');
      if (journey === undefined) return;
      journey.describe({ title: what, kind: 'client', email });
      const answer =
        reply.problem === undefined ? String(reply.status) : `${reply.status} ${reply.problem.code}`;
      const failed = reply.problem !== undefined;
      const text = reply.problem?.detail ?? 'The app has what it asked for.';
      journey.add({
        place: 'phone',
        what: 'The app calls',
        startMs: Math.max(startedAt, journey.startMs),
        ms: now() - Math.max(startedAt, journey.startMs),
        answer,
        failed,
        advice: [],
        parts: () => [{ title: 'What the app reads', text }],
      });
      changed(journey);
    },
    acceptLine({ line }) {
      const id = /"requestId":"([^"]+)"/.exec(line)?.[1];
      const journey = byId.get(id ?? '');
      if (journey === undefined) return;
      journey.lines.push(line);
      const message = /"message":"([a-z-]+)"/.exec(line)?.[1] ?? '';
      const found = /"level":"(?:WARN|ERROR)"/.test(line)
        ? adviseOn(options.runbook, 'function', message)
        : undefined;
      if (found !== undefined) {
        journey.warn('function', message, found);
        changed(journey);
      }
    },
  };
}

/** A hop that cannot be shown, such as one with a broken body, must not disturb the world that reports it. */
function look(evidence: GiveEvidence | undefined): Evidence {
  try {
    return evidence?.() ?? NOTHING;
  } catch {
    return NOTHING;
  }
}

/** Which tables a statement touches, so that one row tells it from the next. */
function describeSql(action: string, evidence: GiveEvidence | undefined): string {
  const sql = look(evidence).request;
  const touched = [...sql.matchAll(/\b(INSERT INTO|UPDATE|DELETE FROM) ([a-z_]+)/g)];
  const words = new Set(
    touched.map(([, verb = '', table = '']) => `${verb.split(' ')[0]?.toLowerCase()} ${table}`),
  );
  const read = /\bFROM ([a-z_]+)/.exec(sql)?.[1];
  if (words.size === 0) return read === undefined ? action : `select ${read}`;
  return [...words].slice(0, 3).join(', ');
}

function startedByItself(functionId: string, at: string, startMs: number) {
  const title = functionId === 'upkeep' ? 'Scheduled upkeep' : `${functionId} runs`;
  return { at, title, email: '', kind: 'upkeep' as const, startMs };
}

function describeCallback(
  message: string,
  soap: string,
  subjectOf: (itemId: string) => string | undefined,
): { readonly kind: JourneyView['kind']; readonly title: string } {
  if (message === 'status') return { kind: 'heartbeat', title: 'Heartbeat' };
  if (message === 'error') return { kind: 'change', title: 'Exchange reports an error' };
  const newMails = soap.split(/<\w*:?NewMailEvent\b/).slice(1);
  const [first, ...more] = newMails;
  if (first === undefined) return { kind: 'change', title: 'Read, moved or deleted elsewhere' };
  if (more.length > 0) return { kind: 'mail', title: `${newMails.length} new mails` };
  const subject = subjectOf(/ItemId\b[^>]*\bId="([^"]+)"/.exec(first)?.[1] ?? '');
  const title = subject === undefined ? 'New mail' : `New mail “${subject === '' ? 'no subject' : subject}”`;
  return { kind: 'mail', title: message === 'duplicate' ? `${title}, sent again` : title };
}
