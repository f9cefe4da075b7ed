import type { IncomingMessage, ServerResponse } from 'node:http';
import { RDS_DATA_PATHS } from './rds-data/service.ts';
import { AwsError, type Json, type JsonObject, parseJson } from './wire.ts';
import { errorXml, resultXml } from './xml.ts';

export type AwsService = 'rds-data' | 'kms' | 'sns' | 'secretsmanager' | 'ssm';

/** Where a request goes, and its input as the operation reads it. */
export interface Routed {
  readonly service: AwsService;
  readonly action: string;
  readonly input: () => JsonObject;
}

const TARGETS: Readonly<Record<string, AwsService>> = {
  TrentService: 'kms',
  secretsmanager: 'secretsmanager',
  AmazonSSM: 'ssm',
};
const REQUEST_BYTES = 4 * 1_048_576;

/** Tells the services of the one origin apart: by path, by X-Amz-Target, or by the form's Action. */
export function route(request: IncomingMessage, body: string): Routed | undefined {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const dataAction = RDS_DATA_PATHS[path];
  if (dataAction !== undefined) {
    return { service: 'rds-data', action: dataAction, input: () => parseJson(body) };
  }
  const [prefix = '', action = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const service = TARGETS[prefix];
  if (service !== undefined) return { service, action, input: () => parseJson(body) };
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    const form = Object.fromEntries(new URLSearchParams(body));
    return { service: 'sns', action: form.Action ?? '', input: () => form };
  }
  return undefined;
}

/** The access key id that signed the request. */
export function accessKeyId(request: IncomingMessage): string {
  return /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Reads a whole body as text. Throws AwsError 413 beyond 4 MiB, the Data API's own limit. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > REQUEST_BYTES)
      throw new AwsError('RequestEntityTooLargeException', 413, 'Request is too large');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function sendResult(response: ServerResponse, { service, action }: Routed, result: JsonObject): void {
  if (service === 'sns') send(response, 200, 'text/xml', resultXml(action, result));
  else send(response, 200, jsonType(service), JSON.stringify(result, plainLongs));
}

export function sendError(response: ServerResponse, service: AwsService, error: AwsError): void {
  if (service === 'sns') {
    send(response, error.status, 'text/xml', errorXml(error));
    return;
  }
  response.setHeader('x-amzn-errortype', error.code);
  const body = service === 'rds-data' ? {} : { __type: error.code };
  // KMS answers InvalidCiphertextException without any message member.
  const message = error.message === '' ? {} : { message: error.message };
  send(response, error.status, jsonType(service), JSON.stringify({ ...body, ...message }));
}

function jsonType(service: AwsService): string {
  return service === 'rds-data' ? 'application/json' : 'application/x-amz-json-1.1';
}

/** For JSON.stringify: whole numbers beyond 2^53 do not occur here. */
export function plainLongs(_key: string, value: Json): Json {
  return typeof value === 'bigint' ? Number(value) : value;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
