import { App, type AppProps } from 'aws-cdk-lib';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };

/** CloudFormation then refuses to delete or replace what the service stack still uses of the state stack. */
const OURS = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

/**
 * A CDK app with every feature flag as this version of aws-cdk-lib recommends it for new projects. The context of
 * cdk.json wins over them.
 */
export function newApp(props: Omit<AppProps, 'context'> = {}): App {
  return new App({ ...props, context: { ...recommended, ...OURS } });
}
