import { isList, isObject, type Json, type JsonObject, textAt } from './json.ts';

/** Where intrinsic functions of one stack find what they name. Each method throws where it finds nothing. */
export interface Scope {
  ref(logicalId: string): Json;
  getAtt(logicalId: string, attribute: string): Json;
  importValue(name: string): Json;
  condition(name: string): boolean;
  /** Availability zones of the made-up region. */
  readonly zones: readonly string[];
}

const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = Json | typeof NO_VALUE;

/**
 * A template value with its intrinsic functions carried out, as CloudFormation would.
 * Throws for functions that the local world does not know: a guess would hide a wrong wiring.
 */
export function resolveIntrinsics(value: Json, scope: Scope): Json {
  const resolved = resolveValue(value, scope);
  return resolved === NO_VALUE ? null : resolved;
}

function resolveValue(value: Json | undefined, scope: Scope): Resolved {
  if (value === undefined) return NO_VALUE;
  if (isList(value))
    return value.map((entry) => resolveValue(entry, scope)).filter((entry) => entry !== NO_VALUE);
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
    return callIntrinsic(key, value[key], scope);
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, entry]): [string, Resolved] => [name, resolveValue(entry, scope)])
      .filter((entry): entry is [string, Json] => entry[1] !== NO_VALUE),
  );
}

function callIntrinsic(name: string, argument: Json | undefined, scope: Scope): Resolved {
  const plain = (value: Json | undefined) => resolveIntrinsics(value ?? null, scope);
  const list = () => {
    const value = isList(argument) ? argument : plain(argument);
    if (!isList(value)) throw new TypeError(`${name} takes a list`);
    return value;
  };
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? NO_VALUE : scope.ref(textAt(argument, 'Ref'));
    case 'Fn::GetAtt': {
      const [id, ...rest] = typeof argument === 'string' ? argument.split('.') : list();
      const attribute = rest.map((part) => textAt(plain(part), name)).join('.');
      return scope.getAtt(textAt(id, name), attribute);
    }
    case 'Fn::Join': {
      const [separator, parts] = list();
      const entries = plain(parts);
      if (!isList(entries)) throw new TypeError('Fn::Join takes a list of parts');
      return entries.map((entry) => textAt(entry, 'part of Fn::Join')).join(textAt(separator, 'separator'));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Select': {
      const [index, options] = list().map(plain);
      const chosen = isList(options) ? options[Number(index)] : undefined;
      if (chosen === undefined) throw new RangeError('Fn::Select reaches past the end of its list');
      return chosen;
    }
    case 'Fn::Split': {
      const [separator, text] = list().map(plain);
      return textAt(text, name).split(textAt(separator, name));
    }
    case 'Fn::ImportValue':
      return scope.importValue(textAt(plain(argument), name));
    case 'Fn::GetAZs':
      return scope.zones;
    case 'Fn::If': {
      const [condition, then, otherwise] = list();
      return resolveValue(scope.condition(textAt(condition, name)) ? then : otherwise, scope);
    }
    default:
      throw new Error(`${name} is not known to the local world`);
  }
}

function substitute(argument: Json | undefined, scope: Scope): string {
  const [template, given] = isList(argument) ? argument : [argument];
  const variables: JsonObject = isObject(given) ? given : {};
  return textAt(template, 'Fn::Sub').replaceAll(
    /\$\{(!?)([^}]+)\}/g,
    (_all, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      const variable = variables[name];
      if (variable !== undefined) return textAt(resolveIntrinsics(variable, scope), name);
      const [id = name, ...attribute] = name.split('.');
      return textAt(attribute.length === 0 ? scope.ref(id) : scope.getAtt(id, attribute.join('.')), name);
    },
  );
}

/** The truth of a condition's definition. */
export function evaluateCondition(definition: Json | undefined, scope: Scope): boolean {
  if (!isObject(definition)) throw new TypeError('a condition is an object');
  const [name = ''] = Object.keys(definition);
  const operand = definition[name];
  const operands = isList(operand) ? operand : [];
  switch (name) {
    case 'Fn::Equals': {
      const [left, right] = operands.map((entry) => JSON.stringify(resolveIntrinsics(entry, scope)));
      return left === right;
    }
    case 'Fn::And':
      return operands.every((entry) => evaluateCondition(entry, scope));
    case 'Fn::Or':
      return operands.some((entry) => evaluateCondition(entry, scope));
    case 'Fn::Not':
      return !evaluateCondition(operands[0], scope);
    case 'Condition':
      return scope.condition(textAt(operand, 'Condition'));
    default:
      throw new Error(`condition ${name} is not known to the local world`);
  }
}
