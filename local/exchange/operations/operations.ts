import type { Operation } from './context.ts';
import { getFolder } from './get-folder.ts';
import { getItem } from './get-item.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

/** The operations of this server, by the local name of the request's element. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GetFolder', getFolder],
  ['GetItem', getItem],
  ['Subscribe', subscribe],
  ['Unsubscribe', unsubscribe],
]);
