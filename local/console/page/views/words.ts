import type { ClockView, Content, Place } from '../../view.ts';

export const PLACES: Readonly<Record<Place, string>> = {
  phone: 'Phone',
  exchange: 'Exchange',
  gateway: 'Gateway',
  function: 'Function',
  database: 'Database',
  kms: 'KMS',
  secrets: 'Secrets',
  ews: 'EWS',
  sns: 'SNS',
  apns: 'APNs',
  fcm: 'FCM',
  'push-service': 'Push service',
};

export const CONTENTS: Readonly<Record<Content, string>> = {
  'subject-and-sender': 'Sender and subject',
  sender: 'Sender only',
  none: 'Neither',
};

export function time(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** The world's time now: its clock may be ahead of ours. */
export function worldNow({ offsetMs }: ClockView): Date {
  return new Date(Date.now() + offsetMs);
}

export function milliseconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

export function plural(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
