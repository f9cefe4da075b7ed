import type { Routed } from './http.ts';
import { isObject, type JsonObject, text } from './wire.ts';

const CHARACTERS = 400;

/**
 * One line about a request for the console: what was asked of which thing, never a value that a user gave.
 * SQL carries values in its parameters alone, but for the password of a role.
 */
export function describeRequest({ service, action, input }: Routed): string {
  const values = readable(input);
  switch (service) {
    case 'rds-data':
      return (text(values, 'sql') ?? '')
        .replaceAll(/password\s+'(?:[^']|'')*'/gi, "PASSWORD '***'")
        .replaceAll(/\s+/g, ' ')
        .trim()
        .slice(0, CHARACTERS);
    case 'kms':
      return isObject(values.EncryptionContext) ? JSON.stringify(values.EncryptionContext) : '';
    case 'sns':
      return (
        text(values, 'TargetArn') ??
        text(values, 'EndpointArn') ??
        text(values, 'PlatformApplicationArn') ??
        ''
      );
    case 'ssm':
      return text(values, 'Name') ?? text(values, 'Path') ?? action;
    case 'secretsmanager':
      return text(values, 'SecretId') ?? text(values, 'Name') ?? action;
  }
}

function readable(input: () => JsonObject): JsonObject {
  try {
    return input();
  } catch {
    return {};
  }
}
