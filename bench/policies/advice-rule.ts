/** Advice as a rule: what it says through its own code, from what a live service would have recorded by then. */
import { adviceSignal } from '../../shared/advice/advice-signal.ts';
import { advise } from '../../shared/advice/advise.ts';
import type { Past, PastRun, Report } from '../../shared/advice/known-past.ts';
import { type ModelConfig, ModelConfigSchema } from '../../shared/config/schema.ts';
import { type Rule, ruleOf, type World } from './rule.ts';

/** A model file whose threshold lies so far above the reference, with so much of jobs in 30 days; a run takes an hour. An error costs 1. */
export function adviceConfig(
  { reference }: Pick<World, 'reference'>,
  above: number,
  budget: { readonly computeHours: number; readonly pricePerHour?: number },
): ModelConfig {
  const job = { code: 'azureml:m:1', environment: 'azureml:m:1', compute: 'cpu', timeout: 'PT30M' };
  return ModelConfigSchema.parse({
    model: 'm',
    data: { path: 'm/', evaluateOn: 1 },
    training: { ...job, command: 'train --out ${{outputs.model}}' },
    evaluation: {
      ...job,
      command: 'evaluate --challenger ${{inputs.challenger}} --out ${{outputs.evidence}}',
    },
    triggers: {
      metrics: [{ name: 'low', metric: 'accuracy', below: Math.max(0.01, 1 - reference - above) }],
    },
    policy: {
      ...{ advice: 'signal', cooldown: 'PT0S', budget: { window: 'P30D', ...budget } },
      ...(budget.pricePerHour !== undefined && { lossPerDay: 1 }),
    },
    gates: [{ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.5 }],
    release: { stages: [{ stage: 'production', channel: 'service-bus' }] },
  });
}

export function adviceRule(config: ModelConfig): Rule {
  const [reports, champions, runs]: [Report[], { from: string; version: string }[], PastRun[]] = [[], [], []];
  return {
    ...ruleOf('advice', (_, at) => {
      const past: Past = { reports, champions, runs, data: [] };
      return adviceSignal('m', at, advise(config, past, at)) !== null;
    }),
    see: ({ at, version, wrong, rows }) => {
      reports.push({
        ...{ at, value: 1 - wrong / rows, sample: rows, standardError: null, version: String(version) },
      });
    },
    crowned: (version, from) => {
      // What was under way when everyone began anew has no end; live, it would have been cancelled.
      const last = runs.at(-1);
      if (last?.endedAt === null) runs[runs.length - 1] = { ...last, endedAt: from, outcome: 'cancelled' };
      champions.push({ from, version: String(version) });
    },
    started: (startedAt) => {
      runs.push({ startedAt, endedAt: null, outcome: null, hours: null });
    },
    ended: (endedAt, outcome) => {
      runs[runs.length - 1] = { ...runs.at(-1)!, endedAt, outcome, hours: 1 };
    },
  };
}
