/** What the app asks of the workspace about the published components that model files name: whether each is there, and fits. */
import { componentsOf, describeMisfits, findComponents } from '../azure/find-components.ts';
import type { ModelConfig } from '../config/schema.ts';
import { isOfRegistry } from '../domain/asset-id.ts';
import { counted } from '../domain/plural.ts';
import type { Wiring } from '../wiring.ts';
import { problem, warning } from './finding.ts';
import type { Probe } from './probe.ts';

export function componentProbes(wiring: Pick<Wiring, 'workspace'>, config: ModelConfig): readonly Probe[] {
  return (['training', 'evaluation'] as const).flatMap((phase) => {
    const named = Object.values(componentsOf(config[phase])).map(({ component }) => component);
    if (named.length === 0) return [];
    const foreign = named.filter(isOfRegistry);
    const check = `components of ${config.model}, ${phase}`;
    const ask = async () => {
      const { components } = await wiring.workspace();
      const { misfits } = await findComponents(config[phase], components, { hasChampion: true });
      if (misfits.length > 0)
        return problem(
          check,
          describeMisfits(misfits),
          `mend ${phase} of its model file, or publish the component`,
        );
      const { misfits: first } = await findComponents(config[phase], components, { hasChampion: false });
      if (first.length > 0)
        return warning(check, describeMisfits(first), 'every run before the first release fails');
      const unread =
        foreign.length === 0 ? '' : `; not read, for they lie in a registry: ${foreign.join(', ')}`;
      return `${counted(named.length - foreign.length, 'component')} of the workspace declare what the model file binds${unread}`;
    };
    return [
      {
        ...{ check, ask },
        role: 'AzureML Data Scientist on the workspace',
        settings: 'RATCHET_WORKSPACE_ID',
      },
    ];
  });
}
