/**
 * One test file for all template tests: loading aws-cdk-lib takes longer than everything that they check.
 */
import './stacks/environment.ts';
import './stacks/listed-grants.ts';
import './stacks/logs.ts';
import './stacks/nag.ts';
import './stacks/roles.ts';
import './stacks/service.ts';
import './stacks/state.ts';
import './stacks/watching.ts';
