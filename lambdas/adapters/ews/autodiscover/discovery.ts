import type { Autodiscover, DiscoveryVerdict } from '#domain/ports/exchange.ts';
import { type Destination, HOST_CHARACTERS } from '../outgoing/outgoing-rules.ts';
import type { EwsWorld } from '../world.ts';
import type { Question } from './asked-servers.ts';
import { createAskedServers } from './asked-servers.ts';
import type { Asked } from './judge-answer.ts';
import type { AutodiscoverAnswer } from './pox.ts';
import { poxRequest, readPoxAnswer } from './pox.ts';
import { readSoapAnswer, SOAP_ACTION, soapRequest } from './soap.ts';

/** Where a place led: an EWS URL, or another address to start again with. Undefined: on to the next place. */
export type Found =
  | {
      readonly kind: 'settings';
      readonly ewsUrl: string;
      /** URL of the autodiscover server that told it. */
      readonly place: string;
      readonly address?: undefined;
    }
  | { readonly kind: 'redirect-address'; readonly address: string }
  | undefined;

/** What one place leads to, and the places beyond it that it redirects to. */
export interface Look {
  /** POX, and where that is not to be had SOAP, at a host (with port, where it is not 443). */
  tryHost(host: string, email: string): Promise<Found>;
  /** The unauthenticated GET over http, and what it redirects to. */
  tryPlainRedirect(host: string, email: string): Promise<Found>;
  /** One URL of autodiscover that is known already. */
  tryKnown(url: string, email: string): Promise<Found>;
}

export interface Discovery {
  /** One of several looks side by side, with verdicts of its own; once `over`, nothing more is sent. */
  look(verdicts: DiscoveryVerdict[], over: AbortSignal): Look;
  /** True where at least one server refused the sign-in and none answered otherwise. */
  onlyRefusals(): boolean;
  /** Sign-ins of this user that servers refused. */
  failedSignIns(): number;
}

type Reader = (body: Uint8Array) => AutodiscoverAnswer;
const MOST_REDIRECTS = 10;

