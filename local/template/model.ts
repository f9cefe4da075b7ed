import type { Json } from './json.ts';

/** One Lambda function as the template declares it. Lazy parts resolve when first asked for. */
export interface FunctionSpec {
  /** Folder name under `lambdas/`, as the construct path spells it. */
  readonly id: string;
  /** `AWS_LAMBDA_FUNCTION_NAME`. */
  readonly name: string;
  readonly arn: string;
  readonly bundleFolder: string;
  /** `file.export`, e.g. `index.handler`. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly roleArn: string;
  readonly reservedConcurrency?: number | undefined;
  /** Variables of the template. Throws while one of them needs a custom resource that is not deployed. */
  environment(): Readonly<Record<string, string>>;
}

export interface RouteSpec {
  /** As API Gateway spells it: `POST /api/ens/register`, `$default`. */
  readonly key: string;
  readonly functionArn: string;
  readonly payloadFormat: string;
}

export interface ScheduleSpec {
  readonly name: string;
  readonly everyMs: number;
  readonly functionArn: string;
  readonly input: string;
}

export interface SecretSpec {
  readonly arn: string;
  readonly name: string;
  /** The value that Secrets Manager would hold after the deployment, generated where the template says so. */
  readonly value: string;
}

export interface KeySpec {
  readonly keyId: string;
  readonly arn: string;
  /** `SYMMETRIC_DEFAULT` unless the template says otherwise. */
  readonly spec: string;
  readonly policy: Json;
}

export interface ClusterSpec {
  readonly arn: string;
  /** Undefined where the template makes none: the cluster then has `postgres` alone. */
  readonly databaseName?: string | undefined;
  /** Secret of the owner; undefined where the template names the owner's password itself. */
  readonly ownerSecretArn?: string | undefined;
  readonly dataApi: boolean;
}

export interface TopicSpec {
  readonly arn: string;
  readonly functionArns: readonly string[];
}

/** One policy statement of a role, with its ARNs resolved: `Effect`, `Action`, `Resource`, `Condition` as written. */
export interface RoleSpec {
  readonly arn: string;
  statements(): readonly Json[];
}

/** Requests that a route admits at once, and per second afterwards. */
export interface ThrottleSpec {
  readonly burst: number;
  readonly ratePerSecond: number;
}

export interface ApiSpec {
  readonly id: string;
  readonly routes: readonly RouteSpec[];
  /** Access-log template with `$context` variables; undefined where the stage writes none. */
  readonly accessLogFormat?: string | undefined;
  /** Limits of one route: its own, or the stage's. */
  throttleOf(routeKey: string): ThrottleSpec | undefined;
}
