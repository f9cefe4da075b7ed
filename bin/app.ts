import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { addStacks } from '../lib/add-stacks.ts';
import { bundledCode } from '../lib/bundling/bundled-code.ts';
import { readSettings } from '../lib/settings/read-settings.ts';

const app = new App();
const settings = readSettings(app.node.tryGetContext('ens'), process.cwd());
addStacks(app, { settings, code: bundledCode(settings.extraCaFile), deployedAt: new Date().toISOString() });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
app.synth();
