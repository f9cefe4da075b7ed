/** Quotas of AWS as published in November 2026; all of them are raised by a request, unless they say otherwise. */
export interface RegionQuotas {
  readonly publishesPerSecond: number;
  /** Each of CreatePlatformEndpoint, Get-, SetEndpointAttributes, DeleteEndpoint. */
  readonly endpointCallsPerSecond: number;
}

const GROUPS: readonly (readonly [regions: readonly string[], quotas: RegionQuotas])[] = [
  [['us-east-1'], { publishesPerSecond: 30_000, endpointCallsPerSecond: 3_000 }],
  [['us-west-2', 'eu-west-1'], { publishesPerSecond: 9_000, endpointCallsPerSecond: 900 }],
  [
    [
      'us-east-2',
      'us-west-1',
      'ap-south-1',
      'ap-northeast-1',
      'ap-northeast-2',
      'ap-southeast-1',
      'ap-southeast-2',
      'eu-central-1',
    ],
    { publishesPerSecond: 1_500, endpointCallsPerSecond: 150 },
  ],
];
const OTHER_REGIONS: RegionQuotas = { publishesPerSecond: 300, endpointCallsPerSecond: 30 };

/** SNS, by region. */
export function quotasOf(region: string): RegionQuotas {
  return GROUPS.find(([regions]) => regions.includes(region))?.[1] ?? OTHER_REGIONS;
}

/** The same in every region. Young accounts have less: a concurrency of 10 for instance. */
export const ACCOUNT_QUOTAS = { concurrency: 1_000, gatewayPerSecond: 10_000, gatewayBurst: 5_000 } as const;

/** What no request raises: Aurora's largest instance, and what our own settings accept. */
export const HARD_LIMITS = {
  databaseCapacityUnits: 256,
  callbacksPerSecond: 10_000,
  callbackConcurrency: 10_000,
} as const;

/** Of Exchange, for one user: requests at once, and subscriptions on one mailbox (Exchange Online: 20). */
export const EXCHANGE_QUOTAS = { requestsAtOnce: 27, subscriptionsOnPremises: 5_000 } as const;
