import { userError } from '../http/service-error.ts';
import { parseComponent } from './component-definition.ts';
import type { FindComponent } from './pipeline-definition.ts';
import type { AssetStore } from './store/assets.ts';

/** Finds what a step of a pipeline names as its component. What it finds throws a UserError where there is none. */
export function componentFinder(assets: Pick<AssetStore, 'find'>): FindComponent {
  return (step, componentId) => {
    const [, name = '', version = ''] = /\/components\/([^/]+)\/versions\/([^/]+)$/i.exec(componentId) ?? [];
    const found = assets.find('components', name, version);
    if (found) return parseComponent(name, found.version, found.fixed['componentSpec']);
    throw userError(
      `properties.jobs.${step}.componentId: no component ${name}, version ${version}, in this workspace; register it first`,
    );
  };
}
