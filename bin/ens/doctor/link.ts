import { lookup } from 'node:dns/promises';
import { type ConnectionOptions, connect, type PeerCertificate } from 'node:tls';
import { codeOf, failureOfError } from '#adapters/ews/outgoing/network-failures.ts';
import { API_BASE_PATH } from '#contract';
import { type Finding, failed, ok } from './check.ts';
import type { Patient } from './patient.ts';

const CONNECT_MS = 10_000;

/** The link address: its form, its name, and TLS with a certificate that phones and Exchange trust by themselves. */
export async function checkLink({ link, isLocal, tools }: Patient): Promise<Finding> {
  const own = tools?.stack.outputs.ENSLinkAddress;
  const rightAddress =
    own === undefined
      ? 'Use the output ENSLinkAddress of the service stack, as it is.'
      : `This deployment’s own link address is ${own}.`;
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol))
    return failed('The link address is no URL.', rightAddress);
  if (url.protocol === 'http:' && !isLocal)
    return failed(
      'The link address starts with http://; credentials and callbacks travel over https only.',
      rightAddress,
    );
  if (url.pathname !== API_BASE_PATH)
    return failed(`The link address has the path ${url.pathname}, not ${API_BASE_PATH}.`, rightAddress);
  if (own !== undefined && own !== link)
    return failed(
      'The link address is not the one of this deployment.',
      `${rightAddress} Put that into the clients’ configuration, or name the right --stage.`,
    );
  const addresses = await resolve(url.hostname);
  if (addresses === undefined)
    return failed(
      `The name ${url.hostname} does not resolve.`,
      `${rightAddress} With a domain name of your own: does its CNAME record point to the output DomainTarget?`,
    );
  if (url.protocol === 'http:') return ok('The local world, over plain http.');
  return handshake(url, addresses, rightAddress);
}

async function resolve(hostname: string): Promise<readonly string[] | undefined> {
  try {
    return (await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true })).map(({ address }) => address);
  } catch {
    return undefined;
  }
}

async function handshake(url: URL, addresses: readonly string[], rightAddress: string): Promise<Finding> {
  try {
    const certificate = await certificateOf({ host: url.hostname, port: Number(url.port || 443) });
    return ok(
      `${url.hostname} resolves and speaks TLS with a public certificate, valid until ${certificate.valid_to}.`,
      [`resolves to ${addresses.join(', ')}`],
    );
  } catch (error) {
    const failure = failureOfError(error, false);
    if (failure.kind === 'tls')
      return failed(
        `TLS to ${url.host} failed: ${failure.detail}.`,
        'Phones and Exchange need a certificate from a public authority for this name. If something on the way (proxy, firewall) breaks TLS open, exempt this host.',
      );
    const what = failure.kind === 'timeout' ? 'does not answer' : `refuses connections (${codeOf(error)})`;
    return failed(
      `${url.host} resolves, but ${what}.`,
      `${rightAddress} Does a firewall or proxy between this machine and the Internet let https through?`,
    );
  }
}

function certificateOf(where: Pick<ConnectionOptions, 'host' | 'port'>): Promise<PeerCertificate> {
  const { promise, resolve: done, reject } = Promise.withResolvers<PeerCertificate>();
  const socket = connect({ ...where, servername: where.host, minVersion: 'TLSv1.2' }, () => {
    done(socket.getPeerCertificate());
    socket.end();
  });
  socket.setTimeout(CONNECT_MS, () => {
    socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  });
  socket.on('error', reject);
  return promise;
}
