import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readAwsError } from '#adapters/aws-errors.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import type { AwsPlace } from '../stack/stack.ts';
import { type Finding, failed, ok, skipped } from './check.ts';

/** Lambda keeps so many executions unreserved in every account (Lambda guide, reserved concurrency). */
const KEPT_UNRESERVED = 100;
/** What a new account may have. An account with less than a hundred can reserve nothing at all. */
const FEW = 100;
const ASK_FOR_MORE =
  'Ask for a higher quota: Service Quotas, AWS Lambda, "Concurrent executions" (L-B99A9384), in this region.';

/**
 * Whether Lambda runs enough functions at once in this account, and whether it lets the settings reserve what they
 * want. `wanted` is 0 for a stack that is deployed already.
 */
export async function checkAccount(place: AwsPlace, wanted: number): Promise<Finding> {
  const client = new LambdaClient({ ...place, maxAttempts: 2 });
  try {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
    return judge(
      AccountLimit?.ConcurrentExecutions ?? 0,
      AccountLimit?.UnreservedConcurrentExecutions ?? 0,
      wanted,
    );
  } catch (error) {
    return skipped(`It needs lambda:GetAccountSettings (${readAwsError(error).code}).`);
  } finally {
    client.destroy();
  }
}

function judge(total: number, unreserved: number, wanted: number): Finding {
  if (wanted > 0 && unreserved - wanted < KEPT_UNRESERVED)
    return failed(
      `The settings reserve ${wanted} executions at once, but Lambda lets this account reserve ${Math.max(unreserved - KEPT_UNRESERVED, 0)}: the deployment would fail.`,
      `Leave out callbackConcurrency and registerConcurrency, or lower them. ${ASK_FOR_MORE}`,
    );
  const reason = `Lambda runs ${total} functions at once in this account and region.`;
  if (total >= FEW) return ok(reason);
  return ok(`${reason} That is enough to deploy and to try ENS, not for many mailboxes.`, [ASK_FOR_MORE]);
}

/** What cdk.json would reserve for this stage. */
export function reservedBySettings(folder: string, stage: string): number {
  try {
    const { context }: { context?: { ens?: unknown } } = JSON.parse(
      readFileSync(join(folder, 'cdk.json'), 'utf8'),
    );
    const settings = readSettings(context?.ens, folder);
    if (settings.stage !== stage) return 0;
    return (settings.callbackConcurrency ?? 0) + (settings.registerConcurrency ?? 0);
  } catch {
    // No settings file here, or mistakes in it: `cdk synth` names them.
    return 0;
  }
}
