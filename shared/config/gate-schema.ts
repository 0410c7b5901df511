/**
 * The gates of a model file, with everything about them that can be found wrong before anything runs.
 *
 * Owns: the list of gates, and what is wrong with gates of a task. Does not own: the kinds of gates (a file each), what
 * a gate decides (shared/gates).
 */
import { z } from 'zod';
import { AgainstChampionGateSchema } from './against-champion-gate-schema.ts';
import { BoundGateSchema } from './bound-gate-schema.ts';
import { DataGateSchema, findLabelProblems } from './data-gate-schema.ts';
import { GapGateSchema } from './gap-gate-schema.ts';
import { type Problem, sourceOf } from './gate-fields.ts';
import { findMetric, type Task } from './metric-catalog.ts';

export { reservedColumns, sourceOf } from './gate-fields.ts';

export const GatesSchema = z
  .array(
    z.discriminatedUnion('kind', [BoundGateSchema, AgainstChampionGateSchema, GapGateSchema, DataGateSchema]),
  )
  .min(1)
  .superRefine((gates, context) => {
    for (const [index, { gate }] of gates.entries()) {
      if (gates.findIndex((other) => other.gate === gate) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'gate'], message: `a second gate named ${gate}` });
    }
    if (gates.every(({ severity }) => severity !== 'block')) {
      context.addIssue({ code: 'custom', message: 'no gate decides; give at least one severity: block' });
    }
  });

export type GateConfig = z.infer<typeof GatesSchema>[number];
export type BoundGate = Extract<GateConfig, { kind: 'bound' }>;
export type DataGate = Extract<GateConfig, { kind: 'data' }>;
export type GapGate = Extract<GateConfig, { kind: 'gap' }>;
export type AgainstChampionGate = Extract<GateConfig, { kind: 'against-champion' }>;
/** A gate on one number of the challenger. */
export type MetricGate = BoundGate | AgainstChampionGate;

/** Whether judging these gates takes the ids that training saw. */
export function needsTrainIds(gates: readonly GateConfig[]): boolean {
  return gates.some((gate) => gate.kind === 'data' && gate.overlap !== undefined);
}

/** Whether rows without a label are no error: a gate bounds their share. */
export function allowsUnlabelled(gates: readonly GateConfig[]): boolean {
  return gates.some((gate) => gate.kind === 'data' && gate.unlabelledShare !== undefined);
}

/** Gates on what models of the task do not have. */
export function* findTaskProblems(task: Task, gates: readonly GateConfig[]): Generator<Problem> {
  for (const [index, gate] of gates.entries()) {
    for (const { path, message } of findProblemsOfGate(task, gate)) {
      yield { path: ['gates', index, ...path], message };
    }
  }
}

function* findProblemsOfGate(task: Task, gate: GateConfig): Generator<Problem> {
  if (gate.kind === 'data') {
    yield* findLabelProblems(task, gate);
    return;
  }
  if (gate.kind === 'gap' && task !== 'binary') {
    yield {
      path: ['kind'],
      message: `gaps are between rates of binary models, and this one's task is ${task}`,
    };
    return;
  }
  const columns = [gate.slices?.by ?? []].flat();
  const probability = columns.find((name) => task === 'multiclass' && /^(?:challenger|champion):/.test(name));
  if (probability !== undefined) {
    const message = `the column ${probability} of a multiclass model is a probability; slice by another`;
    yield { path: ['slices', 'by'], message };
  }
  const kind = findMetric(gate.metric);
  if (!kind || kind.tasks.includes(task) || sourceOf(gate) === 'reported') return;
  const message = `${gate.metric} is a metric of ${kind.tasks.join(' and ')} models, and this one's task is ${task}`;
  yield { path: ['metric'], message };
}
