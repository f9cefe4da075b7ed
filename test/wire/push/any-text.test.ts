import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { publishInput } from '#adapters/sns/push-sender.ts';
import { newMailPush } from '#domain/push/content-rules.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { targetOn } from '../../support/push-cases.ts';

const mails = fc.record({
  name: hostileText,
  address: fc.oneof(hostileText, fc.constant('x@evil.example')),
  subject: fc.oneof(hostileText, fc.constant('\ufffe\u{1ffff}\u0085\u007f\u2028')),
  conversationId: hostileText,
  content: fc.constantFrom('subject-and-sender' as const, 'sender' as const),
});

/** Texts in a JSON value, at any depth, also inside JSON that is a text. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith('{') ? textsIn(JSON.parse(value)) : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsIn(member)]);
}

test.each(['apns', 'fcm'] as const)(
  'whatever a mail says, %s is sent what SNS and phones can show',
  (platform) => {
    fc.assert(
      fc.property(mails, ({ name, address, subject, conversationId, content }) => {
        const mail = {
          itemId: 'AAMk1',
          conversationId,
          sender: { name, address },
          subject,
          isRead: false,
          isDraft: false,
          sensitivity: 'normal',
          kind: 'message',
        } as const;
        const push = newMailPush(mail, {
          preferences: { content, sound: true },
          ceiling: 'subject-and-sender',
          collapseKey: 'k'.repeat(43),
        });
        const { Message = '', MessageAttributes = {} } = publishInput(targetOn(platform), push);
        // What SNS accepts is what XML 1.0 can express.
        expect(Message).not.toMatch(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
        const texts = textsIn(JSON.parse(Message));
        for (const text of texts) {
          expect(text.isWellFormed()).toBe(true);
          expect(text).not.toMatch(
            /[\p{Cc}\p{Noncharacter_Code_Point}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u,
          );
        }
        for (const { StringValue } of Object.values(MessageAttributes)) {
          expect(StringValue).toMatch(/^[\x21-\x7e]{1,64}$/);
        }
        expect(texts).toContain('title');
        expect(texts[texts.indexOf('title') + 1]).toMatch(/[^\s…]/);
      }),
      { numRuns: 300 },
    );
  },
);
