import { AwsError, isObject, type Json, type JsonObject } from '../wire.ts';

/** A parameter as it goes to PostgreSQL: text form and the type id that the Data API declares for it. */
export interface BoundParameter {
  readonly oid: number;
  readonly value: string | null;
}

export const OID = {
  unspecified: 0,
  bool: 16,
  bytea: 17,
  int8: 20,
  text: 25,
  json: 114,
  float8: 701,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  numeric: 1700,
  uuid: 2950,
} as const;

/** typeHint → declared type, and the form that the Data API demands of the string. */
const HINTS: Readonly<Record<string, { readonly oid: number; readonly form?: RegExp }>> = {
  UUID: { oid: OID.uuid },
  JSON: { oid: OID.json },
  DECIMAL: { oid: OID.numeric },
  DATE: { oid: OID.date, form: /^\d{4}-\d\d-\d\d$/ },
  TIME: { oid: OID.time, form: /^\d\d:\d\d:\d\d(\.\d{1,6})?$/ },
  TIMESTAMP: { oid: OID.timestamp, form: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/ },
};

/**
 * One SqlParameter. Strings are declared `text` unless a hint says otherwise, which is what makes
 * `uuid = text` fail on Aurora and has to fail here as well.
 */
export function bindParameter(parameter: JsonObject, nullOid: number): BoundParameter {
  const { value, typeHint, name } = parameter;
  const label = typeof name === 'string' ? name : '';
  const hint = typeof typeHint === 'string' ? HINTS[typeHint] : undefined;
  if (typeHint !== undefined && typeHint !== null && hint === undefined) {
    throw new AwsError('ValidationException', 400, `Type hint ${String(typeHint)} is not supported`);
  }
  if (!isObject(value)) {
    throw new AwsError('ValidationException', 400, `Parameter ${label} has no value`);
  }
  if (value.isNull === true) return { oid: hint?.oid ?? nullOid, value: null };
  const bound = bindValue(value);
  if (hint === undefined) return bound;
  if (bound.oid !== OID.text || (hint.form !== undefined && !hint.form.test(bound.value ?? ''))) {
    throw new AwsError(
      'ValidationException',
      400,
      `Parameter ${label} does not have the format that its type hint ${String(typeHint)} demands`,
    );
  }
  return { oid: hint.oid, value: bound.value };
}

function bindValue(value: JsonObject): BoundParameter {
  const { stringValue, longValue, doubleValue, booleanValue, blobValue } = value;
  if (typeof stringValue === 'string') return { oid: OID.text, value: stringValue };
  if (isNumeric(longValue)) return { oid: OID.int8, value: String(longValue) };
  if (isNumeric(doubleValue) || typeof doubleValue === 'string') {
    return { oid: OID.float8, value: String(doubleValue) };
  }
  if (typeof booleanValue === 'boolean') return { oid: OID.bool, value: String(booleanValue) };
  if (typeof blobValue === 'string') {
    return { oid: OID.bytea, value: `\\x${Buffer.from(blobValue, 'base64').toString('hex')}` };
  }
  if (value.arrayValue !== undefined) {
    throw new AwsError('ValidationException', 400, 'Array parameters are not supported.');
  }
  throw new AwsError('ValidationException', 400, 'A parameter has a value of no known type');
}

function isNumeric(value: Json | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
