import { randomBytes } from 'node:crypto';
import { sealCredentials } from '../seal-credentials.ts';
import { callEns, codeIn, detailIn, type EnsAnswer } from './call-ens.ts';
import { type Finding, failed, ok, skipped } from './check.ts';
import type { Patient } from './patient.ts';

const PLATFORMS = ['apns', 'fcm', 'apns-sandbox'] as const;

/**
 * Can ENS itself reach the EWS URL? A registration asks the server without credentials first; this one is
 * made so that it ends right there: it carries a client certificate that cannot be read, so that nothing is
 * ever sent that a server could take for a sign-in, and an address that nobody has.
 */
export async function checkEwsFromEns(
  patient: Patient,
  ewsUrl: string | undefined,
  key: EnsAnswer | undefined,
): Promise<Finding> {
  if (ewsUrl === undefined) return skipped('No EWS URL is known (--ews-url, or autodiscover).');
  if (key?.answered !== true || key.status !== 200) return skipped('It needs an API token that ENS accepts.');
  for (const platform of PLATFORMS) {
    const device = {
      id: `ens-doctor-${randomBytes(8).toString('hex')}`,
      platform,
      token: randomBytes(32).toString('hex'),
    };
    const credentials = await sealCredentials(key.body ?? {}, device, unreadableCredentials());
    if (credentials === undefined)
      return failed('ENS handed out something that is no public key.', 'Is the link address that of ENS?');
    const answer = await callEns(`${patient.link}/register`, {
      method: 'POST',
      apiToken: patient.apiToken,
      body: {
        device,
        mailbox: { ewsUrl },
        credentials,
      },
    });
    if (!answer.answered) return failed(`ENS gave no answer: ${answer.why}.`, 'Try again.');
    if (codeIn(answer.body) !== 'PLATFORM_NOT_CONFIGURED') return judge(answer.status, answer.body);
  }
  return failed(
    'No push application is deployed, so ENS registers nobody and did not ask Exchange.',
    'Add Apple’s or Google’s secret to the settings and deploy again.',
  );
}

function judge(status: number, body: Readonly<Record<string, unknown>> | undefined): Finding {
  const [code, detail] = [codeIn(body) ?? String(status), detailIn(body)];
  const gotAsFarAsSigningIn = code === 'EWS_UNAUTHORIZED' || detail.includes('ClientCertificateUnreadable');
  if (gotAsFarAsSigningIn) return ok('ENS reaches this EWS URL.');
  switch (code) {
    case 'EWS_UNREACHABLE':
      return failed(
        `ENS does not reach this EWS URL. ${detail}`,
        'Let connections from the Internet, or from the fixed addresses of this deployment (setting staticEgress, if it is on), in to the Exchange server on port 443.',
      );
    case 'EWS_URL_REFUSED':
    case 'EWS_TLS_FAILED':
    case 'EWS_FORBIDDEN':
    case 'EWS_NOT_FOUND':
    case 'EWS_BUSY':
      return failed(`ENS does not get through to EWS (${code}).`, detail);
    default:
      return failed(
        `ENS answers ${status} ${code}.`,
        detail === '' ? 'Read the log of the function register.' : detail,
      );
  }
}

/** Nobody's: what is wrong with it shows only after the server has answered. */
function unreadableCredentials() {
  return {
    email: `${randomBytes(8).toString('hex')}@ens-doctor.invalid`,
    auth: {
      type: 'certificate',
      certificate: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
      privateKey: '-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----',
    },
  };
}
