import type { Item } from '../mailbox/types.ts';
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
import { itemElement } from './item-element.ts';
import { readShape, type Shape } from './shape.ts';

/** GetItem (MS-OXWSCORE): one response message for each id, in the order of the request. */
export function getItem(request: XmlElement, context: OperationContext): OperationResult {
  checkSequence(request, [
    { name: 'ItemShape', namespace: M },
    { name: 'ItemIds', namespace: M },
  ]);
  const shapeElement = childOf(request, M, 'ItemShape');
  const ids = childOf(request, M, 'ItemIds')?.children ?? [];
  if (shapeElement === undefined || ids.length === 0)
    throw violation("The element 'ItemIds' has incomplete content.");
  const shape = readShape(shapeElement, 'item');
  return answer(
    'GetItem',
    ids.map((id) => oneItem(id, shape, context)),
  );
}

function oneItem(id: XmlElement, shape: Shape, context: OperationContext): ResponseMessage {
  if (id.namespace !== T || id.name !== 'ItemId')
    throw violation(`The element '${id.name}' is not expected in 'ItemIds'.`);
  const item = findItem(id.attributes.Id ?? '', context);
  if (item?.fault !== undefined)
    return failure('GetItem', item.fault, 'The item cannot be returned.', [], [m('Items', [])]);
  if (item !== undefined) return success('GetItem', [m('Items', [itemElement(item, shape, context)])]);
  const text = 'The specified object was not found in the store.';
  return failure('GetItem', 'ErrorItemNotFound', text, [], [m('Items', [])]);
}

/** With the wrong-owner defect the server looks into another mailbox and shows its newest item. */
function findItem(id: string, { store, shown, caller }: OperationContext): Item | undefined {
  if (shown !== caller) return [...shown.items.values()].filter((item) => item.folder === 'inbox').at(-1);
  return store.item(caller, id);
}
