import { expect, test } from '@jest/globals';
import { answerChallenge, negotiateMessage } from '#adapters/ews/sign-in/ntlm-messages.ts';
import { proveV2, upperCase } from '#adapters/ews/sign-in/ntlm-proof.ts';
import { challengeMessage } from '../../support/ntlm-server.ts';

const ANN = { username: 'ann', password: 'Password', domain: 'CORP' };
const VERSION = 0x0200_0000;

/** Target information of [MS-NLMP] section 4.2.4: domain "Domain", server "Server". */
const TARGET_INFO = Buffer.from(
  '02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000',
  'hex',
);

test('the NTLMv2 and LMv2 responses are those of MS-NLMP section 4.2.4', async () => {
  const proof = await proveV2({
    username: 'User',
    domain: 'Domain',
    password: 'Password',
    serverChallenge: Buffer.from('0123456789abcdef', 'hex'),
    targetInfo: TARGET_INFO,
    clientChallenge: Buffer.alloc(8, 0xaa),
    fileTime: Buffer.alloc(8),
  });
  expect(proof.ntResponse.subarray(0, 16).toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c');
  expect(proof.lmResponse.toString('hex')).toBe('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa');
});

test('the first message names no domain or workstation, and has its Version field', () => {
  const message = negotiateMessage();
  expect(message).toHaveLength(40);
  expect(message.subarray(16, 32).equals(Buffer.alloc(16))).toBe(true);
  expect(message.readUInt32LE(12) & VERSION).toBe(VERSION);
  expect(message.subarray(32).toString('hex')).toBe('0a007c4f0000000f');
});

test.each([
  [true, 72],
  [false, 64],
])(
  'the third message has a Version field only where the server announces one: %s',
  async (version, start) => {
    const challenge = Buffer.from(challengeMessage({ oem: false, ntlmV2: true }), 'base64');
    challenge.writeUInt32LE((challenge.readUInt32LE(20) | (version ? VERSION : 0)) >>> 0, 20);
    const reply = await answerChallenge(challenge, ANN, 0);
    if (!reply.ok) throw new Error(reply.obstacle);
    expect((reply.message.readUInt32LE(60) & VERSION) !== 0).toBe(version);
    expect(reply.message.readUInt32LE(16)).toBe(start);
  },
);

test.each([
  ['müller', 'MÜLLER'],
  ['straße', 'STRAßE'],
  ['юзер', 'ЮЗЕР'],
  ['ı, ſ and ŉ', 'ı, ſ AND ŉ'],
])('the upper case of %s is %s, as Windows has it', (name, upper) => {
  expect(upperCase(name)).toBe(upper);
});

test('a challenge that is cut off or speaks of places outside itself is told as unreadable', async () => {
  const challenge = Buffer.from(challengeMessage({ oem: false, ntlmV2: true }), 'base64');
  const outside = Buffer.from(challenge);
  outside.writeUInt32LE(5_000, 44);
  for (const bytes of [Buffer.alloc(0), challenge.subarray(0, 31), challenge.subarray(0, 60), outside]) {
    expect(await answerChallenge(bytes, ANN, 0)).toEqual({ ok: false, obstacle: 'NtlmChallengeUnreadable' });
  }
});

test('every cut of a challenge and every changed byte gives an answer or a named obstacle', async () => {
  const challenge = Buffer.from(challengeMessage({ oem: false, ntlmV2: true }), 'base64');
  for (let at = 0; at < challenge.length; at += 1) {
    const changed = Buffer.from(challenge);
    changed.writeUInt8(0xff, at);
    for (const bytes of [challenge.subarray(0, at), changed]) {
      const reply = await answerChallenge(bytes, ANN, 0);
      expect(reply.ok || /^Ntlm/.test(reply.obstacle)).toBe(true);
    }
  }
});
