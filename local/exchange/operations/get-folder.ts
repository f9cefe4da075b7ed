import type { Folder } from '../mailbox/types.ts';
import { idElement } from '../notify/message.ts';
import { spellReference } from '../notify/spell.ts';
import { m, t } from '../soap/envelope.ts';
import { M, T } from '../soap/namespaces.ts';
import { checkSequence, violation } from '../soap/request.ts';
import { childOf, type XmlElement } from '../soap/xml-tree.ts';
import type { XmlNode } from '../soap/xml-write.ts';
import {
  answer,
  failure,
  type OperationContext,
  type OperationResult,
  type ResponseMessage,
  success,
} from './context.ts';
import { readShape, type Shape } from './shape.ts';

const DISTINGUISHED = new Set([
  'inbox',
  'deleteditems',
  'drafts',
  'sentitems',
  'msgfolderroot',
  'recoverableitemsdeletions',
  'junkemail',
  'outbox',
  'calendar',
  'contacts',
  'notes',
  'tasks',
  'journal',
  'root',
]);
const DISPLAY_NAMES: Readonly<Record<string, string>> = {
  inbox: 'Inbox',
  deleteditems: 'Deleted Items',
  drafts: 'Drafts',
  sentitems: 'Sent Items',
  msgfolderroot: 'Top of Information Store',
};

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
  const { store, shown } = context;
  const found = findFolder(id, context);
  if (typeof found === 'string')
    return failure('GetFolder', found, folderErrorText(found), [], [m('Folders', [])]);
  const reference = (name: string) =>
    spellReference(store.folderReference(shown, name), context.modes, 'answers');
  const wants = (field: string, inDefault: boolean) =>
    shape.fields.has(field) || (shape.base !== 'IdOnly' && inDefault);
  const parts: XmlNode[] = [idElement('FolderId', reference(found.name))];
  if (wants('folder:ParentFolderId', false))
    parts.push(idElement('ParentFolderId', reference('msgfolderroot')));
  if (wants('folder:DisplayName', true))
    parts.push(t('DisplayName', DISPLAY_NAMES[found.name] ?? found.name));
  if (wants('folder:TotalCount', true)) parts.push(t('TotalCount', String(store.total(shown, found.name))));
  if (wants('folder:ChildFolderCount', true)) parts.push(t('ChildFolderCount', '0'));
  if (wants('folder:UnreadCount', true))
    parts.push(t('UnreadCount', String(store.unread(shown, found.name))));
  return success('GetFolder', [m('Folders', [t('Folder', parts)])]);
}

/** The folder that a FolderId or DistinguishedFolderId names, or an error code. */
export function findFolder(id: XmlElement, context: OperationContext): Folder | string {
  const { store, shown } = context;
  const value = id.attributes.Id ?? '';
  if (id.namespace === T && id.name === 'DistinguishedFolderId') {
    if (!DISTINGUISHED.has(value)) {
      throw violation(
        `The 'Id' attribute is invalid - The value '${value}' is invalid according to its datatype 'DistinguishedFolderIdNameType' - The Enumeration constraint failed.`,
      );
    }
    const mailbox = childOf(id, T, 'Mailbox');
    const address = mailbox && childOf(mailbox, T, 'EmailAddress')?.text.trim();
    if (address !== undefined && store.find(address) === undefined) return 'ErrorNonExistentMailbox';
    if (address !== undefined && store.find(address) !== context.caller) return 'ErrorFolderNotFound';
    return store.folder(shown, value);
  }
  if (id.namespace !== T || id.name !== 'FolderId')
    throw violation(`The element '${id.name}' is not expected in 'FolderIds'.`);
  return store.folderById(shown, value) ?? 'ErrorFolderNotFound';
}

function folderErrorText(code: string): string {
  return code === 'ErrorNonExistentMailbox'
    ? 'The SMTP address has no mailbox associated with it.'
    : 'The specified folder could not be found in the store.';
}
