import type { Operation } from './context.ts';
import { convertId } from './convert-id.ts';
import { findFolder } from './find-folder.ts';
import { findItem } from './find-item.ts';
import { getFolder } from './get-folder.ts';
import { getItem } from './get-item.ts';
import { subscribe } from './subscribe.ts';
import { syncFolderItems } from './sync-folder-items.ts';
import { unsubscribe } from './unsubscribe.ts';

/** The operations of this server, by the local name of the request's element. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
  ['FindFolder', findFolder],
  ['FindItem', findItem],
  ['GetFolder', getFolder],
  ['GetItem', getItem],
  ['Subscribe', subscribe],
  ['SyncFolderItems', syncFolderItems],
  ['Unsubscribe', unsubscribe],
]);
