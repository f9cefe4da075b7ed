import * as z from 'zod';

type Schema = Readonly<Record<string, unknown>>;

/** A JSON body in one line, as a reader would note it: `{"email": string, "username"?: string}`. */
export function describeBody(schema: z.ZodType): string {
  return describe(z.toJSONSchema(schema, { io: 'input' }));
}

function describe(schema: Schema): string {
  const { type, properties, required } = schema;
  if (Array.isArray(schema.anyOf)) return schema.anyOf.filter(isSchema).map(describe).join(' | ');
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (type === 'array') return `[${isSchema(schema.items) ? describe(schema.items) : '…'}]`;
  if (type !== 'object') return typeof type === 'string' ? type : 'any';
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  const members = Object.entries(isSchema(properties) ? properties : {}).map(
    ([name, value]) =>
      `"${name}"${names.includes(name) ? '' : '?'}: ${isSchema(value) ? describe(value) : 'any'}`,
  );
  return `{${members.join(', ')}}`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
