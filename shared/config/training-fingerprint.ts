/**
 * Whether two trainings are the same: by a hash of all that goes into one.
 *
 * Owns: what counts. Does not own: where it is kept (shared/ledger/trainings.ts), what is made of it (docs/reuse.md).
 *
 * Invariants
 * 1. What is not known to be without effect counts: a field that the model file gets some day makes another training until it
 *    is listed here.
 * 2. It is made of what the run has pinned: of the data the names, etags and sizes of its manifest, never of the folder as it is.
 *
 * Source: the key of an action in the Remote Execution API of Bazel (`Action`: command, input root, platform) is made of all of
 * its inputs, and an undeclared one is what makes a cache wrong; the run cache of DVC keys by command, parameters and the
 * checksums of dependencies. Azure ML keys a step by its component and the addresses of its inputs ("reuse", `force_rerun`),
 * which do not change with the files below them.
 */
import type { DataManifest } from '../domain/data-manifest.ts';
import type { ModelVersion } from '../domain/run.ts';
import { machinesOf } from './estimate.ts';
import { hashJson } from './pin.ts';
import type { ModelConfig } from './schema.ts';
import type { TrainingConfig } from './training-schema.ts';

/** What is hashed says so of itself: jobs that Ratchet builds in another way would have another number. */
const form = 'ratchet-training 1';

/** Where, as whom, how long and how often a job runs, and what it is called: not what it computes. */
const withoutEffect = new Set([
  ...['compute', 'queue', 'identity', 'timeout', 'retries', 'tags'],
  // What a published pipeline takes at the most, for the budget.
  'machines',
  ...['pastChampions', 'reuse'],
]);

/** SHA-256 of the canonical JSON, hex. */
export function fingerprintOf(
  {
    model,
    data,
    training,
  }: Pick<ModelConfig, 'model' | 'training'> & {
    readonly data: Pick<ModelConfig['data'], 'path'>;
  },
  { train, evaluate, holdoutShare }: Pick<DataManifest, 'train' | 'evaluate' | 'holdoutShare'>,
): string {
  return hashJson({
    ...{ form, model, training: whatCounts(training) },
    data: {
      path: data.path,
      files: train.map(({ name, etag, bytes }) => [name, etag, bytes]),
      heldOut: { share: holdoutShare, files: evaluate.map(({ name }) => name) },
    },
  });
}

/** What judges a challenger of these data: gates, how it is evaluated, and against whom. SHA-256, hex. */
export function judgementOf(
  { task, gates, evaluation, holdout }: Pick<ModelConfig, 'task' | 'gates' | 'evaluation' | 'holdout'>,
  champion: ModelVersion | null,
): string {
  const against = champion && { name: champion.name, version: champion.version };
  return hashJson({ task, gates, evaluation: whatCounts(evaluation), holdout, against });
}

function whatCounts(job: object): Record<string, unknown> {
  const counted = Object.entries(job).flatMap(([field, value]): [string, unknown][] => {
    if (withoutEffect.has(field)) return [];
    if (field === 'resources') return machinesCount(value as Resources);
    if (field === 'prepare') return [[field, whatCounts(value as object)]];
    if (field !== 'steps') return [[field, value]];
    const steps = Object.entries(value as Record<string, object>);
    return [[field, Object.fromEntries(steps.map(([name, step]) => [name, whatCounts(step)]))]];
  });
  return Object.fromEntries(counted);
}

type Resources = Parameters<typeof machinesOf>[0]['resources'];

/** How many divide the work; of which size they are is no part of what is computed. */
function machinesCount(resources: Resources): [string, unknown][] {
  const machines = machinesOf({ resources });
  return machines === 1 ? [] : [['machines', machines]];
}

/** What names another thing from one day to the next: a label, and the latest of whatever it is. */
const moving = /[@:/]latest\b|\/labels\/|\bmodels:\/\S+@/i;

interface Moving {
  /** Of the field, below the training. */
  readonly path: readonly string[];
  readonly value: string;
}

/**
 * Where a training names what may be another thing tomorrow, as far as the model file says; null: nowhere. Code and environments
 * always have a version: one without is refused.
 */
export function findMoving(training: TrainingConfig): Moving | null {
  const parts: readonly (readonly [readonly string[], Named])[] = [
    [[], training],
    ...('prepare' in training ? [[['prepare'], training.prepare] as const] : []),
    ...('steps' in training
      ? Object.entries(training.steps).map(([name, step]) => [['steps', name], step] as const)
      : []),
  ];
  for (const [at, part] of parts) {
    const found = findMovingIn(part, at);
    if (found) return found;
  }
  return null;
}

interface Named {
  readonly kind?: string | undefined;
  readonly command?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environmentVariables?: Readonly<Record<string, unknown>>;
}

function findMovingIn(
  { command = '', inputs = {}, settings = {}, environmentVariables = {} }: Named,
  at: readonly string[],
): Moving | null {
  const fields = Object.entries({ inputs, settings, environmentVariables }).flatMap(([field, values]) =>
    Object.entries(values).map(([name, value]) => ({ path: [...at, field, name], value: String(value) })),
  );
  const words = command.split(/\s+/).map((value) => ({ path: [...at, 'command'], value }));
  return [...fields, ...words].find(({ value }) => moving.test(value)) ?? null;
}
