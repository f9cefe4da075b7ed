import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { settingTexts } from '../../lib/settings/kinds.ts';
import { settingsTable } from '../../lib/settings/settings-table.ts';
import { settingsSchema } from '../../lib/settings.ts';

describe('the app', () => {
  test('ends with the sentences alone, so that nobody has to read a stack trace', () => {
    const ended = spawnSync(process.execPath, ['bin/app.ts'], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: {
        CDK_CONTEXT_JSON: JSON.stringify({
          ens: { allowedExchangeHosts: ['mail.example.com'], stage: 'Prod' },
        }),
      },
      encoding: 'utf8',
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/^\ncdk\.json, "ens":\n {2}Setting "stage" is "Prod": allowed is .*\.\n\n$/);
  });
});

describe('the table of settings', () => {
  test('says something of its own about every setting', () => {
    const meanings = Object.values(settingsSchema.shape).map((schema) => settingTexts.get(schema)?.meaning);
    expect(new Set(meanings).size).toBe(meanings.length);
  });

  test('has a row for every setting, with type, default, meaning and example', () => {
    const rows = settingsTable().split('\n').slice(2, -1);
    expect(rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1])).toEqual(Object.keys(settingsSchema.shape));
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
    expect(settingsTable()).toContain('| `statusFrequencyMinutes` | number | `30` |');
    expect(settingsTable()).toContain('| `allowedExchangeHosts` | list of host names | required |');
  });
});
