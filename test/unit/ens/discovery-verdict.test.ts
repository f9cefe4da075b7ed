import { describe, expect, test } from '@jest/globals';
import { judgeDiscovery, wasRefused } from '../../../bin/ens/doctor/exchange.ts';
import type { Patient } from '../../../bin/ens/doctor/patient.ts';

const URL_TOLD = 'https://mail.example.com/EWS/Exchange.asmx';
const PATIENT: Patient = {
  link: 'https://ens.example.com/api/ens',
  isLocal: false,
  apiToken: undefined,
  ewsUrl: undefined,
  scheme: 'basic',
  credentials: undefined,
  device: undefined,
  waitMs: 1,
  tools: undefined,
  withoutTools: '',
};
const MISSING = { place: 'https://example.com/autodiscover/autodiscover.xml', verdict: 'answered 404' };
const REFUSED = {
  place: 'https://autodiscover.example.com/…',
  verdict: 'refused the sign-in (offers basic)',
};

describe('the verdict on autodiscover', () => {
  test('is none without credentials', () => {
    expect(judgeDiscovery(PATIENT, undefined)).toMatchObject({ verdict: 'skipped' });
  });

  test('lists every place where none tells a URL', () => {
    expect(judgeDiscovery(PATIENT, { ok: false, verdicts: [MISSING], failedSignIns: 0 })).toMatchObject({
      verdict: 'failed',
      reason: 'No autodiscover place tells an EWS URL.',
      details: ['https://example.com/autodiscover/autodiscover.xml: answered 404'],
    });
  });

  test('is no fault where the phones bring their URL', () => {
    const patient = { ...PATIENT, ewsUrl: URL_TOLD };
    expect(judgeDiscovery(patient, { ok: false, verdicts: [MISSING], failedSignIns: 0 })).toMatchObject({
      verdict: 'ok',
    });
  });

  test('is about the credentials where a server refused them, so that they are not tried again', () => {
    const discovery = { ok: false, verdicts: [MISSING, REFUSED], failedSignIns: 1 } as const;
    expect(wasRefused(discovery)).toBe(true);
    expect(judgeDiscovery({ ...PATIENT, ewsUrl: URL_TOLD }, discovery)).toMatchObject({
      verdict: 'failed',
      reason: 'Autodiscover refused the user name or password (401).',
    });
  });

  test('is not against credentials that one server refuses and another accepts', () => {
    expect(wasRefused({ ok: true, ewsUrl: URL_TOLD, verdicts: [REFUSED], failedSignIns: 1 })).toBe(false);
  });

  test('tells a URL that differs from the clients’ own', () => {
    const discovery = { ok: true, ewsUrl: URL_TOLD, verdicts: [REFUSED], failedSignIns: 1 } as const;
    expect(judgeDiscovery(PATIENT, discovery)).toMatchObject({ verdict: 'ok' });
    expect(judgeDiscovery({ ...PATIENT, ewsUrl: URL_TOLD.toLowerCase() }, discovery)).toMatchObject({
      verdict: 'ok',
    });
    expect(
      judgeDiscovery({ ...PATIENT, ewsUrl: 'https://old.example.com/EWS/Exchange.asmx' }, discovery),
    ).toMatchObject({
      verdict: 'failed',
      reason: `Autodiscover tells another EWS URL than --ews-url: ${URL_TOLD}.`,
    });
  });
});
