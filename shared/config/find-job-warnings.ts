/** What the jobs of a valid file say that its writer hardly means. Pure. */
import { reuseOf } from '../domain/training.ts';
import { automlMs } from './automl-time.ts';
import { resultOf } from './command.ts';
import { parseDurationMs } from './duration.ts';
import { hoursOf } from './estimate.ts';
import type { Problem } from './gate-fields.ts';
import { portsOf } from './pipeline-ports.ts';
import type { ModelConfig } from './schema.ts';
import { parametersIn } from './sweep-schema.ts';
import { sweepMs } from './sweep-time.ts';
import { findMoving } from './training-fingerprint.ts';

export function findJobWarnings(config: ModelConfig): readonly Problem[] {
  return [
    ...findShortRun(config),
    ...findIdleSteps(config),
    ...findIdleParameters(config),
    ...findVainReuse(config),
  ];
}

function findShortRun(config: ModelConfig): Problem[] {
  const { longestRun } = config.policy;
  const needed = longestHours(config);
  const allowed = (parseDurationMs(longestRun) ?? 0) / 3_600_000;
  if (needed <= allowed) return [];
  const message = `${longestRun} is shorter than the timeouts of the jobs together, ${hours(needed)}: a run may be cancelled before its jobs reach theirs`;
  return [{ path: ['policy', 'longestRun'], message }];
}

/** How long the jobs may take one after another: trials and the steps of a published pipeline run beside each other. */
function longestHours(config: ModelConfig): number {
  const { training, evaluation } = config;
  const scored = 1 + (training.pastChampions ?? 0);
  return lastsHours(training) + scored * lastsHours(evaluation);
}

function lastsHours(job: ModelConfig['training' | 'evaluation']): number {
  if ('searchSpace' in job) return sweepMs(job) / 3_600_000;
  if ('prepare' in job) return (parseDurationMs(job.prepare.timeout)! + automlMs(job)) / 3_600_000;
  return 'machines' in job ? (parseDurationMs(job.timeout) ?? 0) / 3_600_000 : hoursOf(job);
}

/** Hyperparameters that are tried and make no difference, as far as the command says. */
function findIdleParameters({ training }: ModelConfig): Problem[] {
  if (training.kind !== 'sweep') return [];
  const named = new Set(parametersIn(training.command));
  const idle = Object.keys(training.searchSpace).filter((name) => !named.has(name));
  return idle.map((name) => {
    const message = `the command names no \${{search_space.${name}}}: unless its program reads AZUREML_SWEEP_${name}, trials differ in it for nothing`;
    return { path: ['training', 'searchSpace', name], message };
  });
}

/** A training that is not the same again, though it is to be taken for the same. */
function findVainReuse({ training }: ModelConfig): Problem[] {
  if (reuseOf(training) === undefined) return [];
  const moved = findMoving(training);
  if (moved) {
    const message = `${moved.value} may be another thing each time, so that no earlier training is ever taken (training.reuse); name a version`;
    return [{ path: ['training', ...moved.path], message }];
  }
  const path = ['training', 'reuse'];
  if (training.kind === 'automl') {
    const message =
      'takes what an earlier AutoML job found, where another might find more; request with --fresh to have it look anew';
    return [{ path, message }];
  }
  const drawn = training.kind === 'sweep' ? training.sampling : undefined;
  if (drawn?.type !== 'bayesian' && (drawn?.type !== 'random' || drawn.seed !== undefined)) return [];
  const message =
    'takes an earlier sweep as it was drawn, where another might try other values; draw at random with a seed, or request with --fresh to have it drawn anew';
  return [{ path, message }];
}

/** Steps that take machines for what nobody reads. */
function findIdleSteps(config: ModelConfig): Problem[] {
  return (['training', 'evaluation'] as const).flatMap((phase) => {
    const job = config[phase];
    if (job.kind !== 'pipeline') return [];
    const ports = Object.entries(job.steps).map(([name, step]) => [name, portsOf(step)] as const);
    const read = new Set(ports.flatMap(([, { reads }]) => reads.map(({ step }) => step)));
    return ports.flatMap(([name, { outputs }]): Problem[] => {
      if (read.has(name) || outputs.includes(resultOf[phase])) return [];
      const message = `no step reads what it writes, and it writes no ${resultOf[phase]}: the run waits for it, and pays, for nothing that is judged`;
      return [{ path: [phase, 'steps', name], message }];
    });
  });
}

/** For a person. */
export function hours(value: number): string {
  return `${Number(value.toFixed(2))} h`;
}
