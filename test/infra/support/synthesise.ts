import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { addStacks } from '../../../lib/add-stacks.ts';
import { newApp } from '../../../lib/new-app.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';

/** The settings under which the stacks have to hold, by the name that test titles use. */
export const VARIANTS = {
  default: {},
  'static-egress': { staticEgress: true },
  'custom-domain': {
    domainName: 'ens.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  },
  'push-secrets': {
    apnsSecretName: 'ens/apns',
    apnsBundleId: 'com.example.mail',
    fcmSecretName: 'ens/fcm',
    alarmEmail: 'mail-team@example.com',
    callbackConcurrency: 100,
    webPush: true,
    contact: 'mailto:mail-team@example.com',
  },
} as const satisfies Record<string, Readonly<Record<string, unknown>>>;
export type Variant = keyof typeof VARIANTS;
export const VARIANT_NAMES = ['default', 'static-egress', 'custom-domain', 'push-secrets'] as const;

function stacksOf(settings: Readonly<Record<string, unknown>>) {
  const app = newApp();
  const stacks = addStacks(app, {
    settings: readSettings({ allowedExchangeHosts: ['mail.example.com'], ...settings }, import.meta.dirname),
    code: () => Code.fromInline('export const handler = async () => {};'),
    deployedAt: '2026-01-01T00:00:00.000Z',
  });
  return { app, ...stacks };
}

interface Templates {
  readonly state: Template;
  readonly service: Template;
}

const made = new Map<string, Templates>();

/** Both templates for these settings, with a stub in place of every bundle. Read only: kept for the next test. */
export function synthesise(settings: Readonly<Record<string, unknown>> = {}): Templates {
  const key = JSON.stringify(settings);
  const kept = made.get(key);
  if (kept !== undefined) return kept;
  const { state, service } = stacksOf(settings);
  const templates = { state: Template.fromStack(state), service: Template.fromStack(service) };
  made.set(key, templates);
  return templates;
}

/** One line per finding of both cdk-nag packs: rule and construct. */
export function findings(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const { app, state, service } = stacksOf(settings);
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    [state, service].flatMap((stack) =>
      pack
        .validateScope(stack)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath ?? ''}`),
        ),
    ),
  );
}
