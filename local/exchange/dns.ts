import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A tiny DNS server on 127.0.0.1: answers A and SRV, and NXDOMAIN for names that it does not know (RFC 1035, 2782). */
export interface LocalDns {
  /** `127.0.0.1:<port>`, as `dns.Resolver.setServers` takes it. */
  readonly address: string;
  /** What a name answers in place of its zone; nothing (`[]`) where the name is to lead nowhere. */
  setA(name: string, addresses: readonly string[]): void;
  setSrv(name: string, records: readonly SrvRecord[]): void;
  /** Drops what was set. */
  clear(): void;
  /** Names asked for, in order, as `SRV _autodiscover._tcp.example.com`. */
  readonly questions: readonly string[];
  close(): void;
}

/** What is known without being set; undefined: no such name. Names are in lower case. */
export interface Zone {
  addresses(name: string): readonly string[] | undefined;
  services(name: string): readonly SrvRecord[] | undefined;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

const TYPE_A = 1;
const TYPE_SRV = 33;

const EMPTY: Zone = { addresses: () => undefined, services: () => undefined };

export async function startLocalDns(zone: Zone = EMPTY): Promise<LocalDns> {
  const socket = createSocket('udp4');
  const addresses = new Map<string, readonly string[]>();
  const services = new Map<string, readonly SrvRecord[]>();
  const questions: string[] = [];

  socket.on('message', (query, from) => {
    const { name, end } = readName(query, 12);
    const type = query.readUInt16BE(end);
    const label = type === TYPE_SRV ? 'SRV' : type === TYPE_A ? 'A' : `TYPE${type}`;
    questions.push(`${label} ${name}`);
    const key = name.toLowerCase();
    const hosts = addresses.get(key) ?? zone.addresses(key);
    const servers = services.get(key) ?? zone.services(key);
    const data =
      type === TYPE_A
        ? (hosts ?? []).map((address) => Buffer.from(address.split('.').map(Number)))
        : type === TYPE_SRV
          ? (servers ?? []).map(srvData)
          : [];
    const isKnown = hosts !== undefined || servers !== undefined;
    socket.send(reply(query, end + 4, type, data, isKnown), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    setA: (name, list) => void addresses.set(name.toLowerCase(), list),
    setSrv: (name, list) => void services.set(name.toLowerCase(), list),
    clear() {
      addresses.clear();
      services.clear();
    },
    questions,
    close: () => void socket.close(),
  };
}

function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.subarray(at + 1, at + 1 + length).toString('ascii'));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function writeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.from(`\0${label}`, 'ascii').fill(label.length, 0, 1)),
    Buffer.alloc(1),
  ]);
}

function srvData(record: SrvRecord): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(record.priority, 0);
  head.writeUInt16BE(record.weight, 2);
  head.writeUInt16BE(record.port, 4);
  return Buffer.concat([head, writeName(record.target)]);
}

function reply(
  query: Buffer,
  questionEnd: number,
  type: number,
  data: readonly Buffer[],
  isKnown: boolean,
): Buffer {
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // QR, AA, RD, RA; RCODE 3 (no such name) where nothing is known.
  head.writeUInt16BE(isKnown ? 0x8580 : 0x8583, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 6);
  const answers = data.map((value) => {
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(60, 6);
    record.writeUInt16BE(value.length, 10);
    return Buffer.concat([record, value]);
  });
  return Buffer.concat([head, query.subarray(12, questionEnd), ...answers]);
}
