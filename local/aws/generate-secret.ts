import { randomInt } from 'node:crypto';
import type { JsonObject } from './wire.ts';

/** CloudFormation's GenerateSecretString, as far as templates use it. */
export interface GenerateSecretString {
  readonly SecretStringTemplate?: string | undefined;
  readonly GenerateStringKey?: string | undefined;
  readonly PasswordLength?: number | undefined;
  readonly ExcludeCharacters?: string | undefined;
  readonly ExcludePunctuation?: boolean | undefined;
}

/** The text of a new secret. */
export function generateText(generate: GenerateSecretString): string {
  const punctuation = generate.ExcludePunctuation === true ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const excluded = new Set(generate.ExcludeCharacters ?? '');
  const alphabet = [...`${letters}${letters.toUpperCase()}0123456789${punctuation}`].filter(
    (one) => !excluded.has(one),
  );
  const password = Array.from(
    { length: generate.PasswordLength ?? 32 },
    () => alphabet[randomInt(alphabet.length)],
  ).join('');
  if (generate.SecretStringTemplate === undefined || generate.GenerateStringKey === undefined)
    return password;
  const template: JsonObject = JSON.parse(generate.SecretStringTemplate);
  return JSON.stringify({ ...template, [generate.GenerateStringKey]: password });
}
