import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import type { ResolveSrv } from '#adapters/ews/autodiscover/srv.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { DiscoveryResult } from '#domain/ports/exchange.ts';
import { BASIC } from './exchange-adapter.ts';
import type { ScriptedAnswer } from './scripted-server.ts';
import { startScriptedServer } from './scripted-server.ts';

export const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
export const CHALLENGE: ScriptedAnswer = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };

/** Where the EWS of these tests is, and where autodiscover looks for ann@example.com. */
export const EWS = 'https://mail.example.com/EWS/Exchange.asmx';
export const DOMAIN = 'https://example.com/autodiscover/autodiscover.xml';
export const BENEATH = 'https://autodiscover.example.com/autodiscover/autodiscover.xml';
export const BENEATH_SOAP = 'https://autodiscover.example.com/autodiscover/autodiscover.svc';
export const THIRD = 'https://c.example.com/autodiscover/autodiscover.xml';
export const PLAIN = 'http://autodiscover.example.com/autodiscover/autodiscover.xml';

/** A POX answer around an account. */
export function pox(account: string): ScriptedAnswer {
  return {
    headers: { 'content-type': 'text/xml' },
    body:
      `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">` +
      `<Response xmlns="${RESPONSE}">${account}</Response></Autodiscover>`,
  };
}

/** A `Protocol` of a POX account. */
export function protocol(type: string, ewsUrl: string | undefined, inner = ''): string {
  return `<Protocol><Type>${type}</Type>${ewsUrl === undefined ? '' : `<EwsUrl>${ewsUrl}</EwsUrl>`}${inner}</Protocol>`;
}

/** A POX answer with the settings of an account. */
export function settings(...protocols: string[]): ScriptedAnswer {
  return pox(
    `<Account><AccountType>email</AccountType><Action>settings</Action>${protocols.join('')}</Account>`,
  );
}

/** A SOAP answer about one user. */
export function soapUser(inner: string): ScriptedAnswer {
  return {
    headers: { 'content-type': 'text/xml' },
    body:
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetUserSettingsResponseMessage ` +
      `xmlns="http://schemas.microsoft.com/exchange/2010/Autodiscover"><Response><ErrorCode>NoError</ErrorCode>` +
      `<UserResponses><UserResponse>${inner}</UserResponse></UserResponses></Response></GetUserSettingsResponseMessage>` +
      `</s:Body></s:Envelope>`,
  };
}

/** What is answered where: to everybody, or by who asks; a bare 200 wants a sign-in first. */
export type Places = Readonly<
  Record<string, ScriptedAnswer | ((authorization: string | undefined) => ScriptedAnswer)>
>;

export interface Discovered {
  readonly result: DiscoveryResult;
  /** `https://host/path` of each request, marked with `*` where it carried credentials. */
  readonly asked: readonly string[];
  readonly bodies: readonly string[];
}

/** Discovers over a server of its own that stands for these `https://host/path`; everything else answers 404. */
export async function discoverAmong(
  places: Places,
  options: {
    email?: string;
    auth?: ExchangeAuth;
    allowed?: string[];
    srv?: ResolveSrv;
    pause?: () => Promise<void>;
    toldLast?: string;
    budgetMs?: number;
  } = {},
): Promise<Discovered> {
  const server = await startScriptedServer((request) => {
    const place = places[String(request.headers['x-test-place'])] ?? { status: 404 };
    const { authorization } = request.headers;
    if (typeof place === 'function') {
      return place(authorization);
    }
    return authorization === undefined && (place.status ?? 200) === 200 ? CHALLENGE : place;
  });
  const rules = createOutgoingRules({
    allowedExchangeHosts: options.allowed ?? ['*'],
    allowedExchangeCidrs: [],
    allowedTokenHosts: ['login.example.com'],
  });
  const world = createEwsWorld({ rules });
  const asked: string[] = [];
  const bodies: string[] = [];
  const { origin } = server;
  const autodiscover = createAutodiscover(
    {
      ...world,
      connect: (destination, certificate, ...limits) => {
        const { url } = destination;
        const here = { url: new URL(url.pathname, origin), loopbackAllowed: true };
        const connection = world.connect(here, certificate, ...limits);
        return {
          ...connection,
          destination,
          send: (request, timeoutMs) => {
            asked.push(
              `${request.method} ${url.origin}${url.pathname}${request.headers.authorization ? ' *' : ''}`,
            );
            bodies.push(String(request.body ?? ''));
            const headers = { ...request.headers, 'x-test-place': `${url.origin}${url.pathname}` };
            return connection.send({ ...request, headers }, timeoutMs);
          },
        };
      },
    },
    options.srv ?? (() => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }))),
    // By default each place waits for the one before, however long that takes.
    options.pause ?? (() => new Promise(() => undefined)),
  );
  const result = await autodiscover.discover({
    credentials: { email: options.email ?? 'ann@example.com', auth: options.auth ?? BASIC },
    deadlineMs: Date.now() + (options.budgetMs ?? 20_000),
    toldLast: options.toldLast,
  });
  await server.close();
  return { result, asked, bodies };
}
