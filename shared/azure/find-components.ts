/**
 * The published components that a job names, as the workspace has them, each held against what the model file binds.
 *
 * Owns: which are asked for, and that what does not fit is told before anything is submitted. Does not own: what does not fit
 * (component-interface.ts). What lies in a registry is not asked for: it has an address and roles of its own, so what it declares is
 * held against the job by the service alone.
 */
import { portsOf } from '../config/pipeline-ports.ts';
import type { ComponentStep, PipelineConfig, PublishedConfig } from '../config/pipeline-schema.ts';
import type { AnyJobConfig } from '../config/schema.ts';
import { isOfRegistry, nameOf } from '../domain/asset-id.ts';
import { type ComponentInterface, findMisfits } from './component-interface.ts';
import type { ComponentRegistry } from './component-registry.ts';

/** By the name of the step; of a published pipeline under its own. */
export type FoundComponents = Readonly<Record<string, ComponentInterface>>;

/** What a job names: the steps that are components, or the published pipeline that it is. */
export function componentsOf(job: AnyJobConfig): Readonly<Record<string, ComponentStep | PublishedConfig>> {
  if ('machines' in job) return { [nameOf(job.component)]: job };
  if (!('steps' in job)) return {};
  return Object.fromEntries(
    Object.entries(job.steps).flatMap(([name, step]) => (step.kind === 'component' ? [[name, step]] : [])),
  );
}

interface Looked {
  readonly found: FoundComponents;
  /** Sentences without their full stops; empty where all fit. */
  readonly misfits: readonly string[];
}

/** Throws where the workspace does not answer, or does not let components be read. */
export async function findComponents(
  job: AnyJobConfig,
  components: Pick<ComponentRegistry, 'find'>,
  { hasChampion }: { readonly hasChampion: boolean },
): Promise<Looked> {
  const named = Object.entries(componentsOf(job));
  const found: Record<string, ComponentInterface> = {};
  const misfits: string[] = [];
  for (const [name, { component }] of named) {
    if (isOfRegistry(component)) continue;
    const one = await components.find(component);
    if (one) found[name] = one;
    else misfits.push(`${placeOf(job, name)}component ${component} is not in the workspace; publish it`);
  }
  const place = {
    settings: 'settings' in job ? job.settings : {},
    hasChampion,
    typeOfOutput: (step: string, output: string) => typeOfOutput(job, found, step, output),
  };
  for (const [name, bound] of named) {
    const one = found[name];
    if (!one) continue;
    for (const why of findMisfits(bound, one, place)) misfits.push(`${placeOf(job, name)}${why}`);
  }
  for (const why of findMissingReads(job, found)) misfits.push(why);
  return { found, misfits };
}

const misfitsAtMost = 5;
const longestMisfit = 300;

/** As one text without its full stop: what others have published has no end of its own. */
export function describeMisfits(misfits: readonly string[]): string {
  const shown = misfits.slice(0, misfitsAtMost).map((each) => each.slice(0, longestMisfit));
  const more = misfits.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

const placeOf = (job: AnyJobConfig, step: string): string => ('steps' in job ? `step ${step}: ` : '');

/** Undefined: the step writes no such output; null: nobody can say. */
function typeOfOutput(
  job: AnyJobConfig,
  found: FoundComponents,
  step: string,
  output: string,
): string | null | undefined {
  const other = 'steps' in job ? job.steps[step] : undefined;
  if (other?.kind !== 'component') return 'uri_folder';
  const one = found[step];
  return one ? one.outputs[outputName(other, output)] : null;
}

/** As the component calls it: what the job is for has a name of its own there. */
export function outputName({ outputs = {} }: Pick<ComponentStep, 'outputs'>, output: string): string {
  return (outputs as Readonly<Record<string, string | undefined>>)[output] ?? output;
}

/** Commands that read what no component of theirs writes. */
function* findMissingReads(job: AnyJobConfig, found: FoundComponents): Generator<string> {
  if (!('steps' in job)) return;
  for (const [name, step] of Object.entries((job satisfies PipelineConfig).steps)) {
    if (step.kind === 'component') continue;
    for (const { step: of, output } of portsOf(step).reads) {
      if (typeOfOutput(job, found, of, output) !== undefined) continue;
      const has = Object.keys(found[of]?.outputs ?? {}).join(', ') || 'none';
      yield `step ${name}: reads output ${output} of step ${of}, whose component has no such output; it has ${has}`;
    }
  }
}