/** One discovery: what was tried and how it went is kept in here, for one request. */
export function createDiscovery(
  request: Parameters<Autodiscover['discover']>[0],
  world: EwsWorld,
): Discovery {
  const servers = createAskedServers(request, world);
  /** What came of each URL and address; undefined while it is being asked. */
  const tried = new Map<string, Found | 'unavailable'>();
  const addresses = new Set([request.credentials.email.toLowerCase()]);
  let redirects = 0;
  let refusals = 0;
  let answers = 0;

  function look(verdicts: DiscoveryVerdict[], over: AbortSignal): Look {
    async function tryHost(host: string, email: string): Promise<Found> {
      const pox = await tryUrl(`https://${host}/autodiscover/autodiscover.xml`, email);
      if (pox !== 'unavailable') {
        return pox;
      }
      const soap = await tryUrl(`https://${host}/autodiscover/autodiscover.svc`, email);
      return soap === 'unavailable' ? undefined : soap;
    }

    async function tryPlainRedirect(host: string, email: string): Promise<Found> {
      const url = new URL(`http://${host}/autodiscover/autodiscover.xml`);
      if (!world.rules.allowsExchangeHost(host)) {
        note(url.href, `not asked: ${host} is not in allowedExchangeHosts`);
        return undefined;
      }
      if (timeIsUp(url.href)) {
        return undefined;
      }
      const asked = await servers.askWithoutCredentials({ url, loopbackAllowed: false }, over);
      if (asked.kind !== 'redirect') {
        note(url.href, asked.kind === 'answer' ? 'no redirect' : asked.verdict);
        return undefined;
      }
      const found = await follow(url.href, asked.location, email);
      return found === 'unavailable' ? undefined : found;
    }

    async function tryUrl(text: string, email: string): Promise<Found | 'unavailable'> {
      const judgement = world.rules.judgeServerUrl(text);
      if (!judgement.ok) {
        note(text, `not asked: ${judgement.reason}`);
        return undefined;
      }
      const { destination } = judgement;
      const key = `${email.toLowerCase()} ${destination.url.href}`;
      if (tried.has(key)) {
        note(text, 'was asked already');
        return tried.get(key);
      }
      if (timeIsUp(text)) {
        return undefined;
      }
      tried.set(key, undefined);
      const isSoap = destination.url.pathname.toLowerCase().endsWith('.svc');
      const asked = await servers.ask(destination, email, questionFor(destination, email, isSoap), over);
      const found = await judge(destination.url.href, asked, email, isSoap ? readSoapAnswer : readPoxAnswer);
      tried.set(key, found);
      return found;
    }

    async function judge(
      place: string,
      asked: Asked,
      email: string,
      read: Reader,
    ): Promise<Found | 'unavailable'> {
      switch (asked.kind) {
        case 'redirect':
          return follow(place, asked.location, email);
        case 'refused':
          refusals += 1;
          note(place, asked.verdict);
          return undefined;
        case 'nothing':
          note(place, asked.verdict);
          return asked.served === true ? 'unavailable' : undefined;
        case 'answer':
          return settle(place, read(asked.answer.body), email);
      }
    }

    async function settle(
      place: string,
      answer: AutodiscoverAnswer,
      email: string,
    ): Promise<Found | 'unavailable'> {
      answers += 1;
      switch (answer.kind) {
        case 'settings': {
          const reason = world.rules.refuseExchangeUrl(answer.ewsUrl);
          note(
            place,
            reason === undefined ? 'told the EWS URL' : `told an EWS URL that is refused: ${reason}`,
          );
          return reason === undefined ? { kind: 'settings', ewsUrl: answer.ewsUrl, place } : undefined;
        }
        case 'redirect-address': {
          const known = addresses.has(answer.address.toLowerCase());
          addresses.add(answer.address.toLowerCase());
          note(
            place,
            known ? 'redirects to an address that was tried already' : 'redirects to another address',
          );
          return known ? undefined : { kind: 'redirect-address', address: answer.address };
        }
        case 'redirect-url':
          return follow(place, answer.url, email);
        case 'no':
          note(place, `knows no EWS URL for this address (${answer.code})`);
          return undefined;
        case 'not-understood':
          note(place, 'answered something that is not autodiscover');
          return 'unavailable';
      }
    }

    /** The target goes through the same rules as everything else: https, allowed host, checked addresses. */
    async function follow(place: string, location: string, email: string): Promise<Found | 'unavailable'> {
      const target = URL.parse(location, place);
      if (target === null) {
        note(place, 'redirects to something that is no URL');
        return undefined;
      }
      redirects += 1;
      if (redirects > MOST_REDIRECTS) {
        note(place, 'not followed: ten redirects are enough');
        return undefined;
      }
      note(place, `redirects to ${placeOf(target.href)}`);
      return tryUrl(target.href, email);
    }

    function timeIsUp(place: string): boolean {
      const up = request.deadlineMs - world.now() <= 0;
      if (up) {
        note(place, 'not asked: no time left');
      }
      return up;
    }

    function note(url: string, verdict: string): void {
      verdicts.push({ place: placeOf(url), verdict });
    }

    async function tryKnown(url: string, email: string): Promise<Found> {
      const found = await tryUrl(url, email);
      return found === 'unavailable' ? undefined : found;
    }

    return { tryHost, tryPlainRedirect, tryKnown };
  }

  return {
    look,
    onlyRefusals: () => refusals > 0 && answers === 0,
    failedSignIns: servers.failedSignIns,
  };
}

function questionFor({ url }: Destination, email: string, isSoap: boolean): Question {
  return isSoap
    ? { body: soapRequest(email, url.href), soapAction: SOAP_ACTION }
    : { body: poxRequest(email) };
}

/** A URL without what may name the user: its query, and any path but the usual ones. */
function placeOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.hostname.length > HOST_CHARACTERS) {
    return 'a URL that cannot be read';
  }
  const usual = /^\/(?:autodiscover\/autodiscover\.(?:xml|svc))?$/i.test(url.pathname);
  return usual ? `${url.origin}${url.pathname}` : `${url.origin}/…`;
}
