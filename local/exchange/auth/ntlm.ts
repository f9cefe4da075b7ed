import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { md4 } from './md4.ts';

/** The server's half of NTLM (MS-NLMP): the challenge, and the check of an NTLMv2 answer. v1 and LM are refused. */
const SIGNATURE = Buffer.from('NTLMSSP\0', 'ascii');

/** UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, TARGET_TYPE_DOMAIN, EXTENDED_SESSIONSECURITY, TARGET_INFO, VERSION, 128, 56. */
const FLAGS = 0xa289_8205;

const AV = {
  end: 0,
  computer: 1,
  domain: 2,
  dnsComputer: 3,
  dnsDomain: 4,
  timestamp: 7,
  channelBindings: 10,
} as const;

export interface NtlmAnswer {
  readonly username: string;
  readonly domain: string;
  readonly ntResponse: Buffer;
}

/** 1 negotiate, 3 authenticate; undefined for what is no NTLM message. */
export function ntlmMessageType(message: Buffer): number | undefined {
  return message.length >= 12 && message.subarray(0, 8).equals(SIGNATURE)
    ? message.readUInt32LE(8)
    : undefined;
}

export function createChallenge(nowMs: number): { readonly challenge: Buffer; readonly message: Buffer } {
  const challenge = randomBytes(8);
  const target = Buffer.from('EXAMPLE', 'utf16le');
  const fileTime = Buffer.alloc(8);
  fileTime.writeBigUInt64LE((BigInt(Math.trunc(nowMs)) + 11_644_473_600_000n) * 10_000n);
  const info = Buffer.concat([
    pair(AV.domain, target),
    pair(AV.computer, Buffer.from('EXCH01', 'utf16le')),
    pair(AV.dnsDomain, Buffer.from('example.com', 'utf16le')),
    pair(AV.dnsComputer, Buffer.from('exch01.example.com', 'utf16le')),
    pair(AV.timestamp, fileTime),
    pair(AV.end, Buffer.alloc(0)),
  ]);
  const head = Buffer.alloc(56);
  SIGNATURE.copy(head);
  head.writeUInt32LE(2, 8);
  field(head, 12, target.length, head.length);
  head.writeUInt32LE(FLAGS, 20);
  challenge.copy(head, 24);
  field(head, 40, info.length, head.length + target.length);
  // Version 10.0.20348 (Windows Server 2022), NTLM revision 15.
  Buffer.from([10, 0, 0x7c, 0x4f, 0, 0, 0, 15]).copy(head, 48);
  return { challenge, message: Buffer.concat([head, target, info]) };
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function field(head: Buffer, at: number, length: number, offset: number): void {
  head.writeUInt16LE(length, at);
  head.writeUInt16LE(length, at + 2);
  head.writeUInt32LE(offset, at + 4);
}

/** Reads an AUTHENTICATE message; undefined where it is cut off or speaks of places outside itself. */
export function readAuthenticate(message: Buffer): NtlmAnswer | undefined {
  if (ntlmMessageType(message) !== 3 || message.length < 64) return undefined;
  const part = (at: number): Buffer | undefined => {
    const length = message.readUInt16LE(at);
    const offset = message.readUInt32LE(at + 4);
    return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
  };
  const [ntResponse, domain, username] = [part(20), part(28), part(36)];
  if (ntResponse === undefined || domain === undefined || username === undefined) return undefined;
  const encoding = (message.readUInt32LE(60) & 1) === 1 ? 'utf16le' : 'latin1';
  return { username: username.toString(encoding), domain: domain.toString(encoding), ntResponse };
}

/** MS-NLMP 3.3.2: the proof is an HMAC over the challenge and the client's blob under a key made of password, user, domain. */
export function provesPassword(answer: NtlmAnswer, password: string, challenge: Buffer): boolean {
  // Exactly 24 bytes is NTLMv1.
  if (answer.ntResponse.length <= 24) return false;
  const identity = Buffer.from(upperCase(answer.username) + answer.domain, 'utf16le');
  const key = hmacMd5(md4(Buffer.from(password, 'utf16le')), identity);
  const blob = answer.ntResponse.subarray(16);
  return timingSafeEqual(hmacMd5(key, Buffer.concat([challenge, blob])), answer.ntResponse.subarray(0, 16));
}

/** Windows maps each UTF-16 code unit to one, where JavaScript writes "ß" as "SS". */
function upperCase(text: string): string {
  return Array.from({ length: text.length }, (_, index) => {
    const upper = text.charAt(index).toUpperCase();
    return upper.length === 1 ? upper : text.charAt(index);
  }).join('');
}

/** Whether the client bound its answer to the TLS channel (RFC 5929), which Extended Protection may require. */
export function bindsChannel({ ntResponse }: NtlmAnswer): boolean {
  const pairs = ntResponse.subarray(16 + 28);
  for (let at = 0; at + 4 <= pairs.length; ) {
    const id = pairs.readUInt16LE(at);
    const value = pairs.subarray(at + 4, at + 4 + pairs.readUInt16LE(at + 2));
    if (id === AV.end) return false;
    if (id === AV.channelBindings) return value.some((byte) => byte !== 0);
    at += 4 + value.length;
  }
  return false;
}

function hmacMd5(key: Buffer, data: Buffer): Buffer {
  return createHmac('md5', key).update(data).digest();
}
