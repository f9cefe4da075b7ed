import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { FunctionId, MetricName } from '../../lambdas/contract.ts';
import type { EnsAlarm } from './alarm.ts';
import type { EnsFunction } from './ens-function.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { counted, countedBy } from './metrics.ts';

export interface EnsDashboardProps {
  readonly stage: string;
  readonly databaseIdentifier: string;
  readonly functions: Readonly<Record<FunctionId, EnsFunction>>;
  readonly gateway: GatewayMetrics;
  readonly alarms: readonly EnsAlarm[];
}

function heading(text: string): IWidget[] {
  return [new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 })];
}

function graph(title: string, left: readonly IMetric[], width = 8): IWidget {
  return new GraphWidget({ title, left: [...left], width, height: 6 });
}

/** One page that answers: are notifications flowing, how fast, and if not, where do they stop? */
export class EnsDashboard extends Construct {
  /** Address of the dashboard in the AWS console. */
  readonly link: string;

  constructor(scope: Construct, id: string, props: EnsDashboardProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `ens-${props.stage}`,
      defaultInterval: Duration.hours(12),
      widgets: [
        [
          new AlarmStatusWidget({
            title: 'Alarms',
            width: 24,
            height: 4,
            alarms: props.alarms.map((a) => a.alarm),
          }),
        ],
        heading('Are notifications flowing?'),
        flowing(props.stage),
        heading('How fast?'),
        speed(props),
        heading('If not, where do they stop?'),
        ...stops(props),
        heading('What they need'),
        needs(props),
      ],
    });
    const { region } = Stack.of(this);
    this.link = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards:name=${dashboard.dashboardName}`;
  }
}

function callbackCounts(stage: string, ...names: readonly MetricName[]): readonly IMetric[] {
  return names.map((name) => counted(name, 'callback', stage));
}

function flowing(stage: string): IWidget[] {
  return [
    graph('Exchange calls us', callbackCounts(stage, 'CallbackHandled', 'Heartbeat')),
    graph(
      'Mails announced',
      callbackCounts(stage, 'MailAnnounced', 'NeutralAnnounced', 'BadgeUpdated', 'AlertsHeldBack'),
    ),
    graph('Pushes handed to Apple and Google', callbackCounts(stage, 'PushDelivered')),
  ];
}

function speed({ functions }: EnsDashboardProps): IWidget[] {
  const durations = (functionId: FunctionId) =>
    ['p50', 'p90', 'p99'].map((statistic) =>
      functions[functionId].lambda.metricDuration({ statistic, label: statistic }),
    );
  return [
    graph('Callback, milliseconds', durations('callback'), 12),
    graph('Registration, milliseconds', durations('register'), 12),
  ];
}

function stops({ stage, gateway }: EnsDashboardProps): IWidget[][] {
  return [
    [
      graph('1. At the door', [
        ...callbackCounts(stage, 'CallbackRefused', 'CallbackUnreadable'),
        countedBy('ApiTokenRefused', ['register', 'alive'], stage),
        gateway.throttled,
        gateway.clientErrors,
      ]),
      graph(
        '2. At Exchange',
        callbackCounts(stage, 'ExchangeFailed', 'ExchangeBlocked', 'HostSuspect', 'OwnerMismatch'),
      ),
      graph('3. At the password', callbackCounts(stage, 'CredentialsSuspect', 'CredentialsRejected')),
    ],
    [
      graph('4. At the push', callbackCounts(stage, 'PushDeviceGone', 'PushLater', 'PushMisconfigured')),
      graph(
        '5. In our own hands',
        callbackCounts(stage, 'CallbackRetryRequested', 'CallbackFailed', 'CallbackOverdue', 'MailboxOwed'),
      ),
      graph('6. Subscriptions', [
        countedBy('SubscriptionLost', ['callback', 'upkeep'], stage),
        ...callbackCounts(stage, 'SubscriptionRenewed', 'SubscriptionGap'),
        counted('WakePushed', 'upkeep', stage),
        counted('DeviceForgotten', 'upkeep', stage),
      ]),
    ],
  ];
}

function needs({ stage, databaseIdentifier, functions }: EnsDashboardProps): IWidget[] {
  const capacity = new Metric({
    namespace: 'AWS/RDS',
    metricName: 'ServerlessDatabaseCapacity',
    dimensionsMap: { DBClusterIdentifier: databaseIdentifier },
    statistic: 'Maximum',
    label: 'Database capacity units',
  });
  const registrations = (['RegistrationCreated', 'RegistrationRenewed', 'RegistrationRefused'] as const).map(
    (name) => counted(name, 'register', stage),
  );
  return [
    graph('Registrations', registrations, 6),
    graph(
      'Database',
      [capacity, countedBy('DatabaseUnavailable', ['callback', 'register', 'upkeep'], stage)],
      6,
    ),
    graph(
      'Keys',
      [
        countedBy('KeyUnavailable', ['callback', 'register', 'upkeep'], stage),
        counted('KeyPairNearEnd', 'upkeep', stage),
      ],
      6,
    ),
    graph(
      'Functions',
      [
        functions.callback.lambda.metricErrors(),
        functions.callback.lambda.metricThrottles(),
        counted('UpkeepFailed', 'upkeep', stage),
      ],
      6,
    ),
  ];
}
