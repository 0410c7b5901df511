/**
 * What a valid file says that its writer hardly means: it is taken, and `ratchet validate` tells. Pure.
 *
 * Owns: such things of one model file, and of the fleet file beside the model files. Does not own: what is refused
 * (the schemas).
 */

import { seriesAtMost } from '../domain/breach-test.ts';
import { counted } from '../domain/plural.ts';
import { openCron } from './cron.ts';
import { parseDurationMs } from './duration.ts';
import { divideHours, estimateHours, limitHours, sumWeights } from './estimate.ts';
import { findJobWarnings, hours } from './find-job-warnings.ts';
import type { FleetPolicy } from './fleet-schema.ts';
import type { GateConfig } from './gate-schema.ts';
import { findMetric } from './metric-catalog.ts';
import { formOf } from './metric-form.ts';
import type { ModelConfig, QueryTrigger } from './schema.ts';
import { listConfidences } from './sure-rules.ts';

export interface Warning {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export function findModelWarnings(config: ModelConfig): readonly Warning[] {
  return [
    ...findLooksWithoutData(config),
    ...findRulesNeverBroken(config),
    ...findRulesNeverSure(config),
    ...findTooManySure(config),
    ...findAdviceThatNeverAsks(config),
    ...findVainAbsences(config),
    ...config.gates.flatMap(findGateThatPassesAll),
    ...config.gates.flatMap(findReportedUnsaid),
    ...findUnguardedChampion(config),
    ...findJobWarnings(config),
    ...findUnprovenRelease(config),
  ];
}

/** Each run looks at the held-out rows, and each look at the same rows spends of the gates' error. */
function findLooksWithoutData({ triggers, policy, gates }: ModelConfig): Warning[] {
  const spends = gates.some((gate) => 'confidence' in gate && gate.confidence !== undefined);
  if (!spends || policy.minimumNewRows !== undefined || triggers.schedules.length === 0) return [];
  const message =
    'requests runs without new data as well, and each is one more interim look at the same held-out rows, which spends the lifetime error budget (docs/gates.md, "Looking again"); set policy.minimumNewRows';
  return [{ path: ['triggers', 'schedules'], message }];
}

/** Limits at the end of what a metric can be; limits beyond it are refused. */
function findRulesNeverBroken({ triggers }: ModelConfig): Warning[] {
  return (['metrics', 'runs'] as const).flatMap((field) =>
    triggers[field].flatMap(({ metric, below, above }, index): Warning[] => {
      const kind = findMetric(metric);
      if (!kind || (above !== kind.highest && below !== kind.lowest)) return [];
      const side = above === undefined ? 'below' : 'above';
      const message = `${metric} is never ${side} ${below ?? above}: the rule never requests a run`;
      return [{ path: ['triggers', field, index, side], message }];
    }),
  );
}

/** Rules whose values have an interval only where their reports bring one. */
function findRulesNeverSure({ triggers }: ModelConfig): Warning[] {
  return triggers.metrics.flatMap(({ metric, confidence, valueIs }, index): Warning[] => {
    if (confidence === undefined || valueIs !== undefined || formOf(metric)) return [];
    const message = `the sample alone says nothing of how sure ${metric} is: a report without standardErrors.${metric} is never a breach; send it, or say valueIs: proportion where it is a share of the sample`;
    return [{ path: ['triggers', 'metrics', index, 'confidence'], message }];
  });
}

function findTooManySure(config: ModelConfig): Warning[] {
  const { length } = listConfidences(config);
  if (length <= seriesAtMost) return [];
  const message = `${length} rules have a confidence, and how the windows of a rule stand is kept of ${seriesAtMost} of a model: those tested longest ago begin anew each time, and raise more false alarms than they say; ask fewer rules for confidence`;
  return [{ path: ['triggers'], message }];
}

function findAdviceThatNeverAsks({ triggers, policy }: ModelConfig): Warning[] {
  if (policy.advice !== 'signal') return [];
  const lacks = [
    ...(triggers.metrics.length === 0 ? ['a rule in triggers.metrics'] : []),
    ...(policy.budget || policy.mostRuns ? [] : ['policy.budget or policy.mostRuns']),
  ];
  if (lacks.length === 0) return [];
  const message = `never requests a run: whether one pays cannot be said without ${lacks.join(' and ')}`;
  return [{ path: ['policy', 'advice'], message }];
}

function findGateThatPassesAll(gate: GateConfig, index: number): Warning[] {
  const kind = gate.kind === 'bound' ? findMetric(gate.metric) : undefined;
  if (gate.kind !== 'bound' || !kind) return [];
  const side = gate.atLeast === kind.lowest ? 'atLeast' : gate.atMost === kind.highest ? 'atMost' : null;
  if (side === null) return [];
  const rule = `${side === 'atLeast' ? 'at least' : 'at most'} ${gate[side]}`;
  const message = `${gate.metric} is always ${rule}: every challenger passes`;
  return [{ path: ['gates', index, side], message }];
}

/** A metric that only the job knows, without the file saying so: it may as well be a name of nobody's. */
function findReportedUnsaid(gate: GateConfig, index: number): Warning[] {
  if (gate.kind === 'data' || gate.source !== undefined || findMetric(gate.metric)) return [];
  const message = `Ratchet does not compute ${gate.metric}: unless the evaluation reports it, in metrics.json or through MLflow, every run ends in an error; say that it does with source: reported`;
  return [{ path: ['gates', index, 'metric'], message }];
}

function findUnguardedChampion({ evaluation }: ModelConfig): Warning[] {
  if (evaluation.kind === 'pipeline-component') return [];
  const steps = evaluation.kind === 'pipeline' ? Object.entries(evaluation.steps) : [];
  const commands = [
    ...('command' in evaluation ? [[['evaluation', 'command'], evaluation.command] as const] : []),
    ...steps.flatMap(([name, step]) =>
      step.kind === 'component' ? [] : [[['evaluation', 'steps', name, 'command'], step.command] as const],
    ),
  ];
  const message =
    'before there is a champion the input has no value, and every run fails; write $[[--champion ${{inputs.champion}}]]';
  return commands.flatMap(([path, command]) => {
    const unguarded = command.replaceAll(/\$\[\[.*?\]\]/gs, '');
    return /\$\{\{\s*inputs\.champion\s*\}\}/.test(unguarded) ? [{ path, message }] : [];
  });
}

/** A release over stages that nothing can stop, or nobody let go on. */
function findUnprovenRelease({ release: { target, stages } }: ModelConfig): Warning[] {
  if (!target) return [];
  const warnings: Warning[] = [];
  if (!target.smoke) {
    const message =
      'sends the version no requests before it serves: that it answers, and as the version it is, is not proven; add target.smoke';
    warnings.push({ path: ['release', 'target'], message });
  }
  if (!stages.some((stage) => 'checks' in stage && stage.checks)) {
    const message =
      'have no checks: a version that fails at what people send is not rolled back by itself; add checks, to the stage of kind production at least';
    warnings.push({ path: ['release', 'stages'], message });
  }
  stages.forEach((stage, at) => {
    if (stage.kind !== 'approval' || !stage.by || new Set(stage.by).size >= stage.need) return;
    const message = `${stage.need} people must approve, and by names ${new Set(stage.by).size}: unless one of them is a team, it is always rejected`;
    warnings.push({ path: ['release', 'stages', at, 'need'], message });
  });
  return warnings;
}

export function findFleetWarnings(
  fleet: FleetPolicy,
  models: ReadonlyMap<string, ModelConfig>,
): readonly Warning[] {
  return [...findVainFalseAlarms(fleet, models), ...findRunsBeyondBudget(fleet, models)];
}

/** A promise over all rules that each keeps by itself, or that is about none. */
function findVainFalseAlarms(
  { falseAlarms }: FleetPolicy,
  models: ReadonlyMap<string, ModelConfig>,
): Warning[] {
  if (falseAlarms === undefined) return [];
  const path = ['falseAlarms'];
  const confidences = [...models.values()].flatMap(listConfidences);
  if (confidences.length === 0)
    return [{ path, message: 'is about rules with a confidence, and no model file has one' }];
  const asked = Number((confidences.length * (1 - Math.min(...confidences))).toPrecision(3));
  if (falseAlarms < asked) return [];
  const rules = counted(confidences.length, 'rule');
  const message = `asks nothing that the confidence of the ${rules} with one does not ask already; give less than ${asked}, or leave it out`;
  return [{ path, message }];
}

/** Models whose run the budget, or their share of it, does not hold. */
function findRunsBeyondBudget(
  fleet: FleetPolicy,
  models: ReadonlyMap<string, ModelConfig>,
): readonly Warning[] {
  const { budget } = fleet;
  if (!budget) return [];
  const limit = limitHours(budget);
  const shareOf = divideHours({ weights: sumWeights(models.keys(), fleet.shares), policy: fleet });
  return [...models].flatMap(([name, config]): Warning[] => {
    const needed = estimateHours(config, 'retrain');
    const share = shareOf(name);
    const path = Object.hasOwn(fleet.shares, name) ? ['shares', name] : ['budget'];
    const run = `a run of model ${name} may take ${hours(needed)} by the timeouts of its jobs`;
    if (needed > limit) {
      const message = `${run}, and the budget is ${hours(limit)}: it never starts; raise the budget, or shorten the timeouts`;
      return [{ path, message }];
    }
    if (needed <= share) return [];
    const message = `${run}, and its share of the budget is ${hours(share)}: it starts once in a window, and again only while nobody else waits; raise its share or the budget, or shorten the timeouts`;
    return [{ path, message }];
  });
}

/** An absence that nobody hears of, and one of a query that is asked less often than it may stay away. */
function findVainAbsences({ triggers, notices = [] }: ModelConfig): Warning[] {
  const { absences = [], composites = [], queries } = triggers;
  const parts = new Set(composites.flatMap(({ rules }) => rules));
  return absences.flatMap(({ name, of, for: allowed, retrain }, index): Warning[] => {
    const path = ['triggers', 'absences', index];
    const isHeard =
      retrain || parts.has(name) || notices.some(({ about }) => about?.includes('question') ?? true);
    const untold =
      'nobody is told of it: it requests no run, is a part of no composite, and notices is empty; name a receiver there, docs/notices.md';
    const query = queries.find((rule) => rule.name === of);
    const apartMs = query ? longestStepMs(query) : 0;
    const seldom = `query ${of} is asked every ${counted(Math.round(apartMs / 3_600_000), 'hour')} at times, and each time it is missed before; give more than that`;
    return [
      ...(isHeard ? [] : [{ path, message: untold }]),
      ...(parseDurationMs(allowed)! > apartMs ? [] : [{ path: [...path, 'for'], message: seldom }]),
    ];
  });
}

/** From some day on, which decides little: patterns come round. */
function longestStepMs({ cron, timeZone }: Pick<QueryTrigger, 'cron' | 'timeZone'>): number {
  const runs = openCron(cron, timeZone).nextRuns(60, new Date(Date.UTC(2026, 0, 1)));
  return Math.max(0, ...runs.slice(1).map((run, at) => run.getTime() - runs[at]!.getTime()));
}
