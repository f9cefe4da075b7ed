import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createPushSender } from '#adapters/sns/push-sender.ts';
import type { PreviewKey, SnsPlatform } from '#domain/model/preferences.ts';
import type { PushTarget } from '#domain/ports/push.ts';
import { openPreview } from '../../support/open-preview.ts';
import { previewKeys } from '../../support/preview-keys.ts';
import { PUSHES, targetOn } from '../../support/push-cases.ts';

const { vectors } = z
  .object({
    vectors: z.array(
      z.object({
        name: z.string(),
        privateKey: z.record(z.string(), z.string()),
        jwe: z.string(),
        plaintext: z.string(),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL('../../../docs/clients/preview-vectors.json', import.meta.url), 'utf8')),
  );

const PREVIEW = { sender: 'Ann', subject: 'Grüße 🍜', thread: 'AAQk', item: 'AAMk' };

async function messageOf(
  target: PushTarget<SnsPlatform>,
  push: Parameters<ReturnType<typeof createPushSender>['send']>[1],
) {
  const messages: string[] = [];
  const sender = createPushSender({
    client: {
      async send(command: { readonly input: object }) {
        messages.push(z.object({ Message: z.string() }).parse(command.input).Message);
        return { $metadata: {} };
      },
    },
    previews: createPreviewSealer(),
    timeoutMs: 1_000,
  });
  await sender.send(target, push);
  return messages.join();
}

describe('The published preview vectors', () => {
  it.each(vectors)('$name opens with an independent implementation', ({ jwe, privateKey, plaintext }) => {
    expect(openPreview(jwe, privateKey).plaintext).toBe(plaintext);
  });

  it.each(vectors)('$name does not open once a byte of it has changed', ({ jwe, privateKey }) => {
    const [head = '', , iv = '', ciphertext = '', tag = ''] = jwe.split('.');
    const flipped = `${ciphertext.startsWith('A') ? 'B' : 'A'}${ciphertext.slice(1)}`;
    expect(() => openPreview(`${head}..${iv}.${flipped}.${tag}`, privateKey)).toThrow();
  });

  it('cover both kinds of key', () => {
    expect(new Set(vectors.map(({ privateKey }) => privateKey.crv))).toEqual(new Set(['P-256', 'X25519']));
  });
});

describe.each(previewKeys())('A preview sealed for a $publicKey.crv key', ({ publicKey, privateKey }) => {
  it('opens with that key alone, names it, and says exactly what was sealed', async () => {
    const jwe = (await createPreviewSealer().seal(publicKey, PREVIEW, 3_000)) ?? '';
    const { header, plaintext } = openPreview(jwe, privateKey);
    expect(plaintext).toBe('{"v":1,"sender":"Ann","subject":"Grüße 🍜","thread":"AAQk","item":"AAMk"}');
    expect(header.kid).toBe(publicKey.kid);
    const other = previewKeys().find((pair) => pair.publicKey.crv === publicKey.crv);
    expect(() => openPreview(jwe, other?.privateKey ?? {})).toThrow();
  });

  it('uses a new ephemeral key every time', async () => {
    const sealer = createPreviewSealer();
    const heads = await Promise.all([1, 2].map(() => sealer.seal(publicKey, PREVIEW, 3_000)));
    expect(heads[0]?.split('.')[0]).not.toBe(heads[1]?.split('.')[0]);
  });

  it('never takes more room than it is given, down to none at all', async () => {
    const sealer = createPreviewSealer();
    const long = { ...PREVIEW, sender: 'S'.repeat(900), subject: '件'.repeat(900) };
    for (let maxBytes = 0; maxBytes < 2_000; maxBytes += 53) {
      const jwe = await sealer.seal(publicKey, long, maxBytes);
      expect(jwe?.length ?? 0).toBeLessThanOrEqual(maxBytes);
    }
    expect(await sealer.seal(publicKey, long, 200)).toBeUndefined();
  });

  it('leaves what may not be shown out of the plaintext', async () => {
    const jwe = (await createPreviewSealer().seal(publicKey, { item: 'AAMk' }, 3_000)) ?? '';
    expect(openPreview(jwe, privateKey).plaintext).toBe('{"v":1,"item":"AAMk"}');
  });

  it('shows nothing of the mail outside, on any platform', async () => {
    for (const platform of ['apns', 'apns-sandbox', 'fcm'] as const) {
      const push = PUSHES['new-mail-full'];
      const message = await messageOf({ ...targetOn(platform), previewKey: publicKey }, push);
      expect(message).toContain('preview');
      for (const secret of [push.sender, 'Lunch', push.itemId, push.thread, 'thread'])
        expect(message).not.toContain(secret);
    }
  });
});

describe('A preview key that is unusable', () => {
  const unusable: readonly PreviewKey[] = [
    { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' },
    { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
    { kty: 'OKP', crv: 'X25519', x: '' },
  ];
  it.each(unusable)('leads to a neutral push, never to clear text: %j', async (previewKey) => {
    const message = await messageOf({ ...targetOn('apns'), previewKey }, PUSHES['new-mail-full']);
    expect(message).toContain('New message');
    for (const secret of ['Ann', 'Lunch', 'AAMk', 'AAQk', 'preview']) expect(message).not.toContain(secret);
  });
});
