import { createHmac } from 'node:crypto';

/** NT hash of the password "Password", as [MS-NLMP] section 4.2.2.1.2 gives it. */
const NT_HASH_OF_PASSWORD = Buffer.from('a4f49c406510bdcab6824ee7c30fd852', 'hex');
const CHALLENGE = Buffer.from('0123456789abcdef', 'hex');
const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const OEM = 0x2;
const NTLM2_KEY = 0x00080000;
const TARGET_INFO = 0x00800000;

export interface ChallengeForm {
  readonly oem: boolean;
  /** False: what a server sends that speaks NTLMv1 only. */
  readonly ntlmV2: boolean;
  /** Default: where `ntlmV2`. */
  readonly targetInfo?: boolean | undefined;
  readonly targetInfoBytes?: number | undefined;
}

/** Second message of the handshake, [MS-NLMP] section 2.2.1.2. */
export function challengeMessage({
  oem,
  ntlmV2,
  targetInfo = ntlmV2,
  targetInfoBytes = 0,
}: ChallengeForm): string {
  const target = Buffer.from('CORP', oem ? 'ascii' : 'utf16le');
  const pair = (id: number, text: string): Buffer => {
    const value = Buffer.from(text, 'utf16le');
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const info = Buffer.concat([pair(2, 'CORP'), pair(1, 'EX01'), Buffer.alloc(4)]);
  const padded = Buffer.concat([info, Buffer.alloc(Math.max(0, targetInfoBytes - info.length))]);
  const head = Buffer.alloc(48);
  SIGNATURE.copy(head);
  head.writeUInt32LE(2, 8);
  head.writeUInt16LE(target.length, 12);
  head.writeUInt16LE(target.length, 14);
  head.writeUInt32LE(48, 16);
  head.writeUInt32LE((oem ? OEM : 1) | 0x200 | (ntlmV2 ? NTLM2_KEY : 0) | (targetInfo ? TARGET_INFO : 0), 20);
  CHALLENGE.copy(head, 24);
  head.writeUInt16LE(padded.length, 40);
  head.writeUInt16LE(padded.length, 42);
  head.writeUInt32LE(48 + target.length, 44);
  return Buffer.concat([head, target, padded]).toString('base64');
}

export interface ReadMessage {
  readonly type: number;
  readonly user?: string;
  readonly domain?: string;
  readonly workstation?: string;
  /** Whether the NTLMv2 response proves knowledge of "Password". */
  readonly proven?: boolean;
}

/** Reads the client's first or third message from an Authorization value. */
export function readClientMessage(authorization: string, oem: boolean): ReadMessage {
  const bytes = Buffer.from(authorization.replace(/^NTLM /, ''), 'base64');
  const type = bytes.readUInt32LE(8);
  if (type !== 3) {
    return { type };
  }
  const field = (at: number): Buffer => {
    const offset = bytes.readUInt32LE(at + 4);
    return bytes.subarray(offset, offset + bytes.readUInt16LE(at));
  };
  const text = (at: number): string => field(at).toString(oem ? 'ascii' : 'utf16le');
  const response = field(20);
  const user = text(36);
  const domain = text(28);
  const identity = Buffer.from(user.toUpperCase() + domain, 'utf16le');
  const key = createHmac('md5', NT_HASH_OF_PASSWORD).update(identity).digest();
  const proof = createHmac('md5', key).update(CHALLENGE).update(response.subarray(16)).digest();
  return { type, user, domain, workstation: text(44), proven: proof.equals(response.subarray(0, 16)) };
}
