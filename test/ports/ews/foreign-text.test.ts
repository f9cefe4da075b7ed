import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPoxAnswer } from '#adapters/ews/autodiscover/pox.ts';
import { readSoapAnswer } from '#adapters/ews/autodiscover/soap.ts';
import { judgeSoapAnswer } from '#adapters/ews/client/soap-answer.ts';
import { failureOfStatus, offeredSchemes } from '#adapters/ews/outgoing/http-failures.ts';
import { codeOf } from '#adapters/ews/outgoing/network-failures.ts';
import { notEws } from '#adapters/ews/outgoing/not-ews.ts';
import { escapeXml } from '#adapters/ews/write-xml.ts';
import { DOMAIN, discoverAmong, pox, soapUser } from '../../support/autodiscover-places.ts';
import { bearerWorld, EARLIER } from '../../support/bearer-world.ts';
import { errorMessage, faultAnswer } from '../../support/ews-answers.ts';
import { expressibleText, hostileText } from '../../support/hostile-text.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();
const world = bearerWorld(serve);

const BASIC_SHOWN = { scheme: 'basic', certificate: false } as const;
/** A text that a server wrote, beside one that only a user writes. */
const MARK = 'Marked Subject <5b1c>';
const text = hostileText.map((words) => `${MARK}${words}`);
/** What a header value can hold. */
const headerValue = text.map((words) => words.replace(/[^\t\x20-\x7e\xa0-\xff]/g, ''));

/** What we tell of a server is our own sentence with plain words in it. */
function expectPlain(told: unknown): void {
  const json = JSON.stringify(told);
  expect(json).toMatch(/^[\x20-\x7e…]*$/);
  expect(json).not.toContain('5b1c');
  expect(json).not.toContain('<');
  expect(json.length).toBeLessThan(2_000);
}

describe('text that a server chose, in what we tell of it', () => {
  test('is a list of ten schemes at most out of WWW-Authenticate', () => {
    const many = fc
      .nat(2_000)
      .map((count) => Array.from({ length: count }, (_, index) => `S${index}`).join(', '));
    fc.assert(
      fc.property(fc.oneof(text, many), (value) => {
        const headers = { 'www-authenticate': value };
        const offered = offeredSchemes(headers);
        expect(offered.length).toBeLessThanOrEqual(10);
        for (const scheme of offered) expect(scheme).toMatch(/^[a-z][a-z0-9-]{0,30}$/);
        for (const status of [301, 401, 403, 503])
          expectPlain(failureOfStatus({ status, headers, body: Buffer.alloc(0) }, BASIC_SHOWN));
      }),
    );
  });

  test('is a host out of a Location, and no more of it', () => {
    const starts = fc.constantFrom('https://other.example.com/?login_hint=', '//', 'https://', '');
    fc.assert(
      fc.property(starts, text, (start, value) => {
        const headers = { location: start + value };
        expectPlain(notEws({ status: 302, headers, body: Buffer.alloc(0) }, 'mail.example.com'));
        const page = Buffer.from(`<html><title>${value}</title></html>`);
        expectPlain(notEws({ status: 200, headers: {}, body: page }, 'mail.example.com'));
      }),
    );
  });

  test('is a plain word out of a response code, or none', () => {
    const words = expressibleText.map((word) => escapeXml(`${MARK}${word}`));
    fc.assert(
      fc.property(words, (code) => {
        const body = (xml: string, status: number) => ({ status, headers: {}, body: Buffer.from(xml) });
        expectPlain(codesOf(body(errorMessage('GetItem', code), 200)));
        expectPlain(codesOf(body(faultAnswer(code), 500)));
        expectPlain(readPoxAnswer(answerBody(pox(`<Error><ErrorCode>${code}</ErrorCode></Error>`))));
        expectPlain(readSoapAnswer(answerBody(soapUser(`<ErrorCode>${code}</ErrorCode>`))));
      }),
    );
  });

  test('is a plain word out of an error of the network', () => {
    fc.assert(fc.property(text, (code) => expectPlain(codeOf({ code, name: code, message: code }))));
  });

  test('is scheme and host out of a Location, and no more of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        headerValue,
        fc.constantFrom('https://other.example.com/', 'foo://', ''),
        async (value, start) => {
          const location = start + value;
          const { result } = await discoverAmong({ [DOMAIN]: { status: 302, headers: { location } } });
          for (const { place, verdict } of result.verdicts) expectPlain([place, verdict]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(['*', 'example.com'])(
    'is no host longer than a name can be, where %s is allowed',
    async (host) => {
      const location = `https://${'a'.repeat(4_000)}.example.com/`;
      const places = { [DOMAIN]: { status: 302, headers: { location } } };
      const { result } = await discoverAmong(places, { allowed: [host] });
      expect(result.verdicts.some(({ place }) => place === DOMAIN)).toBe(true);
      for (const verdict of result.verdicts) expectPlain(verdict);
    },
  );

  test('is a plain word out of a token endpoint, or its status', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (error) => {
        const body = JSON.stringify({ error, error_description: MARK });
        const { open, auth } = await world([], [{ status: 400, body }]);
        const mailbox = open(auth('old', EARLIER, 'r1'));
        expectPlain(await mailbox.inbox());
        mailbox.close();
      }),
      { numRuns: 20 },
    );
  });
});

function codesOf(answer: Parameters<typeof judgeSoapAnswer>[0]) {
  const judged = judgeSoapAnswer(answer, BASIC_SHOWN, 'mail.example.com');
  return judged.ok ? judged.codes : judged.failure;
}

function answerBody({ body = '' }: ReturnType<typeof pox>): Buffer {
  return Buffer.from(body);
}
