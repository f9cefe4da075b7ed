/** Which push services a message is sent to: the setting `allowedPushHosts`, under the same rules as Exchange. */
import type { AddressRules } from '../ews/outgoing/addresses.ts';
import { matches, opensLoopback, readHostPattern } from '../ews/outgoing/host-patterns.ts';
import type { Destination, Judgement } from '../ews/outgoing/outgoing-rules.ts';

export interface PushHosts {
  /** The destination of a subscription's endpoint, or a sentence that quotes its host at most. */
  judge(endpoint: string): Judgement;
}

/** Throws where an entry of the setting is malformed. */
export function createPushHosts(allowedPushHosts: readonly string[], addresses: AddressRules): PushHosts {
  const patterns = allowedPushHosts.map((entry) => readHostPattern(entry, 'allowedPushHosts'));
  return {
    judge(endpoint) {
      const url = URL.parse(endpoint);
      if (url === null || url.username !== '' || url.password !== '' || url.hash !== '')
        return refused('The push subscription has an "endpoint" that is no plain https URL.');
      const pattern = patterns.find((candidate) => matches(candidate, url));
      if (pattern === undefined)
        return refused(
          `The push service ${url.host} is not allowed; add it to the setting allowedPushHosts if it is right.`,
        );
      const destination: Destination = { url, loopbackAllowed: opensLoopback(pattern) };
      const literal = /^\[|^\d+(?:\.\d+){3}$/.test(url.hostname);
      if (literal && addresses.refuse(url.hostname, destination.loopbackAllowed) !== undefined)
        return refused('The push subscription has an "endpoint" at an address to which nothing is sent.');
      return { ok: true, destination };
    },
  };
}

function refused(reason: string): Judgement {
  return { ok: false, reason };
}
