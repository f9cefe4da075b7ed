import { hasDistinguishedFolder } from '../mailbox/folder-kinds.ts';
import type { Folder } from '../mailbox/types.ts';
import { m } from '../soap/envelope.ts';
import { M, T } from '../soap/namespaces.ts';
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
import { readShape, type Shape } from './shape.ts';

/** GetFolder (MS-OXWSFOLD): ids, UnreadCount, TotalCount, DisplayName, ParentFolderId as asked for. */
export function getFolder(request: XmlElement, context: OperationContext): OperationResult {
  checkSequence(request, [
    { name: 'FolderShape', namespace: M },
    { name: 'FolderIds', namespace: M },
  ]);
  const shapeElement = childOf(request, M, 'FolderShape');
  const ids = childOf(request, M, 'FolderIds')?.children ?? [];
  if (shapeElement === undefined || ids.length === 0)
    throw violation("The element 'FolderIds' has incomplete content.");
  const shape = readShape(shapeElement, 'folder');
  return answer(
    'GetFolder',
    ids.map((id) => oneFolder(id, shape, context)),
  );
}

function oneFolder(id: XmlElement, shape: Shape, context: OperationContext): ResponseMessage {
  const found = findFolder(id, context);
  if (typeof found === 'string')
    return failure('GetFolder', found, folderErrorText(found), [], [m('Folders', [])]);
  return success('GetFolder', [m('Folders', [folderElement(found, shape, context)])]);
}

/** The folder that a FolderId or DistinguishedFolderId names, or an error code. */
export function findFolder(id: XmlElement, context: OperationContext): Folder | string {
  const { store, shown } = context;
  const value = id.attributes.Id ?? '';
  if (id.namespace === T && id.name === 'DistinguishedFolderId') {
    const exists = hasDistinguishedFolder(value);
    if (exists === undefined) {
      throw violation(
        `The 'Id' attribute is invalid - The value '${value}' is invalid according to its datatype 'DistinguishedFolderIdNameType' - The Enumeration constraint failed.`,
      );
    }
    const mailbox = childOf(id, T, 'Mailbox');
    const address = mailbox && childOf(mailbox, T, 'EmailAddress')?.text.trim();
    if (address === undefined && !context.caller.hasMailbox) return 'ErrorMissingEmailAddress';
    const owner = address === undefined ? context.caller : store.find(address);
    if (owner === undefined || !owner.hasMailbox) return 'ErrorNonExistentMailbox';
    if (owner !== context.caller) return 'ErrorFolderNotFound';
    return exists ? store.folder(shown, value) : 'ErrorFolderNotFound';
  }
  if (id.namespace !== T || id.name !== 'FolderId')
    throw violation(`The element '${id.name}' is not expected in 'FolderIds'.`);
  return store.folderById(shown, value) ?? 'ErrorFolderNotFound';
}

export function folderErrorText(code: string): string {
  switch (code) {
    case 'ErrorNonExistentMailbox':
      return 'The SMTP address has no mailbox associated with it.';
    case 'ErrorMissingEmailAddress':
      return 'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.';
    default:
      return 'The specified folder could not be found in the store.';
  }
}
