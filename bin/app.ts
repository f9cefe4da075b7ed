import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { addStacks } from '../lib/add-stacks.ts';
import { bundleAll } from '../lib/bundling/bundled-code.ts';
import { newApp } from '../lib/new-app.ts';
import { readSettings, SettingsError } from '../lib/settings/read-settings.ts';

async function synthesise(): Promise<void> {
  const app = newApp();
  const settings = readSettings(app.node.tryGetContext('ens'), process.cwd());
  const code = await bundleAll(settings.extraCaFile);
  addStacks(app, { settings, code, deployedAt: new Date().toISOString() });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  app.synth();
}

try {
  await synthesise();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  // The sentences are for an administrator; where in our code they were thrown is not.
  process.stderr.write(`\n${error.message}\n\n`);
  process.exitCode = 1;
}
