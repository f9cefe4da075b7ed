import { parentFolder } from '../mailbox/folder-kinds.ts';
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
import { folderElement } from './folder-element.ts';
import { findFolder as findNamed, folderErrorText } from './get-folder.ts';
import { pageOf } from './page.ts';
import { readShape, type Shape } from './shape.ts';

/** FindFolder (MS-OXWSFOLD), shallow and deep, without restrictions: those are refused rather than ignored. */
export function findFolder(request: XmlElement, context: OperationContext): OperationResult {
  checkSequence(request, [
    { name: 'FolderShape', namespace: M },
    { name: 'IndexedPageFolderView', namespace: M, min: 0 },
    { name: 'Restriction', namespace: M, min: 0 },
    { name: 'ParentFolderIds', namespace: M },
  ]);
  const { Traversal = '' } = request.attributes;
  const shapeElement = childOf(request, M, 'FolderShape');
  if (shapeElement === undefined || !['Shallow', 'Deep', 'SoftDeleted'].includes(Traversal))
    throw violation("The 'Traversal' attribute is invalid.");
  const shape = readShape(shapeElement, 'folder');
  const parents = childOf(request, M, 'ParentFolderIds')?.children ?? [];
  return answer(
    'FindFolder',
    parents.map((id) => beneath(id, { request, shape, isDeep: Traversal === 'Deep' }, context)),
  );
}

function beneath(
  id: XmlElement,
  asked: { readonly request: XmlElement; readonly shape: Shape; readonly isDeep: boolean },
  context: OperationContext,
): ResponseMessage {
  const { request, shape, isDeep } = asked;
  const found = findNamed(id, context);
  if (typeof found === 'string') return failure('FindFolder', found, folderErrorText(found));
  if (childOf(request, M, 'Restriction') !== undefined)
    return failure('FindFolder', 'ErrorUnsupportedPathForQuery', 'This server evaluates no restriction.');
  const names = [...context.shown.folders.keys()].filter((name) =>
    isDeep ? isBeneath(name, found.name) : parentFolder(name) === found.name,
  );
  const page = pageOf(names, childOf(request, M, 'IndexedPageFolderView'));
  const folders = page.items.map((name) =>
    folderElement(context.store.folder(context.shown, name), shape, context),
  );
  return success('FindFolder', [m('RootFolder', [t('Folders', folders)], page.attributes)]);
}

function isBeneath(name: string, ancestor: string): boolean {
  const parent = parentFolder(name);
  return parent !== undefined && (parent === ancestor || isBeneath(parent, ancestor));
}
