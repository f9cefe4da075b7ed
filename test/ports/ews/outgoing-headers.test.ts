import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anchorHeader } from '#adapters/ews/outgoing/anchor-header.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { localExchange } from '../../support/exchange-adapter.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

/** All that a request carries, whoever signs in. */
const NAMES = [
  'accept',
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'user-agent',
];

describe('headers that carry what a user wrote', () => {
  test('hold exactly the address, user name and password, and bring no header of their own', async () => {
    const { origin, seen } = await serve(() => ({ body: inboxAnswer('AAMkInbox=', 7) }));
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, hostileText, async (email, username, password) => {
        const mailbox = localExchange().open({
          ewsUrl: `${origin}/EWS/Exchange.asmx`,
          credentials: { email, auth: { type: 'basic', username, password } },
          deadlineMs: Date.now() + 30_000,
        });
        const before = seen.length;
        expect(await mailbox.inbox()).toMatchObject({ ok: true });
        mailbox.close();
        const [request] = seen.slice(before);
        const { 'x-anchormailbox': anchor, ...headers } = request?.headers ?? {};
        expect(Object.keys(headers).sort()).toEqual(NAMES);
        expect([undefined, email]).toContain(anchor);
        expect(Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe(
          `${username}:${password}`.toWellFormed(),
        );
      }),
      { numRuns: 60 },
    );
  });

  test.each(['ann@example.com', "o'brien+news@example.com", '"x"@example.com'])(
    'name the mailbox %s to Exchange',
    (email) => {
      expect(anchorHeader(email)).toEqual({ 'x-anchormailbox': email });
    },
  );

  test.each(['müller@example.com', 'ann@example.com\r\nX-Other: 1', 'a b@example.com', ''])(
    'do not name the mailbox where a header cannot hold %j',
    (email) => {
      expect(anchorHeader(email)).toEqual({});
    },
  );
});
