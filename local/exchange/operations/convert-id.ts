import { itemIdParts, wrapEntryId } from '../mailbox/ids.ts';
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

/** Formats that hold the MAPI entry id, which is in ours; the other two name a store or a web page. */
const FORMATS = new Set(['EwsId', 'EntryId', 'HexEntryId']);
const KNOWN = new Set([...FORMATS, 'EwsLegacyId', 'StoreId', 'OwaId']);

/** ConvertId (MS-OXWSCVTID) between the ids of EWS and MAPI entry ids. Exchange looks at the form alone. */
export function convertId(request: XmlElement, { caller, store }: OperationContext): OperationResult {
  checkSequence(request, [{ name: 'SourceIds', namespace: M }]);
  const format = request.attributes.DestinationFormat ?? '';
  const ids = childOf(request, M, 'SourceIds')?.children ?? [];
  if (!KNOWN.has(format) || ids.length === 0)
    throw violation("The 'DestinationFormat' attribute is invalid.");
  return answer(
    'ConvertId',
    ids.map((id) => {
      const owner = store.find(id.attributes.Mailbox ?? '') ?? caller;
      return oneId(id, format, owner.guid);
    }),
  );
}

function oneId(id: XmlElement, format: string, guid: string): ResponseMessage {
  if (id.namespace !== T || id.name !== 'AlternateId')
    throw violation(`The element '${id.name}' is not expected in 'SourceIds'.`);
  const entry = entryIdOf(id.attributes.Id ?? '', id.attributes.Format ?? '');
  if (entry === undefined || !FORMATS.has(format))
    return failure('ConvertId', 'ErrorInvalidIdMalformed', 'Id is malformed.');
  const Id = written(entry, format, guid);
  const attributes = { Format: format, Id, Mailbox: id.attributes.Mailbox ?? '' };
  return success('ConvertId', [m('AlternateId', [], attributes)]);
}

function entryIdOf(id: string, format: string): Buffer | undefined {
  switch (format) {
    case 'EwsId':
      return itemIdParts(id)?.entry;
    case 'EntryId':
      return id === '' ? undefined : Buffer.from(id, 'base64');
    case 'HexEntryId':
      return /^(?:[0-9A-Fa-f]{2})+$/.test(id) ? Buffer.from(id, 'hex') : undefined;
    default:
      return undefined;
  }
}

function written(entry: Buffer, format: string, guid: string): string {
  if (format === 'EwsId') return wrapEntryId(guid, entry);
  return format === 'EntryId' ? entry.toString('base64') : entry.toString('hex').toUpperCase();
}
