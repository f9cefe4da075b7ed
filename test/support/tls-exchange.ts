import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import type { ExchangeOptions } from '#adapters/ews/world.ts';

/** A file of test/fixtures/tls. */
export function pem(name: string): string {
  return readFileSync(join(import.meta.dirname, '../fixtures/tls', `${name}.pem`), 'utf8');
}

/** Client certificate `name` as credentials. */
export function certificateAuth(name: string) {
  return { type: 'certificate', certificate: pem(name), privateKey: pem(`${name}.key`) } as const;
}

/** Every host is allowed and loopback too, since that is where the test's servers are. */
export const RULES = {
  ...createOutgoingRules({ allowedExchangeHosts: ['*:*'], allowedExchangeCidrs: [], allowedTokenHosts: [] }),
  addresses: { refuse: () => undefined },
};

/** The adapter trusts the test authority, and every name leads to loopback. */
export const TRUSTING: Partial<ExchangeOptions> = {
  rules: RULES,
  extraCaPem: pem('ca'),
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
};

export const INBOX_OK = { ok: true, value: { folderId: 'AAMkInbox=', unreadCount: 3 } };
