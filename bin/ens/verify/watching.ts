import { DescribeAlarmsCommand, GetDashboardCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { readAwsError } from '#adapters/aws-errors.ts';
import { type Finding, failed, ok } from '../doctor/check.ts';
import { awsCall } from './aws-call.ts';
import { type Context, waitFor } from './context.ts';
import { type Count, withoutData } from './counts.ts';

/** Every alarm of the stage is there, and none is on. */
export async function checkAlarms({ clients, stage }: Context): Promise<Finding> {
  const alarms: MetricAlarm[] = [];
  let next: string | undefined;
  do {
    const page = await awsCall(
      'cloudwatch:DescribeAlarms',
      clients.cloudWatch.send(
        new DescribeAlarmsCommand({ AlarmNamePrefix: `ens-${stage}-`, NextToken: next }),
      ),
    );
    alarms.push(...(page.MetricAlarms ?? []));
    next = page.NextToken;
  } while (next !== undefined);
  if (alarms.length === 0)
    return failed(`There is no alarm ens-${stage}-….`, 'Deploy this version: npx cdk deploy --all.');
  const on = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
  const unknown = alarms.filter(({ StateValue }) => StateValue === 'INSUFFICIENT_DATA');
  if (on.length > 0)
    return failed(
      `On: ${on.map(({ AlarmName }) => AlarmName).join(', ')}.`,
      `docs/runbook.md has a section for each: ${on.map(({ AlarmName }) => `#${AlarmName?.replace(`ens-${stage}-`, '')}`).join(', ')}.`,
      on.map(({ AlarmDescription }) => AlarmDescription ?? ''),
    );
  return ok(
    unknown.length === 0
      ? `All ${alarms.length} alarms are OK.`
      : `None of ${alarms.length} alarms is on; ${unknown.length} have no data yet, which minutes after a deployment is usual.`,
  );
}

/** What one registration and one mail have to leave on the dashboard. */
const COUNTS: readonly Count[] = [
  { functionId: 'register', name: 'RegistrationCreated' },
  { functionId: 'callback', name: 'CallbackHandled' },
  { functionId: 'callback', name: 'PushDelivered' },
];

/** The dashboard is there, and the counts of what just happened have reached CloudWatch. */
export async function checkCounts(context: Context): Promise<Finding> {
  const { clients, stage } = context;
  try {
    await clients.cloudWatch.send(new GetDashboardCommand({ DashboardName: `ens-${stage}` }));
  } catch (error) {
    return failed(
      `The dashboard ens-${stage} cannot be read (${readAwsError(error).code}).`,
      'Deploy this version: npx cdk deploy --all.',
    );
  }
  let missing: readonly Count[] = COUNTS;
  await waitFor(context, async () => {
    missing = await withoutData(context, COUNTS);
    return missing.length === 0 ? true : undefined;
  });
  return missing.length === 0
    ? ok(
        'The dashboard is there, and shows the registration, the callback and the push of this verification.',
      )
    : failed(
        `No data yet of ${missing.map(({ functionId, name }) => `${name} (${functionId})`).join(', ')}.`,
        'Counts take up to three minutes. If they stay away: PushDelivered alone means that SNS refused the push (runbook, pushes-misconfigured).',
      );
}
