/**
 * List prices of us-east-1 in US dollars, free tiers left out. Sources and what is assumed: docs/cost.md. Most other
 * regions cost up to a fifth more.
 */
export const PRICE = {
  gatewayRequest: 1.0e-6,
  functionRequest: 0.2e-6,
  functionGbSecond: 0.0000133334,
  statement: 0.35e-6,
  databaseIo: 0.2e-6,
  capacityUnitHour: 0.12,
  databaseGbMonth: 0.1,
  kmsRequest: 3e-6,
  kmsKeyMonth: 1,
  secretMonth: 0.4,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  publish: 0.5e-6,
  mobilePush: 0.5e-6,
  logGb: 0.5,
  egressGb: 0.09,
} as const;

export const MONTH_DAYS = 30.4;
export const MONTH_HOURS = MONTH_DAYS * 24;

/** Milliseconds that a function waits in AWS, which no local clock can tell. */
export const WAIT_MS = { statement: 105, ews: 100, sns: 20 } as const;

/** CloudWatch counts so many bytes on top of each line. */
export const OVERHEAD_PER_LINE_BYTES = 26;

/** What a call to Exchange sends over the Internet, the TLS handshake included. */
export const EWS_REQUEST_BYTES = 3_000;

/** A function has one whole processor at this size, and its share of one below. */
export const MEGABYTES_PER_PROCESSOR = 1_769;
