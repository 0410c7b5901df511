import { parseComponent } from './component-definition.ts';
import { componentFinders } from './find-component.ts';
import type { Locator } from './locate.ts';
import { checkPipeline } from './pipeline-definition.ts';
import { toPipeline } from './published-pipeline.ts';
import type { AssetStore } from './store/assets.ts';

/** What is registered as a component: what it names must exist, and the steps of a pipeline fit together. Throws a UserError. */
export function checkComponent(
  name: string,
  version: string,
  fixed: Readonly<Record<string, unknown>>,
  locator: Locator,
  assets: AssetStore,
): void {
  const spec = parseComponent(name, version, fixed['componentSpec']);
  if (spec.type === 'pipeline') {
    checkPipeline(toPipeline(spec), componentFinders(assets).findComponent);
    return;
  }
  const { code } = spec;
  if (code !== undefined) locator.locate('properties.componentSpec.code', code, 'codes');
}
