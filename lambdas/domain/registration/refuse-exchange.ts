import { refuse } from '../errors.ts';
import type { ExchangeFailure } from '../ports/exchange.ts';
import { refuseObstacle } from './refuse-obstacle.ts';
import { refuseTls } from './refuse-tls.ts';

type Refused = ReturnType<typeof refuse>;

/** What an Exchange failure means to somebody who registers: code, and what an administrator does about it. */
export function refuseForExchange(failure: ExchangeFailure): Refused {
  switch (failure.kind) {
    case 'unauthorized':
      return refuse('EWS_UNAUTHORIZED', unauthorizedDetail(failure), {
        extra: { offered: failure.offered, sent: failure.sent },
      });
    case 'credentials-dead':
      return refuse(
        'EWS_UNAUTHORIZED',
        `Exchange refused the account (${failure.code}): the password has expired or has to be changed, or the organisation is blocked. Put this right in Active Directory or Exchange, then sign in again on the phone.`,
      );
    case 'no-mailbox':
      return refuse('EWS_NOT_FOUND', noMailboxDetail(failure.code));
    case 'refresh-refused':
      return refuse(
        'EWS_UNAUTHORIZED',
        failure.detail ??
          `The token endpoint refused the refresh token (${failure.code}). Sign in again on the phone.`,
      );
    case 'forbidden':
      return refuse('EWS_FORBIDDEN', forbiddenDetail(failure));
    case 'not-found':
      return refuse(
        'EWS_NOT_FOUND',
        'The server answers, but not with EWS at that path. On most servers the path is /EWS/Exchange.asmx.',
      );
    case 'moved':
      return refuse(
        'EWS_NOT_FOUND',
        'The mailbox is served by another server. Leave ewsUrl away so that it is discovered, or give the URL of that server.',
      );
    case 'redirected':
      return refuse(
        'EWS_NOT_FOUND',
        `The server does not answer with EWS but redirects: ${failure.detail}. If that is a sign-in page (AD FS, a proxy with pre-authentication), let /EWS pass without it. If EWS has moved, give the URL there, or leave ewsUrl away so that it is discovered.`,
      );
    case 'web-page':
      return refuse(
        'EWS_NOT_FOUND',
        `A page for people is where EWS should answer: ${failure.detail}. Let /EWS pass the proxy in front of Exchange without its sign-in page, or wait for the end of its maintenance.`,
      );
    case 'tls':
      return refuseTls(failure.fault, failure.detail);
    case 'not-http':
      return refuse(
        'EWS_NOT_FOUND',
        `The server's answer is not valid HTTP (${failure.code}): a header line with a blank before its colon, for example. Update or configure the proxy in front of Exchange.`,
      );
    case 'refused-address':
      return refuse('EWS_URL_REFUSED', failure.detail);
    case 'unreachable':
      return refuse(
        'EWS_UNREACHABLE',
        `Exchange could not be reached: ${failure.detail}. Check the host name, and that the firewall lets us in on port 443.`,
      );
    case 'timeout':
      return refuse(
        'EWS_UNREACHABLE',
        'Exchange did not answer in time. Check that the firewall lets us in on port 443 and that the server is not overloaded.',
      );
    case 'busy':
      return refuse(
        'EWS_BUSY',
        'Exchange asked us to come back later (throttling). Try again after the given time.',
        {
          retryAfterSeconds: Math.min(300, Math.max(1, Math.ceil((failure.retryAfterMs ?? 30_000) / 1000))),
        },
      );
    case 'subscription-limit':
      return refuse(
        'SUBSCRIPTION_LIMIT',
        'Exchange allows no further push subscription for this mailbox (EWSMaxSubscriptions). Old ones end by themselves within an hour; other programs that subscribe to this mailbox count as well.',
      );
    case 'sign-in-impossible':
      return refuseObstacle(failure.code);
    case 'failed':
      return refuse(
        'EWS_UNREACHABLE',
        failure.ours === undefined
          ? (failure.detail ?? failedDetail(failure.code))
          : OURS[failure.ours](failure.code),
      );
  }
}

