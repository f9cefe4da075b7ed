import type { PolicyStatement } from './iam.ts';

/** Whoever signed a request: one function under its role, or the operator, who may do everything. */
export interface Principal {
  readonly functionId: string;
  readonly roleArn: string;
  readonly statements: readonly PolicyStatement[] | 'operator';
}

/** An error as the service itself would answer it; `code` is the name that the SDK gives to the exception. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** `client` errors are Sender in the query protocol, `server` errors Receiver. */
  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Refuses with AccessDeniedException (or the service's own spelling) what the caller's policy does not allow. */
export type Authorize = (
  action: string,
  resource: string,
  context?: Readonly<Record<string, string | readonly string[]>>,
) => void;

/** One request after routing: which operation, by whom, with what input. */
export interface Operation {
  readonly action: string;
  readonly input: JsonObject;
  readonly authorize: Authorize;
}

export type Json = null | boolean | number | string | bigint | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A string member of an input, or undefined where it is absent or of another type. */
export function text(input: JsonObject, key: string): string | undefined {
  const value = input[key];
  return typeof value === 'string' ? value : undefined;
}

/**
 * JSON whose `longValue` members keep all 64 bits: JavaScript would round them on the way in.
 * Throws SyntaxError for anything that is no JSON object.
 */
export function parseJson(body: string): JsonObject {
  const value: Json = JSON.parse(body === '' ? '{}' : body, keepLongs);
  if (!isObject(value)) throw new SyntaxError('a JSON object is expected');
  return value;
}

function keepLongs(key: string, value: Json, context?: { readonly source?: string }): Json {
  const source = context?.source;
  return key === 'longValue' && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
