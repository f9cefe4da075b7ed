/**
 * Stands for @aws-sdk/credential-provider-node in bundles: Lambda hands the role's credentials over in
 * environment variables, so the search through SSO, profiles, processes, web identity and instance metadata
 * (half of what a client loads at start) never runs. A function can then not pick up other credentials either.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
