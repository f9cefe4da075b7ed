import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject, type Json, type JsonObject, listAt, objectAt, parseJson, textAt } from './json.ts';

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly metadata: JsonObject;
  readonly dependsOn: readonly string[];
  /** Name of a condition that has to hold, or undefined. */
  readonly condition?: string | undefined;
}

export interface Stack {
  readonly name: string;
  /** Folder that asset paths of the template are relative to. */
  readonly folder: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: JsonObject;
  readonly conditions: JsonObject;
  readonly parameters: JsonObject;
}

/**
 * Reads what `cdk synth` wrote: every stack, producers before their consumers.
 * Throws where the folder holds no cloud assembly or one with nested stages, which the app does not use.
 */
export function readAssembly(folder: string): readonly Stack[] {
  const root = resolve(folder);
  const manifest = objectAt(parseJson(readFileSync(join(root, 'manifest.json'), 'utf8')), 'manifest.json');
  const artifacts = objectAt(manifest.artifacts, 'artifacts');
  const ordered: string[] = [];
  const visit = (id: string) => {
    if (ordered.includes(id)) return;
    const artifact = objectAt(artifacts[id], id);
    if (artifact.type === 'cdk:cloud-assembly')
      throw new Error(`nested assembly ${id} is not supported here`);
    for (const dependency of listAt(artifact.dependencies)) visit(textAt(dependency, 'dependency'));
    ordered.push(id);
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return ordered.flatMap((id) => {
    const artifact = objectAt(artifacts[id], id);
    if (artifact.type !== 'aws:cloudformation:stack') return [];
    const properties = objectAt(artifact.properties, `${id}.properties`);
    const file = textAt(properties.templateFile, `${id}.templateFile`);
    const template = objectAt(parseJson(readFileSync(join(root, file), 'utf8')), file);
    return [readStack(typeof properties.stackName === 'string' ? properties.stackName : id, root, template)];
  });
}

/** A stack from its template; `folder` is where its assets lie. */
export function readStack(name: string, folder: string, template: JsonObject): Stack {
  const resources = Object.entries(objectAt(template.Resources, 'Resources')).map(
    ([logicalId, value]): [string, Resource] => [logicalId, readResource(logicalId, value)],
  );
  return {
    name,
    folder,
    resources: new Map(resources),
    outputs: objectAt(template.Outputs, 'Outputs'),
    conditions: objectAt(template.Conditions, 'Conditions'),
    parameters: objectAt(template.Parameters, 'Parameters'),
  };
}

function readResource(logicalId: string, value: Json | undefined): Resource {
  if (!isObject(value)) throw new TypeError(`${logicalId} is not a resource`);
  return {
    logicalId,
    type: textAt(value.Type, `${logicalId}.Type`),
    properties: objectAt(value.Properties, `${logicalId}.Properties`),
    metadata: objectAt(value.Metadata, `${logicalId}.Metadata`),
    dependsOn: listAt(value.DependsOn).map((id) => textAt(id, 'DependsOn')),
    condition: typeof value.Condition === 'string' ? value.Condition : undefined,
  };
}
