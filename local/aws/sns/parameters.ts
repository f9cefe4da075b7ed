import { AwsError, type JsonObject, text } from '../wire.ts';

export interface MessageAttribute {
  readonly type: string;
  readonly value: string;
}

/** An InvalidParameter in SNS's form: `Invalid parameter: <what>`. */
export function invalidParameter(what: string): AwsError {
  return new AwsError('InvalidParameter', 400, `Invalid parameter: ${what}`);
}

export function requiredText(input: JsonObject, key: string): string {
  const value = text(input, key);
  if (value === undefined || value === '')
    throw invalidParameter(`${key} Reason: no value for required parameter`);
  return value;
}

/** A string map of the query protocol: `<name>.entry.<n>.key` and `.value`. */
export function readMap(input: JsonObject, name: string): Record<string, string> {
  const map: Record<string, string> = {};
  for (let n = 1; ; n += 1) {
    const key = text(input, `${name}.entry.${n}.key`);
    if (key === undefined) return map;
    map[key] = text(input, `${name}.entry.${n}.value`) ?? '';
  }
}

/**
 * Publish's MessageAttributes. Empty values, unknown data types and characters outside the basic plane are
 * refused, as SNS refuses them.
 */
export function readMessageAttributes(input: JsonObject): ReadonlyMap<string, MessageAttribute> {
  const attributes = new Map<string, MessageAttribute>();
  for (let n = 1; ; n += 1) {
    const prefix = `MessageAttributes.entry.${n}`;
    const name = text(input, `${prefix}.Name`);
    if (name === undefined) return attributes;
    const type = text(input, `${prefix}.Value.DataType`) ?? '';
    const value =
      text(input, `${prefix}.Value.StringValue`) ?? text(input, `${prefix}.Value.BinaryValue`) ?? '';
    if (!/^(String|Number|Binary|String\.Array)(\..+)?$/.test(type)) {
      throw invalidValue(`The message attribute '${name}' has an invalid message attribute type.`);
    }
    if (value === '') {
      throw invalidValue(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    if (/[\ud800-\udfff]/.test(value)) {
      throw invalidValue(`The message attribute '${name}' contains characters that are not allowed.`);
    }
    attributes.set(name, { type, value });
  }
}

function invalidValue(message: string): AwsError {
  return new AwsError('ParameterValueInvalid', 400, message);
}
