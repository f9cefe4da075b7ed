import type { Resource, Stack } from './assembly.ts';
import { evaluateCondition, resolveIntrinsics, type Scope } from './intrinsics.ts';
import { type Json, objectAt, optionalText, textAt } from './json.ts';
import { type Physical, type Place, physicalOf } from './physical.ts';

/** One resource with the stack it belongs to and its values resolved on demand. */
export interface DeployedResource {
  readonly stack: string;
  readonly folder: string;
  readonly logicalId: string;
  readonly type: string;
  readonly metadata: Resource['metadata'];
  /** What `Ref` on it gives. Throws for a custom resource that is not deployed yet. */
  ref(): string;
  attribute(name: string): string;
  /** A property with its intrinsics carried out; null where it is absent. */
  property(name: string): Json;
  /** All properties, intrinsics carried out. */
  properties(): Json;
}

/** All stacks of one synthesis, as if deployed to `place`. */
export interface Deployment {
  readonly place: Place;
  readonly resources: readonly DeployedResource[];
  ofType(type: string): readonly DeployedResource[];
  /** Custom resources (`Custom::…`), each after everything it depends on. */
  customResources(): readonly DeployedResource[];
  /** What a custom resource's function answered; from then on `Ref` and `Fn::GetAtt` on it resolve. */
  settle(resource: DeployedResource, physicalId: string, data: Readonly<Record<string, string>>): void;
  /** Resolved outputs of every stack, `stack.name` → value. */
  outputs(): Readonly<Record<string, string>>;
}

export function isCustom(type: string): boolean {
  return type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
}

/** Stands for CloudFormation's view of the stacks. Resolves lazily: nothing unused can fail. */
export function deploy(stacks: readonly Stack[], place: Place): Deployment {
  const settled = new Map<string, Physical>();
  const scopes = new Map(stacks.map((stack) => [stack.name, scopeOf(stack)]));
  const byKey = new Map<string, DeployedResource>();
  for (const stack of stacks) {
    for (const resource of stack.resources.values()) {
      if (isPresent(stack, resource))
        byKey.set(`${stack.name}/${resource.logicalId}`, deployed(stack, resource));
    }
  }
  const resources = [...byKey.values()];

  function scopeFor(stack: Stack): Scope {
    const scope = scopes.get(stack.name);
    if (scope === undefined) throw new Error(`no stack ${stack.name}`);
    return scope;
  }

  function isPresent(stack: Stack, resource: Resource): boolean {
    return resource.condition === undefined || scopeFor(stack).condition(resource.condition);
  }

  function physical(stack: Stack, logicalId: string): Physical {
    const resource = stack.resources.get(logicalId);
    if (resource === undefined) throw new Error(`${stack.name} has no resource ${logicalId}`);
    if (isCustom(resource.type)) {
      const answer = settled.get(`${stack.name}/${logicalId}`);
      if (answer === undefined) throw new Error(`${logicalId} (${resource.type}) is not deployed yet`);
      return answer;
    }
    const given = (property: string) => {
      const value = resource.properties[property];
      return value === undefined ? undefined : optionalText(resolveIntrinsics(value, scopeFor(stack)));
    };
    return physicalOf(stack.name, resource, given, place);
  }

  function attributeOf(stack: Stack, logicalId: string, attribute: string): string {
    const value = physical(stack, logicalId).attributes[attribute];
    if (value === undefined) throw new Error(`${stack.name}/${logicalId} has no attribute ${attribute} here`);
    return value;
  }

  function scopeOf(stack: Stack): Scope {
    const scope: Scope = {
      zones: ['a', 'b', 'c'].map((letter) => place.region + letter),
      ref(logicalId) {
        const pseudo = pseudoParameter(logicalId, stack.name, place);
        if (pseudo !== undefined) return pseudo;
        const parameter = stack.parameters[logicalId];
        if (parameter !== undefined) return objectAt(parameter, logicalId).Default ?? '';
        return physical(stack, logicalId).ref;
      },
      getAtt: (logicalId, attribute) => attributeOf(stack, logicalId, attribute),
      importValue: exported,
      condition: (name) => evaluateCondition(stack.conditions[name], scope),
    };
    return scope;
  }

  function exported(name: string): Json {
    for (const stack of stacks) {
      const scope = scopeFor(stack);
      for (const output of Object.values(stack.outputs)) {
        const { Export, Value } = objectAt(output, 'output');
        const exportName = objectAt(Export, 'Export').Name;
        if (exportName !== undefined && resolveIntrinsics(exportName, scope) === name) {
          return resolveIntrinsics(Value ?? null, scope);
        }
      }
    }
    throw new Error(`no stack exports ${name}`);
  }

  function deployed(stack: Stack, resource: Resource): DeployedResource {
    return {
      stack: stack.name,
      folder: stack.folder,
      logicalId: resource.logicalId,
      type: resource.type,
      metadata: resource.metadata,
      ref: () => physical(stack, resource.logicalId).ref,
      attribute: (name) => attributeOf(stack, resource.logicalId, name),
      property(name) {
        const value = resource.properties[name];
        return value === undefined ? null : resolveIntrinsics(value, scopeFor(stack));
      },
      properties: () => resolveIntrinsics(resource.properties, scopeFor(stack)),
    };
  }

  return {
    place,
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    customResources: () =>
      stacks.flatMap((stack) =>
        dependencyOrder(stack).flatMap((id) => {
          const resource = byKey.get(`${stack.name}/${id}`);
          return resource !== undefined && isCustom(resource.type) ? [resource] : [];
        }),
      ),
    settle: (resource, ref, attributes) =>
      void settled.set(`${resource.stack}/${resource.logicalId}`, { ref, attributes }),
    outputs: () =>
      Object.fromEntries(
        stacks.flatMap((stack) =>
          Object.entries(stack.outputs).map(([name, output]) => {
            const value = resolveIntrinsics(objectAt(output, name).Value ?? null, scopeFor(stack));
            return [`${stack.name}.${name}`, textAt(value, name)];
          }),
        ),
      ),
  };
}

function pseudoParameter(name: string, stackName: string, place: Place): string | undefined {
  switch (name) {
    case 'AWS::Region':
      return place.region;
    case 'AWS::AccountId':
      return place.account;
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stackName;
    case 'AWS::StackId':
      return `arn:aws:cloudformation:${place.region}:${place.account}:stack/${stackName}/local`;
    default:
      return undefined;
  }
}

/** Logical ids of a stack, each after what it refers to or depends on. Throws on a circle. */
function dependencyOrder(stack: Stack): readonly string[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string) => {
    const resource = stack.resources.get(id);
    if (resource === undefined || done.has(id)) return;
    if (open.has(id)) throw new Error(`${stack.name}/${id} depends on itself`);
    open.add(id);
    for (const other of [...resource.dependsOn, ...referencesIn(resource.properties)]) visit(other);
    open.delete(id);
    done.add(id);
  };
  for (const id of stack.resources.keys()) visit(id);
  return [...done];
}

function referencesIn(value: Json | undefined): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]: [string, Json | undefined]): readonly string[] => {
    if (key === 'Ref' && typeof entry === 'string') return [entry];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(entry) ? entry[0] : entry).split('.')[0] ?? ''];
    if (key === 'Fn::Sub') {
      const text = Array.isArray(entry) ? entry[0] : entry;
      const names = [...String(text).matchAll(/\$\{([^!}.]+)/g)].map((match) => match[1] ?? '');
      return [...names, ...referencesIn(entry)];
    }
    return referencesIn(entry);
  });
}