function noMailboxDetail(code: string): string {
  return `Whoever signed in has no mailbox on that server, or its account is disabled there (${code}). Sign in as the user of the mailbox. If the mailbox was moved, leave ewsUrl away so that its server is discovered, or give the URL of that server.`;
}

function failedDetail(code: string): string {
  return `Exchange did not do what was asked (${code}). The same registration may succeed later; if not, look at the EWS log of the server.`;
}

/** Nobody who registers can change these: they are for the administrator of the deployment. */
const OURS = {
  'callback-url': (code: string) =>
    `Exchange does not accept the callback URL of this deployment (${code}). It has to be https, with a host that the Exchange servers reach, and below 2083 characters in all: compare the output ENSLinkAddress and the setting domainName.`,
  request: (code: string) =>
    `Exchange does not accept our request (${code}). Either the server is older than Exchange 2010 SP2, or this is a defect of ENS: report it with the request id in \`instance\`.`,
} as const;

function forbiddenDetail({ why, detail }: Extract<ExchangeFailure, { kind: 'forbidden' }>): string {
  switch (why) {
    case 'account-locked':
      return `Exchange has locked the account (${detail}). Unlock it, or wait until it is unlocked, and sign in again on the phone.`;
    case 'not-the-owner':
      return `Exchange takes whoever signed in for another user than the one whose subscription this is (${detail}). Sign in as the user of the mailbox.`;
    case 'not-primary':
      return `Exchange takes subscriptions for the primary mailbox of whoever signs in, not for a shared, delegated or archive mailbox (${detail}). Sign in as the user of the mailbox.`;
    case 'client-certificate':
      return `The client certificate was shown, and ${detail}. Look in the IIS log for the sub-status: 403.7, 403.13, 403.16 and 403.17 mean that the certificate is wanted, revoked, not trusted or out of date. Without one of these EWS is blocked for this user: check EwsEnabled and EwsApplicationAccessPolicy with Get-CASMailbox and Get-OrganizationConfig.`;
    case undefined:
      return `EWS is blocked for this user, the organisation, or our User-Agent "MailNotificationService/v2 (ExchangeServicesClient/15.00.0913.015)" (${detail}). Check EwsEnabled, EwsApplicationAccessPolicy and EwsAllowList with Get-CASMailbox and Get-OrganizationConfig.`;
  }
}

function unauthorizedDetail({
  offered,
  sent,
  nothingSent,
}: Extract<ExchangeFailure, { kind: 'unauthorized' }>): string {
  if (nothingSent === true && offered.length === 0)
    return `The server asks nobody to sign in at that URL, so that nothing was sent. EWS answers whoever comes without credentials with 401 and names ${sent} in WWW-Authenticate. Check the URL, the authentication of the EWS virtual directory, and what stands in front of it.`;
  if (offered.length === 0)
    return `Exchange refused the credentials. They were sent as ${sent}; the server did not say which sign-in it offers.`;
  if (sent === 'certificate' && offered.includes(sent))
    return 'Exchange refused the client certificate. Check that it has not expired, that its authority is trusted there, and that it belongs to an account.';
  if (sent === 'certificate')
    return `The client certificate was shown, and the server asks for another sign-in: ${offered.join(', ')}. Turn client certificate authentication on for the EWS virtual directory, and check that the certificate belongs to an account.`;
  const list = offered.join(', ');
  // The server tells no difference between a wrong password and a missing channel binding token.
  const hint =
    sent === 'ntlm'
      ? ' If they are right, Extended Protection may be Required there, which NTLM from ENS cannot meet: set it to Allow, or use Basic.'
      : '';
  return offered.includes(sent)
    ? `Exchange refused the user name or password. They were sent as ${sent}, which the server offers (${list}).${hint}`
    : `The server does not offer ${sent}, it offers: ${list}. Turn ${sent} on for the EWS virtual directory, or let the phones use a scheme that the server offers.`;
}
