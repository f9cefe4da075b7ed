import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '../../lib/settings/read-settings.ts';

const CA = readFileSync(new URL('../fixtures/tls/ca.pem', import.meta.url), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'ens-ca-'));
afterAll(() => rmSync(directory, { recursive: true }));

function read(content: string | Uint8Array) {
  writeFileSync(join(directory, 'ca'), content);
  return () => readSettings({ allowedExchangeHosts: ['mail.example.com'], extraCaFile: 'ca' }, directory);
}

describe('the extra CA bundle', () => {
  test.each([
    ['one certificate', CA],
    ['several, with remarks between them', `# Root\r\n${CA}\n# Issuing\n${CA}`],
  ])('may hold %s', (_what, content) => {
    expect(read(content)).not.toThrow();
  });

  test.each([
    ['DER, which the functions would pass over without a word', new X509Certificate(CA).raw],
    ['a second certificate that is broken', `${CA}${CA.replace(/\n.{64}\n/, '\n')}`],
    ['nothing', ''],
  ])('may not hold %s', (_what, content) => {
    expect(read(content)).toThrow(SettingsError);
  });
});
