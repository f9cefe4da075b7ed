/**
 * Run as a process of its own with the options of a deployed function: loads what a callback loads for its first mail,
 * gives each file of a folder (argument 2) to one parser (argument 1), and writes `name: outcome` for each. A document
 * that does not fit the heap ends the process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import '@aws-sdk/client-kms';
import '@aws-sdk/client-rds-data';
import '@aws-sdk/client-secrets-manager';
import '@aws-sdk/client-sns';
import 'jose';
import { readPoxAnswer } from '#adapters/ews/autodiscover/pox.ts';
import { readSoapAnswer } from '#adapters/ews/autodiscover/soap.ts';
import { createEwsCalls } from '#adapters/ews/client/ews-library.ts';
import { createLibraryTransport } from '#adapters/ews/client/library-transport.ts';
import { judgeSoapAnswer } from '#adapters/ews/client/soap-answer.ts';
import { folderIdSha256 } from '#adapters/ews/folder-id.ts';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import { createOutgoingRules, type Destination } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { refreshToken } from '#adapters/ews/sign-in/token-endpoint.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import { summarize } from '#domain/callback/handling/summarize.ts';
import { readBody } from '#runtime/read-body.ts';
import { registerBody } from '../../lambdas/register/request-schema.ts';

const [, , parser = '', folder = ''] = process.argv;

/** What GetItem makes of the answer. */
async function readEwsAnswer(body: Uint8Array): Promise<string> {
  const transport = createLibraryTransport(async () =>
    judgeSoapAnswer(
      { status: 200, headers: {}, body },
      { scheme: 'basic', certificate: false },
      'mail.example.com',
    ),
  );
  const calls = createEwsCalls('https://mail.example.com/EWS/Exchange.asmx', transport);
  const [outcome] = await Promise.allSettled([calls.getItems(['AAMk0'])]);
  const { failure } = transport.last();
  return failure?.kind === 'failed' ? failure.code : (outcome?.status ?? '');
}

function readCallback(body: Uint8Array): string {
  const read = readNotification(body);
  if (read.kind === 'unreadable') return read.reason;
  return `${summarize(read, 0, folderIdSha256).newItemIds.length} new items`;
}

async function readTokenAnswer(body: Uint8Array): Promise<string> {
  const rules = createOutgoingRules({
    allowedExchangeHosts: [],
    allowedExchangeCidrs: [],
    allowedTokenHosts: ['login.example.com'],
  });
  const tokenEndpoint = 'https://login.example.com/token';
  const answer = { status: 200, headers: {}, body, socket: new Socket(), tlsVersion: undefined };
  const world = {
    ...createEwsWorld({ rules }),
    connect: (destination: Destination) => ({
      destination,
      send: async () => ({ ok: true, answer }) as const,
      limitToTls12: () => undefined,
      close: () => undefined,
    }),
  };
  const refresh = { tokenEndpoint, clientId: 'app', refreshToken: 'r1', scope: 'EWS' };
  return JSON.stringify(await refreshToken(refresh, world, () => 1_000));
}

const PARSERS: Readonly<Record<string, (body: Uint8Array) => string | Promise<string>>> = {
  callback: readCallback,
  ews: readEwsAnswer,
  pox: (body) => readPoxAnswer(body).kind,
  soap: (body) => readSoapAnswer(body).kind,
  token: readTokenAnswer,
  register: (body) => JSON.stringify(readBody(body, registerBody)),
};

for (const name of readdirSync(folder)) {
  const outcome = await PARSERS[parser]?.(readFileSync(join(folder, name)));
  process.stdout.write(`${name}: ${outcome}\n`);
}
