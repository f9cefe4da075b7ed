import type { Item } from '../mailbox/types.ts';
import { m, t } from '../soap/envelope.ts';
import { M } from '../soap/namespaces.ts';
import { checkSequence, violation } from '../soap/request.ts';
import { childOf, type XmlElement } from '../soap/xml-tree.ts';
import {
  answer,
  failure,
  type OperationContext,
  type OperationResult,
  type ResponseMessage,
  success,
} from './context.ts';
import { findFolder, folderErrorText } from './get-folder.ts';
import { itemElement } from './item-element.ts';
import { pageOf } from './page.ts';
import { readShape } from './shape.ts';

/** FindItem (MS-OXWSSRCH) over one folder: paged, newest first, or as SortOrder says of the time of arrival. */
export function findItem(request: XmlElement, context: OperationContext): OperationResult {
  checkSequence(request, [
    { name: 'ItemShape', namespace: M },
    { name: 'IndexedPageItemView', namespace: M, min: 0 },
    { name: 'Restriction', namespace: M, min: 0 },
    { name: 'SortOrder', namespace: M, min: 0 },
    { name: 'ParentFolderIds', namespace: M },
  ]);
  const parents = childOf(request, M, 'ParentFolderIds')?.children ?? [];
  if (request.attributes.Traversal !== 'Shallow') throw violation("The 'Traversal' attribute is invalid.");
  return answer(
    'FindItem',
    parents.map((id) => inFolder(id, request, context)),
  );
}

function inFolder(id: XmlElement, request: XmlElement, context: OperationContext): ResponseMessage {
  const found = findFolder(id, context);
  if (typeof found === 'string') return failure('FindItem', found, folderErrorText(found));
  if (childOf(request, M, 'Restriction') !== undefined)
    return failure('FindItem', 'ErrorUnsupportedPathForQuery', 'This server evaluates no restriction.');
  const shapeElement = childOf(request, M, 'ItemShape');
  if (shapeElement === undefined) throw violation("The element 'ItemShape' is missing.");
  const shape = readShape(shapeElement, 'item');
  const items = [...context.shown.items.values()].filter(({ folder }) => folder === found.name);
  const page = pageOf(sorted(items, request), childOf(request, M, 'IndexedPageItemView'));
  const elements = page.items.map((item) => itemElement(item, shape, context));
  return success('FindItem', [m('RootFolder', [t('Items', elements)], page.attributes)]);
}

function sorted(items: readonly Item[], request: XmlElement): readonly Item[] {
  const [order] = childOf(request, M, 'SortOrder')?.children ?? [];
  return order?.attributes.Order === 'Ascending' ? items : items.toReversed();
}
