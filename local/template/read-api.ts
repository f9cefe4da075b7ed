import type { Deployment } from './deployment.ts';
import { type Json, numberAt, objectAt, optionalText, textAt } from './json.ts';
import type { ApiSpec, RouteSpec, ScheduleSpec, ThrottleSpec } from './model.ts';

/** The HTTP API with its routes. Throws where there is none, or where a route has no function behind it. */
export function readApi(deployment: Deployment): ApiSpec {
  const [api] = deployment.ofType('AWS::ApiGatewayV2::Api');
  if (api === undefined) throw new Error('the template declares no HTTP API');
  const stage = deployment.ofType('AWS::ApiGatewayV2::Stage')[0];
  const settings = objectAt(stage?.property('AccessLogSettings'), 'AccessLogSettings');
  return {
    id: api.ref(),
    routes: deployment.ofType('AWS::ApiGatewayV2::Route').map((route) => readRoute(deployment, route)),
    accessLogFormat: optionalText(settings.Format),
    throttleOf: (routeKey) =>
      throttleIn(objectAt(stage?.property('RouteSettings'), 'RouteSettings')[routeKey]) ??
      throttleIn(stage?.property('DefaultRouteSettings')),
  };
}

function throttleIn(value: Json | undefined): ThrottleSpec | undefined {
  const { ThrottlingBurstLimit: burst, ThrottlingRateLimit: rate } = objectAt(value, 'route settings');
  if (burst === undefined || rate === undefined) return undefined;
  return { burst: numberAt(burst, 0), ratePerSecond: numberAt(rate, 0) };
}

function readRoute(deployment: Deployment, route: ReturnType<Deployment['ofType']>[number]): RouteSpec {
  const key = textAt(route.property('RouteKey'), 'RouteKey');
  const target = textAt(route.property('Target'), `target of ${key}`);
  const integration = deployment
    .ofType('AWS::ApiGatewayV2::Integration')
    .find((candidate) => target === `integrations/${candidate.ref()}`);
  if (integration === undefined) throw new Error(`route ${key} leads nowhere`);
  const uri = textAt(integration.property('IntegrationUri'), 'IntegrationUri');
  return {
    key,
    // Either the function's ARN itself or API Gateway's path around it.
    functionArn: /arn:aws:lambda:[^/]+:function:[^/]+/.exec(uri)?.[0] ?? uri,
    payloadFormat: optionalText(integration.property('PayloadFormatVersion')) ?? '1.0',
  };
}

/** `AWS::Scheduler::Schedule` and `AWS::Events::Rule` with a rate; cron expressions are not simulated. */
export function readSchedules(deployment: Deployment): readonly ScheduleSpec[] {
  const schedules = deployment.ofType('AWS::Scheduler::Schedule').map((schedule) => {
    const target = objectAt(schedule.property('Target'), 'Target');
    return {
      name: schedule.logicalId,
      everyMs: rateMs(textAt(schedule.property('ScheduleExpression'), 'ScheduleExpression')),
      functionArn: textAt(target.Arn, 'target'),
      input: optionalText(target.Input) ?? '{}',
    };
  });
  const rules = deployment.ofType('AWS::Events::Rule').flatMap((rule) => {
    const expression = optionalText(rule.property('ScheduleExpression'));
    const targets = rule.property('Targets');
    if (expression === undefined || !Array.isArray(targets)) return [];
    return targets.map((entry) => {
      const target = objectAt(entry, 'Target');
      return {
        name: rule.logicalId,
        everyMs: rateMs(expression),
        functionArn: textAt(target.Arn, 'target'),
        input: optionalText(target.Input) ?? '{}',
      };
    });
  });
  return [...schedules, ...rules].filter(({ functionArn }) => functionArn.includes(':lambda:'));
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function rateMs(expression: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) throw new Error(`schedule ${expression} is not a rate`);
  return Number(count) * unitMs;
}
