import { violation } from '../soap/request.ts';
import type { XmlElement } from '../soap/xml-tree.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Attributes of RootFolder. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Part of a list by IndexedPageItemView or IndexedPageFolderView; all of it where there is none. */
export function pageOf<T>(all: readonly T[], view: XmlElement | undefined): Page<T> {
  const offset = numberOf(view?.attributes.Offset ?? '0');
  const most = numberOf(view?.attributes.MaxEntriesReturned ?? '1000');
  if (view !== undefined && !['Beginning', 'End'].includes(view.attributes.BasePoint ?? ''))
    throw violation("The 'BasePoint' attribute is invalid.");
  const list = view?.attributes.BasePoint === 'End' ? all.toReversed() : all;
  const items = list.slice(offset, offset + most);
  const next = offset + items.length;
  return {
    items,
    attributes: {
      IndexedPagingOffset: String(next),
      TotalItemsInView: String(all.length),
      IncludesLastItemInRange: String(next >= all.length),
    },
  };
}

function numberOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw violation(`The value '${text}' is no number.`);
  return Number(text);
}
