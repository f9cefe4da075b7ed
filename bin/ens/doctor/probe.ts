import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createKeyPairStore } from '#adapters/data-api/key-pairs.ts';
import { createProbeStore } from '#adapters/data-api/probes.ts';
import { folderIdSha256 } from '#adapters/ews/folder-id.ts';
import { createCallbackSeal } from '#adapters/jose/callback-seal.ts';
import { BUDGETS, VARIABLES } from '#contract';
import type { Credentials } from '#domain/model/credentials.ts';
import type { SubscriptionId } from '#domain/model/ids.ts';
import type { ProbeStore } from '#domain/ports/probe-store.ts';
import { refuseForExchange } from '#domain/registration/refuse-exchange.ts';
import { prepareSubscription } from '#domain/sealing/prepare-subscription.ts';
import { randomIds } from '#runtime/system.ts';
import type { Tools } from '../tools.ts';
import { type Finding, failed, ok, skipped } from './check.ts';
import type { FromHere, Patient } from './patient.ts';

const SUBSCRIBE_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** A probe from before that is nobody's any more. */
const LEFT_AFTER_MS = 10 * 60_000;
const STATUS_FREQUENCY_MINUTES = 1;

interface ProbeRequest {
  readonly tools: Tools;
  readonly fromHere: FromHere;
  readonly credentials: Credentials;
  readonly ewsUrl: string;
  readonly inboxFolderId: string;
  readonly waitMs: number;
  readonly link: string;
}

/**
 * A subscription of its own, sealed like any other, with a heartbeat every minute: what arrives proves the
 * way from Exchange to ENS and through it. Its mailbox row has no device and nobody's address, so that it never
 * joins the user's; it is removed in any case, and ENS then answers Unsubscribe to Exchange's next heartbeat.
 */
export async function checkProbe(
  patient: Patient,
  fromHere: FromHere,
  ewsUrl: string | undefined,
  inboxFolderId: string | undefined,
): Promise<Finding> {
  const { tools, credentials, waitMs, link } = patient;
  if (tools === undefined) return skipped(`It needs access to the deployment. ${patient.withoutTools}`);
  if (credentials === undefined || ewsUrl === undefined || inboxFolderId === undefined)
    return skipped('It needs a mailbox login that succeeds.');
  return probe({ tools, fromHere, credentials, ewsUrl, inboxFolderId, waitMs, link });
}

async function probe(request: ProbeRequest): Promise<Finding> {
  const { tools, fromHere, credentials, ewsUrl, inboxFolderId, waitMs, link } = request;
  const probes = createProbeStore(tools.database);
  const prepared = await prepareSubscription(
    {
      keyPairs: createKeyPairStore(tools.database),
      pepper: tools.pepper,
      seal: createCallbackSeal({ splittingAllowed: tools.settings[VARIABLES.splittingAllowed] }),
      ids: randomIds,
    },
    {
      callbackBaseUrl: tools.settings[VARIABLES.callbackBaseUrl],
      callbackUrlCharacters: BUDGETS.callbackUrlCharacters,
    },
    { ...credentials, ewsUrl },
  );
  if (!prepared.ok)
    return prepared.reason === 'no-key-pair'
      ? failed('There is no key pair to seal with.', 'Run `ens upkeep run`.')
      : failed('The credentials do not fit into a callback URL.', 'Set splittingAllowed, and deploy.');
  const { row, callbackUrl } = prepared;
  const now = tools.stack.now();
  const mailboxId = await probes.begin({
    now,
    inboxSha256: folderIdSha256(inboxFolderId),
    addressHmac: randomBytes(32),
    subscription: row,
  });
  const mailbox = fromHere.exchange.open({
    ewsUrl,
    credentials,
    deadlineMs: fromHere.world.now() + SUBSCRIBE_MS,
  });
  try {
    const subscribed = await mailbox.subscribe({
      callbackUrl,
      statusFrequencyMinutes: STATUS_FREQUENCY_MINUTES,
      events: 'mail',
    });
    if (!subscribed.ok) {
      const { code, detail } = refuseForExchange(subscribed.failure).refusal;
      return failed(`Exchange refused the subscription (${code}).`, detail);
    }
    const waitedMs = await waitForCallback(probes, row.id, waitMs);
    return waitedMs === undefined
      ? judgeSilence(waitMs, link)
      : ok(`Exchange’s first callback reached ENS after ${Math.round(waitedMs / 1000)} s.`);
  } finally {
    mailbox.close();
    await probes.end(mailboxId, tools.stack.now() - LEFT_AFTER_MS);
  }
}

/** A heartbeat every minute may take twice that to begin: silence before says nothing. */
const CONCLUSIVE_MS = 2 * 60_000;

/** What it means that no callback came in that time. */
export function judgeSilence(waitedMs: number, link: string): Finding {
  const seconds = Math.round(waitedMs / 1_000);
  if (waitedMs < CONCLUSIVE_MS)
    return skipped(
      `No callback in ${seconds} s, which says nothing yet: Exchange may take two minutes. Wait longer, with --wait-seconds ${CONCLUSIVE_MS / 1_000} or more.`,
    );
  return failed(
    `Exchange accepted the subscription, but none of its callbacks reached ENS in ${seconds} s: Exchange cannot reach ENS. Phones then get no notifications, and the logs stay empty.`,
    `Let every Exchange Mailbox server open connections to ${originOf(link)}; test it there with: Invoke-WebRequest ${link}/alive. Look at a proxy that the servers should use (Set-ExchangeServer -InternetWebProxy), and at TLS 1.2.`,
  );
}

async function waitForCallback(
  probes: ProbeStore,
  id: SubscriptionId,
  waitMs: number,
): Promise<number | undefined> {
  const startedAt = performance.now();
  for (;;) {
    const seenAt = await probes.seenAt(id);
    const waitedMs = performance.now() - startedAt;
    if (seenAt !== undefined) return waitedMs;
    if (waitedMs >= waitMs) return undefined;
    await pause(Math.min(LOOK_EVERY_MS, waitMs - waitedMs));
  }
}

/** With the port, which a firewall rule needs. */
function originOf(link: string): string {
  const url = URL.parse(link);
  return url === null ? link : `${url.hostname}, port ${url.port || (url.protocol === 'http:' ? 80 : 443)}`;
}
