/** What compiled templates deploy, nested ones included. */
import { readFileSync } from 'node:fs';

export interface Resource {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly existing?: boolean;
  readonly resourceGroup?: string;
  readonly subscriptionId?: string;
  readonly scope?: string;
  readonly tags?: unknown;
  readonly properties: Record<string, unknown>;
}

export interface Template {
  readonly parameters?: Record<string, { readonly type: string; readonly defaultValue?: unknown }>;
  readonly variables?: Record<string, unknown>;
  readonly resources: Record<string, Resource> | readonly Resource[];
  readonly outputs?: Record<string, { readonly type: string; readonly value: unknown }>;
}

export const names = ['main', 'workspace', 'ledger'] as const;
export type Name = (typeof names)[number];

export const templateOf = (name: Name): Template =>
  JSON.parse(readFileSync(`infra/compiled/${name}.json`, 'utf8')) as Template;

/** A template and those in it. */
export function templatesIn(template: Template): Template[] {
  return [template, ...modulesOf(template).flatMap((module) => templatesIn(inner(module)))];
}

/** All that is deployed; what is only read is not. */
export function resourcesOf(template: Template): Resource[] {
  return templatesIn(template)
    .flatMap(allOf)
    .filter(({ type, existing }) => !existing && type !== 'Microsoft.Resources/deployments');
}

export const modulesOf = (template: Template): Resource[] =>
  allOf(template).filter(({ type }) => type === 'Microsoft.Resources/deployments');

export const inner = (module: Resource): Template => module.properties['template'] as Template;

const allOf = ({ resources }: Template): Resource[] => Object.values(resources);
