/**
 * What both floors share of a warm callback, written down bare: the same SDK clients, the same statement, node:http(s)
 * for EWS, one RSA decryption; no checks, no rules, no error handling, no log.
 */
import { createDecipheriv, createHash, createPrivateKey, type KeyObject, privateDecrypt } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { type CallbackEvent, seeCommand } from './see.ts';

const database = new RDSDataClient({});
const kms = new KMSClient({});
const keys = new Map<string, KeyObject>();

export interface BareMail {
  readonly devices: readonly BareDevice[];
  readonly sender: string;
  readonly subject: string;
  readonly itemId: string;
  readonly unread: number;
}

/** From the callback of a new mail to what is to be pushed. */
export async function readMail(event: CallbackEvent): Promise<BareMail> {
  const { pathParameters, body } = event;
  const [, itemId = ''] = /ItemId [^>]*\bId="([^"]+)"/.exec(body) ?? [];
  const [, unread = '0'] = /UnreadCount>(\d+)</.exec(body) ?? [];
  const [, folderId = ''] = /FolderId [^>]*\bId="([^"]+)"/.exec(body) ?? [];
  const row = await see(event, folderId, Number(unread));
  const inner = openJwe(pathParameters.sealed, await privateKey(row.keyPair));
  const content = JSON.parse(openJwe(inner, Buffer.from(row.innerKey, 'base64')));
  const answer = await askExchange(content.ewsUrl, content.auth.username, content.auth.password, itemId);
  const [, subject = ''] = /Subject>([^<]*)</.exec(answer) ?? [];
  const [, sender = ''] = /<[^>]*Name>([^<]*)</.exec(answer) ?? [];
  return { devices: row.devices, sender, subject, itemId, unread: Number(unread) };
}

export const OK_ANSWER = {
  statusCode: 200,
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body: '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><SubscriptionStatus>OK</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>',
};

export interface BareDevice {
  readonly endpointArn: string;
  readonly registrationId: string;
}

interface SeenRow {
  readonly keyPair: { readonly id: string; readonly wrappedPrivateKey: string };
  readonly innerKey: string;
  readonly devices: readonly BareDevice[];
}

async function see(event: CallbackEvent, folderId: string, count: number): Promise<SeenRow> {
  const now = Date.now();
  const folder = createHash('sha256').update(Buffer.from(folderId, 'base64').subarray(1)).digest('base64');
  const { records } = await database.send(seeCommand(event, now, [{ folder, count, at: now }]));
  return JSON.parse(records?.[0]?.[0]?.stringValue ?? '');
}

async function privateKey({ id, wrappedPrivateKey }: SeenRow['keyPair']): Promise<KeyObject> {
  const kept = keys.get(id);
  if (kept !== undefined) return kept;
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      KeyId: process.env.ENS_WRAPPING_KEY_ARN,
      CiphertextBlob: Buffer.from(wrappedPrivateKey, 'base64'),
      EncryptionContext: { app: 'ens', keyPairId: id },
    }),
  );
  const key = createPrivateKey({ key: Buffer.from(Plaintext ?? []), format: 'der', type: 'pkcs8' });
  keys.set(id, key);
  return key;
}

/** A compact JWE with A256GCM, its key wrapped for `key` or `key` itself. */
function openJwe(jwe: string, key: KeyObject | Buffer): string {
  const [header = '', wrapped = '', iv = '', ciphertext = '', tag = ''] = jwe.split('.');
  const contentKey =
    key instanceof Buffer
      ? key
      : privateDecrypt({ key, oaepHash: 'sha256' }, Buffer.from(wrapped, 'base64url'));
  const decipher = createDecipheriv('aes-256-gcm', contentKey, Buffer.from(iv, 'base64url'));
  decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
  return decipher.update(Buffer.from(ciphertext, 'base64url')).toString() + decipher.final().toString();
}

function askExchange(url: string, username: string, password: string, itemId: string): Promise<string> {
  const soap = `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><soap:Header><t:RequestServerVersion Version="Exchange2010_SP2"/></soap:Header><soap:Body><m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/><t:FieldURI FieldURI="message:From"/></t:AdditionalProperties></m:ItemShape><m:ItemIds><t:ItemId Id="${itemId}"/></m:ItemIds></m:GetItem></soap:Body></soap:Envelope>`;
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(
    url,
    {
      method: 'POST',
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        'content-length': Buffer.byteLength(soap),
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
    },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    },
  )
    .on('error', reject)
    .end(soap);
  return promise;
}
