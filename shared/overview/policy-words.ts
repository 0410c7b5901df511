/**
 * A model file's policy as sentences, one for each rule, with where in the file it stands. Pure.
 *
 * Invariant: whatever of triggers, policy, gates, release, embargo and notices the file says is in some sentence; a field that
 * is new to the schema does not compile here, or is told as it stands.
 */
import type { AutomlConfig } from '../config/automl-schema.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { SweepConfig } from '../config/sweep-schema.ts';
import { describeElsewhere, isElsewhere } from '../domain/elsewhere.ts';
import { counted } from '../domain/plural.ts';
import type { PolicySentence, PolicyTopic } from '../domain/policy-words.ts';
import { reuseOf } from '../domain/training.ts';
import { further, quoted, span, type Told } from './words.ts';
import { tellGate } from './words-of-gates.ts';
import { tellPolicy } from './words-of-policy.ts';
import { tellEmbargo, tellNotices, tellRelease } from './words-of-release.ts';
import { tellTriggers } from './words-of-triggers.ts';

/** `defaults`: a file of the model that says no more than it must. */
export function describePolicy(config: ModelConfig, defaults: ModelConfig): readonly PolicySentence[] {
  const all: readonly (readonly [PolicyTopic, (from: ModelConfig) => readonly Told[]])[] = [
    ['triggers', ({ triggers }) => tellTriggers(triggers)],
    ['policy', ({ policy }) => tellPolicy(policy)],
    ['gates', tellGates],
    ['release', ({ release }) => tellRelease(release)],
    ['release', ({ embargo }) => tellEmbargo(embargo)],
    ['notices', ({ notices }) => tellNotices(notices)],
    ['jobs', tellJobs],
  ];
  return all.flatMap(([topic, tell]) => {
    const byDefault = new Map(tell(defaults).map(({ path, sentence }) => [path, sentence]));
    return tell(config).map(({ path, sentence }) => {
      return { topic, path, sentence, isDefault: byDefault.get(path) === sentence };
    });
  });
}

const inconclusiveWords: Readonly<Record<ModelConfig['onInconclusive'], string>> = {
  hold: 'A run whose gates are inconclusive ends so, and the champion stays.',
  ask: 'A run whose gates are inconclusive waits for a person to accept or refuse it.',
  recollect:
    'A run whose gates are inconclusive ends so, and the next signal has the same challenger judged again, three times at most.',
};

function tellGates({ gates, onInconclusive, holdout }: ModelConfig): readonly Told[] {
  const { alpha, looks, ...rest } = holdout ?? {};
  const error = alpha === undefined ? 'what the confidence of each gate leaves' : String(alpha);
  const often = looks === undefined ? 'any number of looks' : `${looks} looks`;
  return [
    ...gates.map((gate, at) => ({ path: `gates[${at}]`, sentence: tellGate(gate) })),
    { path: 'onInconclusive', sentence: inconclusiveWords[onInconclusive] },
    {
      path: 'holdout',
      sentence: `The same held-out rows may be judged in ${often}, which share a chance of error of ${error}.${further(rest)}`,
    },
  ];
}

function tellPastChampions({ pastChampions }: ModelConfig['training']): string {
  if (pastChampions === undefined) return '';
  const who =
    pastChampions === 1 ? 'the latest past champion is' : `up to ${pastChampions} past champions are`;
  return ` Before a run that drift or a metric asks for trains, ${who} scored: one that passes the gates is released again.`;
}

function tellReuse(training: ModelConfig['training']): string {
  const reuse = reuseOf(training);
  if (reuse === undefined) return '';
  return ` A training of the same code, data and settings that ended within ${span(reuse)} is taken in place of training again.`;
}

function tellJob(what: 'Training' | 'Evaluation', job: ModelConfig['training' | 'evaluation']): string {
  if ('searchSpace' in job) return tellSweep(job);
  if ('prepare' in job) return tellAutoml(job);
  if (isElsewhere(job))
    return `${what} is ${describeElsewhere(job)}, outside of the workspace, for ${span(job.timeout)} at most.`;
  if ('machines' in job)
    return `${what} is the published pipeline ${job.component}, for ${span(job.timeout)} at most, on ${counted(job.machines, 'machine')} at most.`;
  if (!('steps' in job)) return `${what} runs ${quoted(job.command)} for ${span(job.timeout)} at most.`;
  const steps = Object.entries(job.steps).map(
    ([name, step]) =>
      `${name}, ${step.kind === 'component' ? `component ${step.component}` : quoted(step.command)} for ${span(step.timeout)} at most`,
  );
  return `${what} is a pipeline of ${counted(steps.length, 'step')}: ${steps.join('; ')}.`;
}

function tellSweep({ command, objective, sampling, limits, searchSpace }: SweepConfig): string {
  const { maxTotalTrials, maxConcurrentTrials, trialTimeout, timeout } = limits;
  const tried = Object.keys(searchSpace).join(', ');
  const trials = `${counted(maxTotalTrials, 'trial')} at most, ${maxConcurrentTrials} at once, each for ${span(trialTimeout)} at most`;
  const whole = timeout === undefined ? '' : `, all within ${span(timeout)}`;
  return `Training is a sweep of ${quoted(command)} over ${tried} (${sampling.type}): ${trials}${whole}. The trial that ${objective.goal}s ${objective.metric} is the challenger.`;
}

function tellAutoml({ task, targetColumn, primaryMetric, prepare, limits }: AutomlConfig): string {
  const { maxTrials, maxConcurrentTrials, trialTimeout, timeout } = limits;
  const trials = `${counted(maxTrials, 'trial')} at most, ${maxConcurrentTrials} at once, each for ${span(trialTimeout)} at most, all within ${span(timeout)}`;
  return `Training is AutoML (${task} of ${quoted(targetColumn)}) over the table that ${quoted(prepare.command)} writes: ${trials}. The trial that is best by ${primaryMetric} is the challenger.`;
}

function tellJobs({ training, evaluation, data }: ModelConfig): readonly Told[] {
  const { path, holdoutShare, evaluateOn } = data;
  return [
    {
      path: 'training',
      sentence: `${tellJob('Training', training)}${tellPastChampions(training)}${tellReuse(training)}`,
    },
    {
      path: 'evaluation',
      sentence: tellJob('Evaluation', evaluation),
    },
    {
      path: 'data',
      sentence: `Data lies in ${path}; ${Number((100 * holdoutShare).toPrecision(4))} % of the rows are held out, and those of the latest ${evaluateOn} partitions are scored.`,
    },
  ];
}
