import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { compactDecrypt, decodeProtectedHeader } from 'jose';
import { TEXTS } from '#domain/push/own-texts.ts';
import { makeTestKeyPair } from '../support/jose.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const CLIENTS = readFileSync(join(DOCS, 'clients.md'), 'utf8');

describe('The page for client developers', () => {
  it('shows an encryption program whose output opens to the credentials, bound to the device', async () => {
    const pair = makeTestKeyPair();
    const folder = mkdtempSync(join(tmpdir(), 'ens-clients-'));
    const credentials = '{"email":"ann@example.com","auth":{"type":"basic","username":"a","password":"p"}}';
    const publicKey = pair.publicKeyObject.export({ format: 'jwk' });
    writeFileSync(join(folder, 'key.json'), JSON.stringify({ keyId: pair.id, publicKey, challenge: 'c' }));
    writeFileSync(join(folder, 'credentials.json'), credentials);
    writeFileSync(join(folder, 'device.json'), '{"id":"i","platform":"apns","token":"abc"}');
    const program = join(DOCS, 'clients/encrypt-credentials.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      join(folder, 'key.json'),
      join(folder, 'credentials.json'),
      join(folder, 'device.json'),
    ]);
    rmSync(folder, { recursive: true });
    expect(decodeProtectedHeader(stdout)).toEqual({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: pair.id });
    const privateKey = createPrivateKey({ key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' });
    const { plaintext } = await compactDecrypt(stdout, privateKey);
    expect(JSON.parse(Buffer.from(plaintext).toString())).toEqual({
      ...JSON.parse(credentials),
      challenge: 'c',
      // FIPS 180-2, appendix B.1: SHA-256 of "abc".
      device: {
        id: 'i',
        platform: 'apns',
        tokenSha256: Buffer.from(
          'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
          'hex',
        ).toString('base64url'),
      },
    });
    expect(CLIENTS).toContain('docs/clients/encrypt-credentials.ts');
  });

  it('lists every text of our own by key and by resource name', () => {
    for (const { key, resource } of Object.values(TEXTS)) {
      expect(CLIENTS).toContain(`"${key}"`);
      expect(CLIENTS).toContain(`\`${resource}\``);
    }
  });
});
