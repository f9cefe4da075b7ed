import { folderKind, parentFolder } from '../mailbox/folder-kinds.ts';
import type { Folder } from '../mailbox/types.ts';
import { idElement } from '../notify/message.ts';
import { spellReference } from '../notify/spell.ts';
import { t } from '../soap/envelope.ts';
import type { XmlNode } from '../soap/xml-write.ts';
import type { OperationContext } from './context.ts';
import type { Shape } from './shape.ts';

/** The element of one folder with the properties asked for, in the order of the schema. */
export function folderElement(folder: Folder, shape: Shape, context: OperationContext): XmlNode {
  const { store, shown, modes } = context;
  const { name } = folder;
  const { element, folderClass, displayName } = folderKind(name);
  const reference = (of: string) => spellReference(store.folderReference(shown, of), modes, 'answers');
  const wants = (field: string, inDefault: boolean) =>
    shape.fields.has(field) || (shape.base !== 'IdOnly' && inDefault);
  const parts: XmlNode[] = [idElement('FolderId', reference(name))];
  const above = parentFolder(name);
  if (above !== undefined && wants('folder:ParentFolderId', false))
    parts.push(idElement('ParentFolderId', reference(above)));
  if (folderClass !== '' && wants('folder:FolderClass', false)) parts.push(t('FolderClass', folderClass));
  if (wants('folder:DisplayName', true)) parts.push(t('DisplayName', displayName));
  if (wants('folder:TotalCount', true)) parts.push(t('TotalCount', String(store.total(shown, name))));
  if (wants('folder:ChildFolderCount', true)) {
    const children = [...shown.folders.keys()].filter((other) => parentFolder(other) === name);
    parts.push(t('ChildFolderCount', String(children.length)));
  }
  const counts = element === 'Folder' || element === 'TasksFolder';
  if (counts && wants('folder:UnreadCount', true))
    parts.push(t('UnreadCount', String(store.unread(shown, name))));
  return t(element, parts);
}
