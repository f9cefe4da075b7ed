import { AwsError, type Json, type JsonObject } from '../wire.ts';

type Kind = 'long' | 'double' | 'decimal' | 'boolean' | 'string' | 'instant' | 'blob';

interface ColumnType {
  readonly name: string;
  readonly kind: Kind;
  /** `java.sql.Types`, as columnMetadata shows it. */
  readonly jdbc: number;
}

/** Types that the Data API returns, by PostgreSQL's type id. What is not here it refuses. */
const TYPES: Readonly<Record<number, ColumnType>> = {
  16: { name: 'bool', kind: 'boolean', jdbc: -7 },
  17: { name: 'bytea', kind: 'blob', jdbc: -2 },
  20: { name: 'int8', kind: 'long', jdbc: -5 },
  21: { name: 'int2', kind: 'long', jdbc: 5 },
  23: { name: 'int4', kind: 'long', jdbc: 4 },
  25: { name: 'text', kind: 'string', jdbc: 12 },
  114: { name: 'json', kind: 'string', jdbc: 1111 },
  700: { name: 'float4', kind: 'double', jdbc: 7 },
  701: { name: 'float8', kind: 'double', jdbc: 8 },
  1042: { name: 'bpchar', kind: 'string', jdbc: 1 },
  1043: { name: 'varchar', kind: 'string', jdbc: 12 },
  1082: { name: 'date', kind: 'string', jdbc: 91 },
  1083: { name: 'time', kind: 'string', jdbc: 92 },
  1114: { name: 'timestamp', kind: 'string', jdbc: 93 },
  1184: { name: 'timestamptz', kind: 'instant', jdbc: 93 },
  1700: { name: 'numeric', kind: 'decimal', jdbc: 2 },
  2278: { name: 'void', kind: 'string', jdbc: 1111 },
  2950: { name: 'uuid', kind: 'string', jdbc: 1111 },
  3802: { name: 'jsonb', kind: 'string', jdbc: 1111 },
};

/** One-dimensional arrays: type id → element type id and the member of ArrayValue that carries it. */
const ARRAYS: Readonly<Record<number, { readonly element: number; readonly member: string }>> = {
  1000: { element: 16, member: 'booleanValues' },
  1005: { element: 21, member: 'longValues' },
  1007: { element: 23, member: 'longValues' },
  1016: { element: 20, member: 'longValues' },
  1009: { element: 25, member: 'stringValues' },
  1015: { element: 1043, member: 'stringValues' },
  1021: { element: 700, member: 'doubleValues' },
  1022: { element: 701, member: 'doubleValues' },
  2951: { element: 2950, member: 'stringValues' },
};

const NAMES: Readonly<Record<number, string>> = {
  18: 'CHAR',
  19: 'NAME',
  26: 'OID',
  1186: 'INTERVAL',
  869: 'INET',
};

export const RESULT_OIDS = [...Object.keys(TYPES), ...Object.keys(ARRAYS)].map(Number);

export interface FieldOptions {
  readonly decimals: 'STRING' | 'DOUBLE_OR_LONG';
  readonly longs: 'STRING' | 'LONG';
}

/** PostgreSQL's text form of one value as a `Field`. Throws UnsupportedResultException. */
export function toField(oid: number, value: string | null, options: FieldOptions): JsonObject {
  const array = ARRAYS[oid];
  const type = TYPES[oid];
  if (array === undefined && type === undefined) throw unsupported(oid);
  if (value === null) return { isNull: true };
  if (type !== undefined) return scalar(type, value, options);
  return array === undefined ? {} : { arrayValue: { [array.member]: elements(array.element, value) } };
}

/** The same value for `formattedRecords`. */
export function toJson(oid: number, value: string | null): Json {
  const field = toField(oid, value, { decimals: 'DOUBLE_OR_LONG', longs: 'LONG' });
  if (field.isNull === true) return null;
  const [first] = Object.values(field);
  return first ?? null;
}

export function columnMetadata(oid: number, label: string): JsonObject {
  const type = TYPES[oid] ?? { name: ARRAYS[oid] === undefined ? 'unknown' : '_array', jdbc: 2003 };
  return {
    arrayBaseColumnType: 0,
    isAutoIncrement: false,
    isCaseSensitive: type.jdbc === 12,
    isCurrency: false,
    isSigned: [-5, 2, 4, 5, 7, 8].includes(type.jdbc),
    label,
    name: label,
    nullable: 1,
    precision: 0,
    scale: 0,
    schemaName: '',
    tableName: '',
    type: type.jdbc,
    typeName: type.name,
  };
}

function scalar(type: ColumnType, value: string, options: FieldOptions): JsonObject {
  switch (type.kind) {
    case 'boolean':
      return { booleanValue: value === 't' || value === 'true' };
    case 'long':
      return options.longs === 'STRING' ? { stringValue: value } : { longValue: Number(value) };
    case 'double':
      return { doubleValue: Number.isFinite(Number(value)) ? Number(value) : value };
    case 'decimal':
      if (options.decimals === 'STRING') return { stringValue: value };
      return value.includes('.') ? { doubleValue: Number(value) } : { longValue: Number(value) };
    case 'blob':
      return { blobValue: Buffer.from(value.slice(2), 'hex').toString('base64') };
    // The session runs in UTC and the Data API drops the offset.
    case 'instant':
      return { stringValue: value.replace(/\+00$/, '') };
    case 'string':
      return { stringValue: value };
  }
}

function elements(oid: number, literal: string): Json[] {
  if (literal.slice(1).includes('{')) {
    if (!/"[^"]*\{/.test(literal)) {
      throw new AwsError('UnsupportedResultException', 400, 'The result contains a multidimensional array');
    }
  }
  const items: Json[] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/g;
  for (const [, quoted, plain] of literal.matchAll(pattern)) {
    if (plain === 'NULL') items.push(null);
    else items.push(toJson(oid, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? ''));
  }
  return items;
}

function unsupported(oid: number): AwsError {
  return new AwsError(
    'UnsupportedResultException',
    400,
    `The result contains the unsupported data type ${NAMES[oid] ?? oid}.`,
  );
}
