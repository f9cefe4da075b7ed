import { createHash } from 'node:crypto';
import { AwsError } from '../wire.ts';

export const PLATFORMS = ['APNS', 'APNS_SANDBOX', 'GCM'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface Application {
  readonly arn: string;
  readonly name: string;
  readonly platform: Platform;
  /** As given, credentials included; what may be read back is decided by the reader. */
  attributes: Readonly<Record<string, string>>;
  /** By ARN. */
  readonly endpoints: Map<string, Endpoint>;
}

export interface Endpoint {
  readonly arn: string;
  token: string;
  enabled: boolean;
  userData: string | undefined;
}

/** All platform applications and endpoints of the one account and region. */
export interface SnsStore {
  readonly applications: Map<string, Application>;
  /** What SNS evaluates CreatePlatformApplication on: `…:app/`. */
  readonly applicationsArn: string;
  applicationArn(platform: string, name: string): string;
  /** Throws NotFound. */
  application(arn: string): Application;
  endpoint(arn: string): { readonly application: Application; readonly endpoint: Endpoint } | undefined;
}

export function createStore(region: string, accountId: string): SnsStore {
  const applications = new Map<string, Application>();
  const applicationsArn = `arn:aws:sns:${region}:${accountId}:app/`;
  return {
    applications,
    applicationsArn,
    applicationArn: (platform, name) => `${applicationsArn}${platform}/${name}`,
    application(arn) {
      const application = applications.get(arn);
      if (application === undefined)
        throw new AwsError('NotFound', 404, 'PlatformApplication does not exist');
      return application;
    },
    endpoint(arn) {
      const application = applications.get(applicationOf(arn));
      const endpoint = application?.endpoints.get(arn);
      return application === undefined || endpoint === undefined ? undefined : { application, endpoint };
    },
  };
}

/** The ARN of the application that an endpoint belongs to by its name. */
export function applicationOf(endpointArn: string): string {
  return endpointArn.replace(':endpoint/', ':app/').replace(/\/[^/]*$/, '');
}

/** An endpoint's id is a UUID made from its token: the same token gets the same ARN again. */
export function endpointArn(application: Application, token: string): string {
  const hex = createHash('sha256').update(`${application.arn} ${token}`).digest('hex');
  const id = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `3${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `${application.arn.replace(':app/', ':endpoint/')}/${id.join('-')}`;
}
