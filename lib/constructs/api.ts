import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionId, ROUTES } from '../../lambdas/contract.ts';
import type { Settings } from '../settings.ts';
import type { EnsFunction } from './ens-function.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';

/**
 * What is logged of every request. The path of a callback is a secret, so the route's key stands for it. Each byte is paid
 * for with every callback (docs/cost.md), and CloudWatch notes the time itself.
 */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.error.responseType $context.integrationErrorMessage',
} as const;

const METHODS: Readonly<Record<string, HttpMethod>> = {
  GET: HttpMethod.GET,
  POST: HttpMethod.POST,
  DELETE: HttpMethod.DELETE,
};

export interface ApiProps {
  readonly settings: Settings;
  readonly logRetention: RetentionDays;
}

/** The HTTP API with its stage, access log and, by setting, a name of its own. Routes come with `connect`. */
export class Api extends Construct {
  readonly http: HttpApi;
  readonly accessLog: LogGroup;
  readonly metrics: GatewayMetrics;
  /** https origin without a trailing slash. */
  readonly origin: string;
  /** What the DNS record of the custom domain points to. */
  readonly domainTarget: string | undefined;
  private readonly stage: HttpStage;
  private readonly settings: Settings;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.settings = props.settings;
    const named = props.settings.domainName !== undefined;
    this.http = new HttpApi(this, 'Http', {
      apiName: `ens-${props.settings.stage}`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: named,
    });
    this.accessLog = new LogGroup(this, 'AccessLog', {
      logGroupName: `/ens/${props.settings.stage}/access`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: {
        rateLimit: props.settings.callbackRatePerSecond,
        burstLimit: props.settings.callbackBurst,
      },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.metrics = createGatewayMetrics(this, {
      stage: this.stage,
      accessLog: this.accessLog,
      stageName: props.settings.stage,
    });
    this.domainTarget = named ? this.nameIt() : undefined;
    this.origin = named ? `https://${props.settings.domainName}` : this.http.apiEndpoint;
  }

  /** Adds the routes of the contract, each to its function, with its own throttle. */
  connect(functions: Readonly<Record<FunctionId, EnsFunction>>): void {
    const routes = Object.entries(ROUTES).flatMap(([routeKey, functionId]) =>
      this.route(routeKey, functions[functionId]),
    );
    const stage = this.stage.node.defaultChild;
    if (!(stage instanceof CfnStage)) throw new Error('the stage has no CloudFormation resource');
    // The gateway refuses settings of a route that does not exist yet.
    stage.node.addDependency(...routes);
    const { settings } = this;
    const registering = {
      ThrottlingRateLimit: settings.registerRatePerSecond,
      ThrottlingBurstLimit: settings.registerBurst,
      DetailedMetricsEnabled: true,
    };
    const routeSettings = Object.entries(ROUTES)
      .filter(([, functionId]) => functionId !== 'callback')
      .map(([routeKey]) => [routeKey, registering] as const);
    stage.addPropertyOverride('RouteSettings', Object.fromEntries(routeSettings));
  }

  private route(routeKey: string, target: EnsFunction): readonly HttpRoute[] {
    const [method = '', path = ''] = routeKey.split(' ');
    const routes = this.http.addRoutes({
      path,
      methods: [METHODS[method] ?? HttpMethod.ANY],
      integration: new HttpLambdaIntegration(`${target.functionId}-${method}`, target.lambda, {
        timeout: Duration.seconds(29),
      }),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'Clients authenticate with API tokens and Exchange with an unguessable, authenticated path, both checked by the function.',
      });
    }
    return routes;
  }

  private nameIt(): string {
    const { domainName = '', certificateArn = '' } = this.settings;
    const domain = new DomainName(this, 'Domain', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new ApiMapping(this, 'Mapping', { api: this.http, domainName: domain, stage: this.stage });
    return domain.regionalDomainName;
  }
}
