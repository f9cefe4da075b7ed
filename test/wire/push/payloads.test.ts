import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { publishInput } from '#adapters/sns/push-sender.ts';
import { SNS_PLATFORMS, type SnsPlatform } from '#domain/model/preferences.ts';
import type { Push } from '#domain/ports/push.ts';
import { PREVIEWED, PUSHES, REGISTRATION, targetOn } from '../../support/push-cases.ts';

const FIXTURES = new URL('../../fixtures/push/', import.meta.url);
const VECTORS = new URL('../../../docs/clients/preview-vectors.json', import.meta.url);
const MESSAGE_KEYS = { apns: 'APNS', 'apns-sandbox': 'APNS_SANDBOX', fcm: 'GCM' } as const;
const Message = z.record(z.string(), z.string());

function fixture(platform: SnsPlatform, name: string): string {
  return readFileSync(new URL(`${platform}/${name}.txt`, FIXTURES), 'utf8');
}

/** Message key and attributes line by line, an empty line, the payload's bytes. */
function written(platform: SnsPlatform, push: Push, preview?: string): string {
  const { Message: message = '', MessageAttributes: attributes = {} } = publishInput(
    targetOn(platform),
    push,
    preview,
  );
  const { default: _, ...payloads } = Message.parse(JSON.parse(message));
  const [key = '', ...others] = Object.keys(payloads);
  expect(others).toEqual([]);
  const lines = Object.entries(attributes).map(([name, value]) => `${name}: ${value.StringValue}`);
  return `message key: ${key}\n${lines.join('\n')}\n\n${payloads[key]}\n`;
}

describe.each(SNS_PLATFORMS)('A push to %s', (platform) => {
  it.each(Object.entries(PUSHES))('%s has exactly the recorded bytes', (name, push) => {
    expect(written(platform, push)).toBe(fixture(platform, name));
  });

  it('new-mail-preview has exactly the recorded bytes', () => {
    const { vectors } = z
      .object({ vectors: z.array(z.object({ jwe: z.string() })) })
      .parse(JSON.parse(readFileSync(VECTORS, 'utf8')));
    expect(written(platform, PREVIEWED, vectors[0]?.jwe)).toBe(fixture(platform, 'new-mail-preview'));
  });

  it('goes to the endpoint, as JSON with a default and strings only', () => {
    const input = publishInput(targetOn(platform), PUSHES['new-mail-full']);
    expect(input.TargetArn).toBe(targetOn(platform).endpointArn);
    expect(input.MessageStructure).toBe('json');
    const message = Message.parse(JSON.parse(input.Message ?? ''));
    expect(Object.keys(message)).toEqual(['default', MESSAGE_KEYS[platform]]);
    for (const attribute of Object.values(input.MessageAttributes ?? {}))
      expect(attribute.DataType).toBe('String');
  });
});

describe('Every push', () => {
  it('has a collapse id of at most 64 ASCII bytes', () => {
    for (const push of Object.values(PUSHES)) {
      const { MessageAttributes } = publishInput(targetOn('apns'), push);
      expect(MessageAttributes?.['AWS.SNS.MOBILE.APNS.COLLAPSE_ID']?.StringValue).toMatch(
        /^[\x21-\x7e]{1,64}$/,
      );
    }
  });

  it('carries FCM data as strings only, under names that FCM does not reserve', () => {
    for (const [name, push] of Object.entries(PUSHES)) {
      const payload = fixture('fcm', name).split('\n\n')[1] ?? '';
      const { data } = z
        .object({ fcmV1Message: z.object({ message: z.object({ data: Message }) }) })
        .parse(JSON.parse(payload)).fcmV1Message.message;
      expect(data).toMatchObject({ v: '1', mailbox: REGISTRATION });
      expect(Object.keys(data).filter((key) => /^(from|message_type|google|gcm)/.test(key))).toEqual([]);
      expect(data.type).toBe(push.type === 'open-app' ? 'wake' : push.type);
    }
  });

  it('wakes an Android phone at high priority only where it shows something', () => {
    const priorities = Object.keys(PUSHES).map((name) => [name, fixture('fcm', name).includes('"HIGH"')]);
    expect(priorities.filter(([, high]) => !high).map(([name]) => name)).toEqual(['badge', 'wake']);
  });
});
