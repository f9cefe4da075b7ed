import * as z from 'zod';
import { settingsSchema } from '../settings.ts';
import { settingTexts } from './kinds.ts';

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The table of docs/settings.md: name, type, default, meaning, example. */
export function settingsTable(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const text = settingTexts.get(schema);
    if (text === undefined) throw new Error(`setting ${name} is not described`);
    const byDefault =
      schema instanceof z.ZodDefault
        ? `\`${JSON.stringify(schema.def.defaultValue)}\``
        : schema instanceof z.ZodOptional
          ? '–'
          : 'required';
    return `| \`${name}\` | ${text.type} | ${byDefault} | ${cell(text.meaning)} | \`${text.example}\` |`;
  });
  return [
    '| setting | type | default | meaning | example |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
