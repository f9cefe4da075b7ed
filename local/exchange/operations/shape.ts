import { T } from '../soap/namespaces.ts';
import { checkSequence, violation } from '../soap/request.ts';
import { childOf, type XmlElement } from '../soap/xml-tree.ts';

export interface Shape {
  readonly base: 'IdOnly' | 'Default' | 'AllProperties';
  /** FieldURIs, e.g. `item:Subject`. */
  readonly fields: ReadonlySet<string>;
}

/** Kinds of properties in the schema (UnindexedFieldURIType); the names after them are not looked at. */
const FIELD_URI =
  /^(?:abchperson|booking|calendar|contacts|conversation|distributionlist|folder|insight|item|meeting|meetingRequest|message|network|person|persona|postitem|rolemember|task):[A-Za-z0-9:]+$/;

const OPTIONAL_ITEM_PARTS = [
  'IncludeMimeContent',
  'BodyType',
  'UniqueBodyType',
  'NormalizedBodyType',
  'FilterHtmlContent',
  'ConvertHtmlCodePageToUTF8',
  'InlineImageUrlTemplate',
  'BlockExternalImages',
  'AddBlankTargetToLinks',
  'MaximumBodySize',
].map((name) => ({ name, min: 0 as const }));

/** Reads ItemShape or FolderShape. Throws RequestRejected where the schema does not allow it. */
export function readShape(element: XmlElement, kind: 'item' | 'folder'): Shape {
  const middle = kind === 'item' ? OPTIONAL_ITEM_PARTS : [];
  checkSequence(element, [{ name: 'BaseShape' }, ...middle, { name: 'AdditionalProperties', min: 0 }]);
  const base = childOf(element, T, 'BaseShape')?.text.trim();
  if (base !== 'IdOnly' && base !== 'Default' && base !== 'AllProperties') {
    throw violation(`The 'BaseShape' element is invalid - The value '${base ?? ''}' is invalid.`);
  }
  const additional = childOf(element, T, 'AdditionalProperties');
  if (additional !== undefined && additional.children.length === 0) {
    throw violation("The element 'AdditionalProperties' has incomplete content.");
  }
  return { base, fields: new Set(additional?.children.map(fieldOf) ?? []) };
}

function fieldOf(path: XmlElement): string {
  if (path.namespace !== T) throw violation(`The element '${path.name}' is not expected here.`);
  if (path.name === 'ExtendedFieldURI' || path.name === 'IndexedFieldURI') return path.name;
  const field = path.attributes.FieldURI ?? '';
  if (path.name !== 'FieldURI' || !FIELD_URI.test(field)) {
    throw violation(`The 'FieldURI' attribute is invalid - The value '${field}' is invalid.`);
  }
  return field;
}
