import { userError } from '../http/service-error.ts';
import { type ComponentSpec, type PublishedSpec, parseComponent } from './component-definition.ts';
import type { Finders } from './pipeline-definition.ts';
import type { AssetStore } from './store/assets.ts';

/** Finds what pipelines name as components. What it finds throws a UserError where there is none, or one of another type. */
export function componentFinders(assets: Pick<AssetStore, 'find'>): Finders {
  const find = (where: string, componentId: string): ComponentSpec | PublishedSpec => {
    const [, name = '', version = ''] = /\/components\/([^/]+)\/versions\/([^/]+)$/i.exec(componentId) ?? [];
    const found = assets.find('components', name, version);
    if (found) return parseComponent(name, found.version, found.fixed['componentSpec']);
    throw userError(
      `${where}: no component ${name}, version ${version}, in this workspace; register it first`,
    );
  };
  return {
    findComponent(step, componentId) {
      const where = `properties.jobs.${step}.componentId`;
      const spec = find(where, componentId);
      if (spec.type === 'command') return spec;
      throw userError(
        `${where}: component ${spec.name} is of type ${spec.type}, and the step of type command`,
      );
    },
    findPublished(componentId) {
      const where = 'properties.componentId';
      const spec = find(where, componentId);
      if (spec.type === 'pipeline') return spec;
      throw userError(`${where}: component ${spec.name} is of type ${spec.type}; a job of it is a pipeline`);
    },
  };
}
