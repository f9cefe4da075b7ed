import * as z from 'zod';

/** What is written about a setting beside its schema; docs/settings.md and every refusal come from it. */
export interface SettingText {
  readonly type: string;
  readonly allowed: string;
  readonly meaning: string;
  readonly example: string;
}

export const settingTexts = z.registry<SettingText>();

export const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

export function wholeNumber(minimum: number, maximum: number, byDefault: number, meaning: string) {
  return z
    .int()
    .min(minimum)
    .max(maximum)
    .default(byDefault)
    .register(settingTexts, {
      type: 'number',
      allowed: `a whole number from ${minimum} to ${maximum}`,
      meaning,
      example: String(byDefault),
    });
}

export function optionalWholeNumber(minimum: number, maximum: number, example: number, meaning: string) {
  return z
    .int()
    .min(minimum)
    .max(maximum)
    .optional()
    .register(settingTexts, {
      type: 'number',
      allowed: `a whole number from ${minimum} to ${maximum}, or no such setting`,
      meaning,
      example: String(example),
    });
}

export function yesOrNo(byDefault: boolean, meaning: string) {
  return z
    .boolean()
    .default(byDefault)
    .register(settingTexts, {
      type: 'true or false',
      allowed: 'true or false, without quotation marks',
      meaning,
      example: String(!byDefault),
    });
}

/** A schema of its own at every call, because texts are kept by schema. */
export function secretName(text: Pick<SettingText, 'allowed' | 'meaning' | 'example'>) {
  return z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{1,480}$/)
    .optional()
    .register(settingTexts, { type: 'name of a secret', ...text });
}

export const capacity = z.number().min(0).max(256).multipleOf(0.5);
