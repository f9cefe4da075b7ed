import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface EnsAlarmProps {
  readonly stage: string;
  /** Name of the section in docs/runbook.md, in kebab-case; also the name of the alarm. */
  readonly runbookSection: string;
  /** One sentence: what users or the operator notice while this alarm is on. */
  readonly impact: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Breaching periods out of periods looked at; 1 of 1 if absent. */
  readonly periods?: { readonly breaching: number; readonly of: number };
  /** The alarm is for silence: at or below the threshold, no data included. */
  readonly silence?: true;
  readonly topic?: ITopic | undefined;
}

/** An alarm that says what it means and what to do. Neither can be left out. */
export class EnsAlarm extends Construct {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: EnsAlarmProps) {
    super(scope, id);
    if (!/^[A-Z].{20,}\.$/.test(props.impact)) {
      throw new Error(`the impact of ${props.runbookSection} is not a sentence: ${props.impact}`);
    }
    const silence = props.silence === true;
    this.alarm = new Alarm(this, 'Alarm', {
      alarmName: `ens-${props.stage}-${props.runbookSection}`,
      alarmDescription: `${props.impact} What to do: docs/runbook.md#${props.runbookSection}`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periods?.of ?? 1,
      datapointsToAlarm: props.periods?.breaching ?? 1,
      comparisonOperator: silence
        ? ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: silence ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (props.topic !== undefined) {
      this.alarm.addAlarmAction(new SnsAction(props.topic));
      this.alarm.addOkAction(new SnsAction(props.topic));
    }
  }
}
