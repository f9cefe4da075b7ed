import { createExchange } from '#adapters/ews/client/exchange.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import type { ExchangeOptions } from '#adapters/ews/world.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { Exchange, ExchangeMailbox } from '#domain/ports/exchange.ts';

export const LOCAL_RULES = createOutgoingRules({
  allowedExchangeHosts: ['http://127.0.0.1:*'],
  allowedExchangeCidrs: [],
  allowedTokenHosts: ['http://127.0.0.1:*', 'https://127.0.0.1:*'],
  furtherExchangePaths: ['/exchange/EWS/Exchange.asmx', '/exchange/site/*/EWS/Exchange.asmx'],
});

export const BASIC: ExchangeAuth = { type: 'basic', username: 'ann', password: 'correct horse' };

/** The adapter as a function instance has it, waiting for nothing. */
export function localExchange(options: Partial<ExchangeOptions> = {}): Exchange {
  return createExchange(createEwsWorld({ rules: LOCAL_RULES, wait: async () => undefined, ...options }));
}

export function openMailbox(
  exchange: Exchange,
  origin: string,
  auth: ExchangeAuth = BASIC,
  timeoutMs = 10_000,
): ExchangeMailbox {
  return exchange.open({
    ewsUrl: `${origin}/EWS/Exchange.asmx`,
    credentials: { email: 'ann@example.com', auth },
    deadlineMs: Date.now() + timeoutMs,
  });
}
