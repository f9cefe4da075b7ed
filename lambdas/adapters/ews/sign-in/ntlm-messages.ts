import { randomBytes } from 'node:crypto';
import { ntlmAccount } from '#domain/model/credential-rules.ts';
import type { NtlmObstacle } from '#domain/ports/exchange.ts';
import { proveV2 } from './ntlm-proof.ts';

/** Said instead of this machine's name, which is nobody's business. */
const WORKSTATION = 'ENS';
const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');

/** Flags of [MS-NLMP] section 2.2.2.5. */
const UNICODE = 0x0000_0001;
const OEM = 0x0000_0002;
const REQUEST_TARGET = 0x0000_0004;
const NTLM = 0x0000_0200;
const ALWAYS_SIGN = 0x0000_8000;
const EXTENDED_SESSION_SECURITY = 0x0008_0000;
const TARGET_INFO = 0x0080_0000;
const VERSION = 0x0200_0000;
const KEY_128 = 0x2000_0000;
const KEY_56 = 0x8000_0000;
const OFFERED =
  (UNICODE |
    OEM |
    REQUEST_TARGET |
    NTLM |
    ALWAYS_SIGN |
    EXTENDED_SESSION_SECURITY |
    VERSION |
    KEY_128 |
    KEY_56) >>>
  0;

/** Windows 10.0 (build 20348), NTLM revision 15: the field has to be there where the flag says so (section 2.2.2.10). */
const OUR_VERSION = Buffer.from([10, 0, 0x7c, 0x4f, 0, 0, 0, 15]);

/** AV_PAIR ids of section 2.2.2.1. */
const AV_END = 0;
const AV_TIMESTAMP = 7;

export type NtlmReply =
  | { readonly ok: true; readonly message: Buffer }
  /** Nothing derived from the password was made. */
  | { readonly ok: false; readonly obstacle: NtlmObstacle };

type NtlmUser = { readonly username: string; readonly password: string; readonly domain: string };

/** First message of the handshake: neither domain nor workstation, section 2.2.1.1. */
export function negotiateMessage(): Buffer {
  const head = Buffer.alloc(32);
  SIGNATURE.copy(head);
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(OFFERED, 12);
  return Buffer.concat([head, OUR_VERSION]);
}

/** Third message of the handshake, NTLMv2 alone; refuses before anything derived from the password exists. */
export async function answerChallenge(bytes: Buffer, user: NtlmUser, nowMs: number): Promise<NtlmReply> {
  const challenge = readChallenge(bytes);
  if (challenge === undefined) {
    return { ok: false, obstacle: 'NtlmChallengeUnreadable' };
  }
  const { flags, targetInfo, serverChallenge } = challenge;
  if ((flags & EXTENDED_SESSION_SECURITY) === 0 || targetInfo === undefined) {
    return { ok: false, obstacle: 'NtlmV1Refused' };
  }
  const isUnicode = (flags & UNICODE) !== 0;
  const { username, domain = challenge.targetName } = ntlmAccount(user);
  if (!isUnicode && !/^[\x20-\x7e]*$/.test(username + domain)) {
    return { ok: false, obstacle: 'NtlmNamesNotUnicode' };
  }
  const serverTime = timestampIn(targetInfo);
  const proof = await proveV2({
    username,
    domain,
    password: user.password,
    serverChallenge,
    targetInfo,
    clientChallenge: randomBytes(8),
    fileTime: serverTime ?? fileTimeOf(nowMs),
  });
  // A server that sends its time wants no LMv2 response (section 3.1.5.1.2).
  const lmResponse = serverTime === undefined ? proof.lmResponse : Buffer.alloc(24);
  const encoded = (text: string) => Buffer.from(text, isUnicode ? 'utf16le' : 'latin1');
  return {
    ok: true,
    message: authenticateMessage(answerFlags(flags), {
      lmResponse,
      ntResponse: proof.ntResponse,
      domain: encoded(domain),
      username: encoded(username),
      workstation: encoded(WORKSTATION),
    }),
  };
}

/** What both sides want; Unicode rather than OEM. */
function answerFlags(offeredByServer: number): number {
  const common = (OFFERED | TARGET_INFO) & offeredByServer;
  return ((common & UNICODE) !== 0 ? common & ~OEM : common) >>> 0;
}

interface Challenge {
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly targetName: string;
  readonly targetInfo: Buffer | undefined;
}

/** Second message, section 2.2.1.2; undefined where it is none, or speaks of places outside itself. */
function readChallenge(bytes: Buffer): Challenge | undefined {
  if (bytes.length < 32 || !bytes.subarray(0, 8).equals(SIGNATURE) || bytes.readUInt32LE(8) !== 2) {
    return undefined;
  }
  const flags = bytes.readUInt32LE(20);
  const target = fieldOf(bytes, 12);
  const hasInfo = (flags & TARGET_INFO) !== 0;
  const info = hasInfo && bytes.length >= 48 ? fieldOf(bytes, 40) : undefined;
  if (target === undefined || (hasInfo && info === undefined)) {
    return undefined;
  }
  return {
    flags,
    serverChallenge: bytes.subarray(24, 32),
    targetName: target.toString((flags & UNICODE) !== 0 ? 'utf16le' : 'latin1'),
    targetInfo: info !== undefined && info.length > 0 ? info : undefined,
  };
}

function fieldOf(bytes: Buffer, at: number): Buffer | undefined {
  const length = bytes.readUInt16LE(at);
  const offset = bytes.readUInt32LE(at + 4);
  if (length === 0) {
    return Buffer.alloc(0);
  }
  return offset >= 32 && offset + length <= bytes.length
    ? bytes.subarray(offset, offset + length)
    : undefined;
}

function timestampIn(targetInfo: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= targetInfo.length; ) {
    const id = targetInfo.readUInt16LE(at);
    const value = targetInfo.subarray(at + 4, at + 4 + targetInfo.readUInt16LE(at + 2));
    if (id === AV_END) {
      return undefined;
    }
    if (id === AV_TIMESTAMP && value.length === 8) {
      return value;
    }
    at += 4 + value.length;
  }
  return undefined;
}

function fileTimeOf(nowMs: number): Buffer {
  const fileTime = Buffer.alloc(8);
  fileTime.writeBigUInt64LE((BigInt(Math.trunc(nowMs)) + 11_644_473_600_000n) * 10_000n);
  return fileTime;
}

interface AnswerFields {
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly domain: Buffer;
  readonly username: Buffer;
  readonly workstation: Buffer;
}

/** Section 2.2.1.3, with the Version field where the flag says so; no session key and no MIC. */
function authenticateMessage(flags: number, fields: AnswerFields): Buffer {
  const head = Buffer.alloc(64);
  const version = (flags & VERSION) !== 0 ? OUR_VERSION : Buffer.alloc(0);
  SIGNATURE.copy(head);
  head.writeUInt32LE(3, 8);
  const places = [
    [12, fields.lmResponse],
    [20, fields.ntResponse],
    [28, fields.domain],
    [36, fields.username],
    [44, fields.workstation],
    [52, Buffer.alloc(0)],
  ] as const;
  const values = places.map(([, value]) => value);
  const start = head.length + version.length;
  places.forEach(([at, value], index) => {
    head.writeUInt16LE(value.length, at);
    head.writeUInt16LE(value.length, at + 2);
    head.writeUInt32LE(start + Buffer.concat(values.slice(0, index)).length, at + 4);
  });
  head.writeUInt32LE(flags, 60);
  return Buffer.concat([head, version, ...values]);
}
