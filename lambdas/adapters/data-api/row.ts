/**
 * Readers for the JSON that a statement answers with. Strict: a field of another type means that statement
 * and reader have drifted apart, which is a bug and not an outage. Errors name the field, never its value.
 */
export type Row = Readonly<Record<string, unknown>>;

export function asRow(value: unknown): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('database: a row is not an object');
  return Object.fromEntries(Object.entries(value));
}

export function text(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : mismatch(name);
}

export function number(row: Row, name: string): number {
  const value = row[name];
  return typeof value === 'number' ? value : mismatch(name);
}

export function boolean(row: Row, name: string): boolean {
  const value = row[name];
  return typeof value === 'boolean' ? value : mismatch(name);
}

/** Of `encode(…, 'base64')`. */
export function bytes(row: Row, name: string): Uint8Array {
  return Buffer.from(text(row, name), 'base64');
}

/** One of a closed list that a check constraint keeps. */
export function oneOf<const T extends string>(row: Row, name: string, allowed: readonly T[]): T {
  const value = row[name];
  return allowed.find((candidate) => candidate === value) ?? mismatch(name);
}

export function list(row: Row, name: string): readonly unknown[] {
  const value = row[name];
  return Array.isArray(value) ? value : mismatch(name);
}

/** SQL's NULL as undefined, everything else through `reader`. */
export function optional<T>(row: Row, name: string, reader: (row: Row, name: string) => T): T | undefined {
  return row[name] === null || row[name] === undefined ? undefined : reader(row, name);
}

function mismatch(name: string): never {
  throw new TypeError(`database: field ${name} is not of the expected type`);
}
