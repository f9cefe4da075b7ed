import { createECDH } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { encryptMessage, MAX_PLAINTEXT_BYTES } from '#adapters/webpush/encrypt-message.ts';
import { readSubscription, type Subscription } from '#adapters/webpush/subscription.ts';
import { testBrowser } from '../../support/web-push.ts';

/** RFC 8291, appendix A. */
const RFC = {
  plaintext: 'When I grow up, I want to be a watermelon',
  receiver: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  senderPrivate: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

function subscriptionOf(token: string): Subscription {
  const reading = readSubscription(token);
  if (!reading.ok) throw new Error(reading.detail);
  return reading.subscription;
}

test('a message is encrypted byte for byte as in the appendix of RFC 8291', () => {
  const sender = createECDH('prime256v1');
  sender.setPrivateKey(Buffer.from(RFC.senderPrivate, 'base64url'));
  const body = encryptMessage(
    { p256dh: Buffer.from(RFC.receiver, 'base64url'), auth: Buffer.from(RFC.auth, 'base64url') },
    Buffer.from(RFC.plaintext),
    { sender, salt: Buffer.from(RFC.salt, 'base64url'), padding: 'none' },
  );
  expect(Buffer.from(body).toString('base64url')).toBe(RFC.body);
});

test.each([0, 1, 511, 512, 513, 2_000, MAX_PLAINTEXT_BYTES])(
  'another implementation reads a message of %d bytes',
  (bytes) => {
    const browser = testBrowser();
    const text = 'x'.repeat(bytes);
    const body = encryptMessage(
      subscriptionOf(browser.token('https://push.example.com/1')),
      Buffer.from(text),
    );
    expect(browser.read(body)).toBe(text);
    expect(body.byteLength).toBeLessThanOrEqual(4_096);
  },
);

test('messages of similar length have the same size', () => {
  const subscription = subscriptionOf(testBrowser().token('https://push.example.com/1'));
  const sizes = [1, 100, 512].map((bytes) => encryptMessage(subscription, Buffer.alloc(bytes)).byteLength);
  expect(new Set(sizes).size).toBe(1);
});

test('two messages of one text share no byte of salt, key or ciphertext', () => {
  const subscription = subscriptionOf(testBrowser().token('https://push.example.com/1'));
  const [first, second] = [1, 2].map(() => Buffer.from(encryptMessage(subscription, Buffer.from('same'))));
  expect(first?.subarray(0, 16)).not.toEqual(second?.subarray(0, 16));
  expect(first?.subarray(22, 86)).not.toEqual(second?.subarray(22, 86));
  expect(first?.subarray(86)).not.toEqual(second?.subarray(86));
});

test('a message that is too long is refused', () => {
  const subscription = subscriptionOf(testBrowser().token('https://push.example.com/1'));
  expect(() => encryptMessage(subscription, Buffer.alloc(MAX_PLAINTEXT_BYTES + 1))).toThrow(RangeError);
});
