/** JSON as templates and manifests hold it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The object, or an empty one where there is none. Throws TypeError for anything else. */
export function objectAt(value: Json | undefined, what: string): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError(`${what} is not an object`);
  return value;
}

/** The list; a single value counts as a list of one, as CloudFormation reads `DependsOn`. */
export function listAt(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

export function textAt(value: Json | undefined, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError(`${what} is not a text`);
}

export function optionalText(value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : textAt(value, 'value');
}

export function numberAt(value: Json | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const number = Number(value);
  if (Number.isNaN(number)) throw new TypeError('a number was expected');
  return number;
}

export function textList(value: Json | undefined): readonly string[] {
  return listAt(value).map((entry) => textAt(entry, 'list entry'));
}
