import { createAutodiscover } from '#adapters/ews/autodiscover/autodiscover.ts';
import { createExchange } from '#adapters/ews/client/exchange.ts';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { createEwsWorld } from '#adapters/ews/world.ts';
import { VARIABLES } from '#contract';
import type { DiscoveryResult } from '#domain/ports/exchange.ts';
import { refuseForExchange } from '#domain/registration/refuse-exchange.ts';
import { type Finding, failed, ok, skipped } from './check.ts';
import type { FromHere, Patient } from './patient.ts';

const PROBE_MS = 15_000;
const DISCOVER_MS = 90_000;
const LOGIN_MS = 30_000;

/** Microsoft's own test asks from the Internet, as ENS does. */
const FROM_OUTSIDE = 'https://testconnectivity.microsoft.com asks the same from the Internet.';

const SIGN_IN_STEP =
  'Check user name and password; --username takes DOMAIN\\user or user@domain, whichever your Exchange wants.';

/** Inside the company’s network Exchange may well have one; what ENS itself may reach is another check. */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** Where the deployment's own list is not known. */
const USUAL_PREFIXES = ['/*/EWS/Exchange.asmx', '/*/*/EWS/Exchange.asmx', '/*/*/*/EWS/Exchange.asmx'];

/** Exchange as this machine reaches it, by the deployment's own rules for hosts where they are known. */
export function reachFromHere(tools: Patient['tools'], extraCaPem: string | undefined): FromHere {
  const settings = tools?.settings;
  const rules = createOutgoingRules({
    allowedExchangeHosts: settings?.[VARIABLES.allowedExchangeHosts] ?? ['*:*'],
    allowedExchangeCidrs: [...(settings?.[VARIABLES.allowedExchangeCidrs] ?? []), ...PRIVATE_RANGES],
    allowedTokenHosts: settings?.[VARIABLES.allowedTokenHosts] ?? [],
    furtherExchangePaths: settings?.[VARIABLES.furtherExchangePaths] ?? USUAL_PREFIXES,
  });
  const world = createEwsWorld({ rules, extraCaPem, callTimeoutMs: PROBE_MS });
  return { world, exchange: createExchange(world), autodiscover: createAutodiscover(world) };
}

/** Asks the EWS URL without credentials, and compares what it offers with how the phones sign in. */
export async function checkEws(
  { scheme }: Patient,
  { exchange, world }: FromHere,
  ewsUrl: string | undefined,
): Promise<Finding> {
  if (ewsUrl === undefined) return skipped('No EWS URL is known (--ews-url, or autodiscover).');
  const probed = await exchange.probe({ ewsUrl, deadlineMs: world.now() + PROBE_MS });
  if (!probed.ok) {
    const { code, detail } = refuseForExchange(probed.failure).refusal;
    const isFirewall = probed.failure.kind === 'timeout' || probed.failure.kind === 'unreachable';
    return isFirewall
      ? failed(
          `The EWS URL cannot be reached from this machine. ${detail}`,
          `Compare with the next check: if ENS reaches it, only this machine is shut out. ${FROM_OUTSIDE}`,
        )
      : failed(`The EWS URL does not answer as EWS does (${code}).`, detail);
  }
  const { offered } = probed.value;
  const list = offered.join(', ');
  if (offered.length === 0 && scheme === 'certificate')
    return ok('EWS answers; it names no sign-in scheme (a client certificate?).');
  if (offered.length === 0)
    return failed(
      'EWS answers, but asks nobody to sign in: ENS sends no password to a server that has not asked for it.',
      'Check the URL, the authentication of the EWS virtual directory, and what stands in front of it: whoever comes without credentials has to get 401 with WWW-Authenticate.',
    );
  if (offered.includes(scheme)) return ok(`EWS answers and offers ${list}; the phones use ${scheme}.`);
  return failed(
    `EWS answers, but offers ${list}, and not ${scheme}, which the phones use.`,
    `Turn ${scheme} on for the EWS virtual directory (Set-WebServicesVirtualDirectory), or let the phones use one of the others (--sign-in names it here).`,
  );
}

/** Undefined where there is nothing to ask with. */
export async function discover(
  { credentials }: Patient,
  { autodiscover, world }: FromHere,
): Promise<DiscoveryResult | undefined> {
  if (credentials === undefined) return undefined;
  return autodiscover.discover({ credentials, deadlineMs: world.now() + DISCOVER_MS });
}

/** True where the answers so far are against the credentials: another attempt could lock the account. */
export function wasRefused(discovery: DiscoveryResult | undefined): boolean {
  return discovery !== undefined && !discovery.ok && discovery.failedSignIns > 0;
}

/** Every place that autodiscover asks, with its verdict. */
export function judgeDiscovery({ ewsUrl }: Patient, discovery: DiscoveryResult | undefined): Finding {
  if (discovery === undefined) return skipped('It asks as the user: give --email and the password.');
  const details = discovery.verdicts.map(({ place, verdict }) => `${place}: ${verdict}`);
  const place = 'Put one of these places right (DNS name, certificate, allowedExchangeHosts)';
  if (!discovery.ok && wasRefused(discovery))
    return failed('Autodiscover refused the user name or password (401).', SIGN_IN_STEP, details);
  if (!discovery.ok && ewsUrl !== undefined)
    return ok(
      `No place tells an EWS URL, which the phones do not need as long as they bring --ews-url. ${place} if they should not.`,
      details,
    );
  if (!discovery.ok)
    return failed(
      'No autodiscover place tells an EWS URL.',
      `${place}, or give ewsUrl in the clients’ configuration, so that ENS need not ask. ${FROM_OUTSIDE}`,
      details,
    );
  if (ewsUrl !== undefined && ewsUrl.toLowerCase() !== discovery.ewsUrl.toLowerCase())
    return failed(
      `Autodiscover tells another EWS URL than --ews-url: ${discovery.ewsUrl}.`,
      'Use one and the same URL: ENS takes two hosts for two mailboxes.',
      details,
    );
  return ok(`Autodiscover tells ${discovery.ewsUrl}.`, details);
}

export interface Login {
  readonly finding: Finding;
  readonly inboxFolderId?: string;
}

/** One attempt as the user: GetFolder on the Inbox. None where the same credentials were refused just now. */
export async function checkLogin(
  { credentials }: Patient,
  { exchange, world }: FromHere,
  ewsUrl: string | undefined,
  refusedBefore: boolean,
): Promise<Login> {
  if (credentials === undefined) return { finding: skipped('Give --email and the password.') };
  if (ewsUrl === undefined) return { finding: skipped('No EWS URL is known (--ews-url, or autodiscover).') };
  if (refusedBefore)
    return {
      finding: failed(
        'Not tried again, so that the account is not locked: autodiscover has just refused these credentials (401).',
        SIGN_IN_STEP,
      ),
    };
  const mailbox = exchange.open({ ewsUrl, credentials, deadlineMs: world.now() + LOGIN_MS });
  try {
    const inbox = await mailbox.inbox();
    if (inbox.ok) return { finding: ok('Exchange opened the mailbox.'), inboxFolderId: inbox.value.folderId };
    const { code, detail } = refuseForExchange(inbox.failure).refusal;
    return {
      finding:
        inbox.failure.kind === 'unauthorized'
          ? failed(`Exchange refused the sign-in (401). ${detail}`, SIGN_IN_STEP)
          : failed(`Exchange did not open the mailbox (${code}).`, detail),
    };
  } finally {
    mailbox.close();
  }
}
