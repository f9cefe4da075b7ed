import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { EWS_ANSWER, readAnswerXml } from '#adapters/ews/answer-xml.ts';
import { writePlainXml } from '#adapters/ews/client/canonical-xml.ts';
import type { LibraryTransport } from '#adapters/ews/client/library-transport.ts';
import { BUNDLING } from '../../lib/bundling/bundle.ts';
import { isOfLibrary, moduleName } from '../../lib/bundling/exchange-library/library.ts';
import { requireOnUse } from '../../lib/bundling/exchange-library/require-on-use.ts';
import { errorMessage, inboxAnswer, itemsAnswer, subscribeAnswer } from '../support/ews-answers.ts';

const MODULE = join(import.meta.dirname, '../../lambdas/adapters/ews/client/ews-library.ts');
const NOTED = 'ensModulesThatRan';

/** Every element that a GetItem answer may hold for one item (schema `ArrayOfRealItemsType`). */
const ELEMENTS = [
  'Item',
  'Message',
  'CalendarItem',
  'Contact',
  'DistributionList',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
  'Task',
  'PostItem',
];
const OPERATIONS = ['GetFolder', 'Subscribe', 'GetItem'];

/**
 * The modules of ews-javascript-api that run while our three operations are asked and answered in every way that
 * the transport lets through: found by doing it.
 */
export async function exchangeModulesInUse(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ens-exchange-modules-'));
  const ran = new Set<string>();
  Object.assign(globalThis, { [NOTED]: (name: string) => void ran.add(name) });
  try {
    const outfile = join(folder, 'ews-library.mjs');
    await build({ ...BUNDLING, splitting: false, entryPoints: [MODULE], outfile, plugins: [noting()] });
    const library: typeof import('#adapters/ews/client/ews-library.ts') = await import(
      pathToFileURL(outfile).href
    );
    for (const answer of answers()) await askEverything(library, answer);
    return [...ran].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function noting(): Plugin {
  return {
    name: 'noting',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) =>
        isOfLibrary(path)
          ? {
              contents: `${NOTED}(${JSON.stringify(moduleName(path))});\n${requireOnUse(path)}`,
              loader: 'js',
            }
          : undefined,
      );
    },
  };
}

/** Undefined: no answer at all. */
function answers(): readonly (string | undefined)[] {
  const from = { name: 'Bob', address: 'bob@example.com' };
  return [
    inboxAnswer('AAMkInbox', 3),
    subscribeAnswer('subscription', 'watermark'),
    ...ELEMENTS.map((element) =>
      itemsAnswer([{ element, id: 'AAMk1', parent: 'AAMkInbox', subject: 'x', from }]),
    ),
    ...OPERATIONS.map((name) => errorMessage(name, 'ErrorServerBusy', { BackOffMilliseconds: '100' })),
    undefined,
  ];
}

/** Each operation gets each answer, whether or not it fits: what comes of it does not matter here. */
async function askEverything(
  { createEwsCalls }: typeof import('#adapters/ews/client/ews-library.ts'),
  answer: string | undefined,
): Promise<void> {
  const calls = createEwsCalls('https://mail.example.com/EWS/Exchange.asmx', transportWith(answer));
  await Promise.allSettled([calls.getInbox()]);
  await Promise.allSettled([calls.subscribe('https://ens.example.com/callback', 30, 'mail-and-badge')]);
  await Promise.allSettled([calls.getItems(['AAMk1'])]);
}

function transportWith(answer: string | undefined): LibraryTransport {
  const root = answer === undefined ? undefined : readAnswerXml(Buffer.from(answer), EWS_ANSWER);
  const reply = {
    status: root === undefined ? 502 : 200,
    statusText: '',
    responseText: root === undefined ? '' : writePlainXml(root),
    getResponseHeader: () => null,
    getAllResponseHeaders: () => '',
  };
  const xhr = async () => (root === undefined ? Promise.reject(reply) : reply);
  return { xhr, xhrStream: xhr, disconnect: () => undefined, apiName: 'ens', last: () => ({ codes: [] }) };
}
