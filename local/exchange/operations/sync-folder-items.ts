import type { Item } from '../mailbox/types.ts';
import { idElement } from '../notify/message.ts';
import { spellReference } from '../notify/spell.ts';
import { m, t } from '../soap/envelope.ts';
import { M } from '../soap/namespaces.ts';
import { checkSequence, violation } from '../soap/request.ts';
import { childOf, type XmlElement } from '../soap/xml-tree.ts';
import type { XmlNode } from '../soap/xml-write.ts';
import { answer, failure, type OperationContext, type OperationResult, success } from './context.ts';
import { findFolder, folderErrorText } from './get-folder.ts';
import { itemElement } from './item-element.ts';
import { readShape, type Shape } from './shape.ts';

/** What the client knows: the id and the number of changes of each item. */
type Known = ReadonlyMap<string, number>;
interface Change {
  readonly id: string;
  readonly node: XmlNode;
  /** Undefined: it is gone. */
  readonly changes: number | undefined;
}

/** SyncFolderItems (MS-OXWSSYNC). The sync state is the list of what the client knows, in Base64. */
export function syncFolderItems(request: XmlElement, context: OperationContext): OperationResult {
  checkSequence(request, [
    { name: 'ItemShape', namespace: M },
    { name: 'SyncFolderId', namespace: M },
    { name: 'SyncState', namespace: M, min: 0 },
    { name: 'Ignore', namespace: M, min: 0 },
    { name: 'MaxChangesReturned', namespace: M },
    { name: 'SyncScope', namespace: M, min: 0 },
  ]);
  const shapeElement = childOf(request, M, 'ItemShape');
  const [id] = childOf(request, M, 'SyncFolderId')?.children ?? [];
  const most = Number(childOf(request, M, 'MaxChangesReturned')?.text.trim());
  if (shapeElement === undefined || id === undefined || !(most >= 1 && most <= 512))
    throw violation("The 'MaxChangesReturned' element is invalid.");
  const folder = findFolder(id, context);
  if (typeof folder === 'string')
    return answer('SyncFolderItems', [failure('SyncFolderItems', folder, folderErrorText(folder))]);
  const known = readState(childOf(request, M, 'SyncState')?.text.trim() ?? '');
  if (known === undefined) {
    const text = 'Synchronization state data is corrupt or otherwise invalid.';
    return answer('SyncFolderItems', [failure('SyncFolderItems', 'ErrorInvalidSyncStateData', text)]);
  }
  const items = [...context.shown.items.values()].filter((item) => item.folder === folder.name);
  const all = changesSince(known, items, readShape(shapeElement, 'item'), context);
  const told = all.slice(0, most);
  return answer('SyncFolderItems', [
    success('SyncFolderItems', [
      m('SyncState', writeState(known, told)),
      m('IncludesLastItemInRange', String(told.length === all.length)),
      m(
        'Changes',
        told.map(({ node }) => node),
      ),
    ]),
  ]);
}

function changesSince(
  known: Known,
  items: readonly Item[],
  shape: Shape,
  context: OperationContext,
): readonly Change[] {
  const present = new Set(items.map(({ id }) => id));
  const gone = [...known.keys()].filter((id) => !present.has(id));
  const changed = items.filter(({ id, changes }) => known.get(id) !== changes);
  return [
    ...gone.map((id) => {
      const reference = spellReference({ id, changeKey: '' }, context.modes, 'answers');
      return { id, changes: undefined, node: t('Delete', [idElement('ItemId', reference)]) };
    }),
    ...changed.map((item) => {
      const name = known.has(item.id) ? 'Update' : 'Create';
      return { id: item.id, changes: item.changes, node: t(name, [itemElement(item, shape, context)]) };
    }),
  ];
}

function readState(text: string): Known | undefined {
  if (text === '') return new Map();
  const lines = Buffer.from(text, 'base64').toString('utf8').split('\n');
  if (lines[0] !== 'state') return undefined;
  return new Map(
    lines.slice(1).map((line): [string, number] => {
      const [id = '', changes = ''] = line.split(' ');
      return [id, Number(changes)];
    }),
  );
}

function writeState(known: Known, told: readonly Change[]): string {
  const next = new Map(known);
  for (const { id, changes } of told) {
    if (changes === undefined) next.delete(id);
    else next.set(id, changes);
  }
  const lines = [...next].map(([id, changes]) => `${id} ${changes}`);
  return Buffer.from(['state', ...lines].join('\n')).toString('base64');
}
