import type * as df from 'durable-functions';
import type { Run } from '../shared/domain/run.ts';
import { freeModel } from './free-model.ts';
import type { RunEnd, RunInput } from './run-input.ts';
import { now } from './take-step.ts';

/** What a run has brought about so far. */
export type RunFindings = Pick<
  Run,
  | 'challenger'
  | 'registeredVersion'
  | 'released'
  | 'verdict'
  | 'acceptedBy'
  | 'attempts'
  | 'pastChampions'
  | 'reuse'
  | 'tuned'
  | 'elsewhere'
>;

export const noFindings: RunFindings = {
  challenger: null,
  registeredVersion: null,
  released: false,
  verdict: null,
};

/** The ledger's row of a run. */
export function describeRun(input: RunInput, phase: Run['phase'], findings: RunFindings): Run {
  const { runId, kind, pinned, signalKind, signals, champion, startedAt } = input;
  return {
    runId,
    model: pinned.config.model,
    kind,
    signalKind,
    signals,
    phase,
    outcome: null,
    sentence: '',
    startedAt,
    endedAt: null,
    champion,
    configHash: pinned.configHash,
    ...findings,
  };
}

/** Frees the model of the run and writes how it ended. None of its jobs may be alive any more. */
export function* settle(
  context: df.OrchestrationContext,
  input: RunInput,
  { outcome, sentence, keep }: RunEnd,
  findings: RunFindings = noFindings,
  computeHours?: number,
): Generator<df.Task, Run, unknown> {
  const endedAt = now(context);
  let run: Run = { ...describeRun(input, 'settled', findings), outcome, sentence, endedAt };
  yield* freeModel(context, {
    model: run.model,
    settlement: {
      runId: run.runId,
      outcome,
      champion: findings.released ? findings.challenger : null,
      now: endedAt,
      ...(computeHours !== undefined && { computeHours }),
      ...(keep && { keep }),
    },
    describe({ wasLive, signals }) {
      if (wasLive) run = { ...run, signals };
      return run;
    },
    evenIfFreed: true,
  });
  return run;
}
