import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { createPreviewSealer } from '#adapters/jose/preview-sealer.ts';
import { createPushSender, publishInput } from '#adapters/sns/push-sender.ts';
import { SNS_PLATFORMS, type SnsPlatform } from '#domain/model/preferences.ts';
import type { NewMailPush, Push } from '#domain/ports/push.ts';
import { openPreview } from '../../support/open-preview.ts';
import { previewKeys } from '../../support/preview-keys.ts';
import { PUSHES, targetOn } from '../../support/push-cases.ts';

const KEYS = { apns: 'APNS', 'apns-sandbox': 'APNS_SANDBOX', fcm: 'GCM' } as const;
const Message = z.record(z.string(), z.string());
const Apns = z.object({
  aps: z.object({ alert: z.object({ title: z.string().optional(), body: z.string() }) }),
});
const Fcm = z.object({
  fcmV1Message: z.object({
    message: z.object({ data: z.object({ title: z.string().optional(), body: z.string() }) }),
  }),
});

function payloadOf(platform: SnsPlatform, message: string | undefined): string {
  return Message.parse(JSON.parse(message ?? ''))[KEYS[platform]] ?? '';
}

function shown(platform: SnsPlatform, payload: string) {
  const json: unknown = JSON.parse(payload);
  return platform === 'fcm' ? Fcm.parse(json).fcmV1Message.message.data : Apns.parse(json).aps.alert;
}

/** Pieces that cost more bytes than they look, or fall apart when cut. */
const piece = fc.constantFrom(
  'a',
  ' ',
  '"',
  '\\',
  '\n',
  '\u0001',
  '\u007f',
  'é',
  'e\u0301\u0323',
  '件',
  'ש',
  'مرحبا',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  '👍🏽',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'क्षि',
  '각',
  '\ud800',
  '\u2028',
  '<',
);
const wild = fc
  .tuple(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 0, max: 200 }))
  .map(([pieces, times]) => pieces.join('').repeat(times).slice(0, 9_000));
const mails: fc.Arbitrary<NewMailPush> = fc.record({
  type: fc.constant('new-mail' as const),
  sender: fc.option(wild, { nil: undefined }),
  subject: fc.option(wild, { nil: undefined }),
  count: fc.constantFrom(1, 1, 1, 2, 100_000),
  itemId: fc.option(
    fc.integer({ min: 1, max: 6_000 }).map((length) => 'A'.repeat(length)),
    { nil: undefined },
  ),
  thread: fc.option(wild, { nil: undefined }),
  collapseKey: fc.constant('k'.repeat(43)),
  badge: fc.option(fc.nat(), { nil: undefined }),
  sound: fc.boolean(),
});

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
function graphemesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** `cut` is `whole`, or its first graphemes (blanks at the end aside) and an ellipsis. */
function expectWholeGraphemes(cut: string, whole: string): void {
  const original = whole.toWellFormed();
  if (cut === original || cut === '') return;
  expect(cut.endsWith('…')).toBe(true);
  const kept = cut.slice(0, -1);
  let prefix = '';
  for (const grapheme of graphemesOf(original)) {
    if (prefix.trimEnd() === kept) break;
    prefix += grapheme;
  }
  expect(prefix.trimEnd()).toBe(kept);
}

describe('No payload', () => {
  it('exceeds 4096 bytes or cuts a grapheme, whatever a mail says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SNS_PLATFORMS), mails, (platform, push) => {
        const payload = payloadOf(platform, publishInput(targetOn(platform), push).Message);
        expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(4_096);
        if (push.count > 1) return;
        const alert = shown(platform, payload);
        if (push.sender) expectWholeGraphemes(alert.title ?? '', push.sender);
        if (push.subject && alert.body !== 'New message') expectWholeGraphemes(alert.body, push.subject);
      }),
      { numRuns: 300 },
    );
  });

  it('exceeds 4096 bytes or cuts a grapheme with a sealed preview', async () => {
    const pairs = previewKeys();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SNS_PLATFORMS),
        fc.constantFrom(...pairs),
        mails.filter(({ count }) => count === 1),
        async (platform, pair, push) => {
          let message: string | undefined;
          const sender = createPushSender({
            client: {
              async send(command: { readonly input: object }) {
                message = z.object({ Message: z.string() }).parse(command.input).Message;
                return { $metadata: {} };
              },
            },
            previews: createPreviewSealer(),
            timeoutMs: 1_000,
          });
          await expect(
            sender.send({ ...targetOn(platform), previewKey: pair.publicKey }, push),
          ).resolves.toEqual({
            kind: 'delivered',
          });
          const payload = payloadOf(platform, message);
          expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(4_096);
          expect(shown(platform, payload)).toMatchObject({ body: 'New message' });
          const jwe = /"preview":"([^"]+)"/.exec(payload)?.[1];
          if (jwe === undefined) return;
          const opened = z
            .object({ sender: z.string().optional(), subject: z.string().optional() })
            .parse(JSON.parse(openPreview(jwe, pair.privateKey).plaintext));
          expectWholeGraphemes(opened.sender ?? '', push.sender ?? '');
          expectWholeGraphemes(opened.subject ?? '', push.subject ?? '');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('wastes the room: a long subject fills it to the last grapheme', () => {
    const push: Push = { ...PUSHES['new-mail-full'], subject: '👩‍👩‍👧‍👦'.repeat(1_000) };
    for (const platform of SNS_PLATFORMS) {
      const payload = payloadOf(platform, publishInput(targetOn(platform), push).Message);
      expect(4_096 - Buffer.byteLength(payload)).toBeLessThan(Buffer.byteLength('👩‍👩‍👧‍👦'));
    }
  });
});
