import { Duration, Validations } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { FunctionId } from '../../lambdas/contract.ts';
import { EnsAlarm, type EnsAlarmProps } from './alarm.ts';
import type { EnsFunction } from './ens-function.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { counted, countedBy } from './metrics.ts';

type AlarmText = Pick<EnsAlarmProps, 'impact' | 'metric' | 'threshold' | 'periods' | 'silence'>;

export interface AlarmsProps {
  readonly stage: string;
  readonly functions: Readonly<Record<FunctionId, EnsFunction>>;
  readonly gateway: GatewayMetrics;
  readonly alarmEmail?: string | undefined;
  /** Encrypts the topic. */
  readonly key: IKey;
}

const HOUR = Duration.hours(1);

function deliveryAlarms(stage: string, functions: AlarmsProps['functions']): Record<string, AlarmText> {
  const callback = functions.callback.lambda;
  return {
    'callbacks-failing': {
      impact:
        'New mail is announced without sender and subject, or late, because callbacks hit a bug of ours.',
      metric: counted('CallbackFailed', 'callback', stage),
      threshold: 1,
    },
    'callback-function-errors': {
      impact: 'Callbacks end without an answer, so Exchange repeats them and mails are announced late.',
      metric: callback.metricErrors({ period: Duration.minutes(5) }),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    'callbacks-throttled': {
      impact: 'Callbacks are turned away for lack of concurrency, and mails are announced late.',
      metric: callback.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    'callbacks-repeated': {
      impact: 'Exchange is asked to repeat callbacks, so mails are announced minutes late.',
      metric: counted('CallbackRetryRequested', 'callback', stage),
      threshold: 20,
      periods: { breaching: 2, of: 3 },
    },
    'pushes-misconfigured': {
      impact: 'No phone of a platform gets notifications, because SNS, Apple or Google refuses our set-up.',
      metric: countedBy('PushMisconfigured', ['callback', 'upkeep', 'register'], stage),
      threshold: 1,
    },
    'owner-mismatch': {
      impact: 'Exchange answered with a mail of another mailbox; it was announced without any content.',
      metric: counted('OwnerMismatch', 'callback', stage),
      threshold: 1,
    },
  };
}

/** Parts of the scheduled work that failed, and runs that ended without an answer. */
function upkeepFailures(stage: string, functions: AlarmsProps['functions']): IMetric {
  const period = Duration.minutes(15);
  return new MathExpression({
    expression: 'FILL(parts, 0) + FILL(runs, 0)',
    usingMetrics: {
      parts: counted('UpkeepFailed', 'upkeep', stage, period),
      runs: functions.upkeep.lambda.metricErrors({ period }),
    },
    label: 'Upkeep failures',
    period,
  });
}

function stateAlarms(stage: string, functions: AlarmsProps['functions']): Record<string, AlarmText> {
  const upkeep = functions.upkeep.lambda;
  const lost: IMetric = countedBy('SubscriptionLost', ['callback', 'upkeep'], stage, HOUR);
  return {
    'subscriptions-lost': {
      impact: 'Several mailboxes stopped reporting mail; their phones are woken and have to register again.',
      metric: lost,
      threshold: 3,
    },
    'hosts-suspect': {
      impact: 'An Exchange server refuses many users at once, whose mails are announced without content.',
      metric: counted('HostSuspect', 'callback', stage),
      threshold: 1,
    },
    'exchange-blocked': {
      impact: 'An Exchange server refuses this service, so its mails are announced without content.',
      metric: counted('ExchangeBlocked', 'callback', stage),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    'key-pairs-near-end': {
      impact:
        'A key pair past its life cannot be deleted, because callbacks do not move its mailboxes to a new one.',
      metric: counted('KeyPairNearEnd', 'upkeep', stage),
      threshold: 1,
      periods: { breaching: 3, of: 6 },
    },
    'database-unavailable': {
      impact: 'Nobody can register and mails are announced late, because the database does not answer.',
      metric: countedBy('DatabaseUnavailable', ['callback', 'register', 'upkeep'], stage),
      threshold: 3,
      periods: { breaching: 2, of: 3 },
    },
    'key-unavailable': {
      impact: 'Mails are announced late or without content, because KMS does not open our private keys.',
      metric: countedBy('KeyUnavailable', ['callback', 'register', 'upkeep'], stage),
      threshold: 3,
      periods: { breaching: 2, of: 3 },
    },
    'register-function-errors': {
      impact: 'Phones cannot register, because the function ends without an answer.',
      metric: functions.register.lambda.metricErrors({ period: Duration.minutes(5) }),
      threshold: 1,
      periods: { breaching: 2, of: 3 },
    },
    'upkeep-failing': {
      impact: 'Lost subscriptions go unnoticed and keys are not rotated, because the scheduled work fails.',
      metric: upkeepFailures(stage, functions),
      threshold: 2,
    },
    'upkeep-silent': {
      impact:
        'Lost subscriptions go unnoticed and keys are not rotated, because the scheduled work does not run.',
      metric: upkeep.metricInvocations({ period: Duration.minutes(15) }),
      threshold: 0,
      periods: { breaching: 2, of: 2 },
      silence: true,
    },
  };
}

/** Anybody can call the gateway: what strangers send uses up the throttles that phones and Exchange share. */
function gatewayAlarms({ throttled, clientErrors }: GatewayMetrics): Record<string, AlarmText> {
  return {
    'calls-throttled': {
      impact:
        'Phones cannot register and Exchange repeats callbacks, because more calls come than are admitted.',
      metric: throttled,
      threshold: 50,
      periods: { breaching: 2, of: 3 },
    },
    'calls-refused': {
      impact: 'Somebody sends many calls that are refused; they use up what phones and Exchange may send.',
      metric: clientErrors,
      threshold: 1_000,
      periods: { breaching: 2, of: 3 },
    },
  };
}

/** Every alarm of the service, and by setting the topic that mails them. */
export class Alarms extends Construct {
  readonly all: readonly EnsAlarm[];

  constructor(scope: Construct, id: string, { stage, functions, alarmEmail, key, gateway }: AlarmsProps) {
    super(scope, id);
    const topic = alarmEmail === undefined ? undefined : this.topic(stage, alarmEmail, key);
    const texts = {
      ...deliveryAlarms(stage, functions),
      ...stateAlarms(stage, functions),
      ...gatewayAlarms(gateway),
    };
    this.all = Object.entries(texts).map(
      ([runbookSection, text]) =>
        new EnsAlarm(this, runbookSection, { stage, runbookSection, topic, ...text }),
    );
  }

  private topic(stage: string, email: string, key: IKey): Topic {
    const topic = new Topic(this, 'Topic', {
      topicName: `ens-${stage}-alarms`,
      enforceSSL: true,
      masterKey: key,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
      }),
    );
    topic.addSubscription(new EmailSubscription(email));
    Validations.of(topic).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason: 'Mail has no redelivery to wait for; the state of every alarm also stands on the dashboard.',
    });
    return topic;
  }
}
