import pc from 'picocolors';
import { parseDurationMs } from '../shared/config/duration.ts';
import { suggest } from '../shared/config/suggest.ts';
import type { Serving } from '../shared/domain/deployment.ts';
import type { FleetLimits } from '../shared/domain/fleet-state.ts';
import type { Mode, ModelState } from '../shared/domain/model-state.ts';
import { counted } from '../shared/domain/plural.ts';
import type { PolicyWords } from '../shared/domain/policy-words.ts';
import type { Word } from '../shared/domain/word.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describePolicy } from './describe-policy.ts';
import { askModels } from './every-page.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

interface ModelView extends Pick<ModelState, 'champion' | 'live' | 'pending' | 'lastRun'> {
  readonly model: string;
  /** Null where its file has never been valid. */
  readonly configHash: string | null;
  /** What is wrong with its file, in lines. */
  readonly problems?: readonly string[];
  readonly mode: Mode | null;
  readonly spent?: readonly { readonly computeHours: number; readonly at: string }[];
  readonly budget?: FleetLimits['budget'] | null;
  readonly modeSetBy: Word | null;
  readonly frozen: NonNullable<ModelState['frozen']>;
  readonly waiting: readonly string[];
  readonly serving: readonly Serving[];
  readonly glass: ModelState['glass'] | null;
  /** Absent: its file misses nothing. */
  readonly absences?: readonly {
    readonly state: 'coming' | 'absent' | 'none-yet';
    readonly sentence: string;
  }[];
}

export const models: Command = {
  summary:
    'Show every model, or one: its champion, what serves where, the run under way, what waits, what blocks a run.',
  usage: [
    `ratchet models [MODEL] ${serviceUsage}`,
    'With MODEL: that one, with what its policy would decide now and the rules of its file in plain words.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    const [name, ...more] = positionals;
    if (more.length > 0) throw new UsageError('name one model, or none for all');
    const answer = await askModels<ModelView>((path) => askService(values, path));
    if (name !== undefined) return showOne(values, name, answer.models);
    if (values.json) printJson(answer);
    else if (answer.models.length === 0) console.log('No models: the service has no model files.');
    else for (const view of answer.models) console.log(describe(printableTexts(view)));
    return 0;
  },
};

async function showOne(
  values: Parameters<typeof askService>[0],
  name: string,
  all: readonly ModelView[],
): Promise<number> {
  const view = all.find(({ model }) => model === name);
  if (!view)
    throw new Error(
      noSuchModel(
        name,
        all.map(({ model }) => model),
      ),
    );
  // A file that has never been valid has no policy.
  const policy =
    view.configHash === null
      ? null
      : ((await askService(values, `models/${encodeURIComponent(name)}/policy`)) as PolicyWords);
  if (values.json) printJson({ model: view, policy });
  else {
    console.log(describe(printableTexts(view)));
    if (policy) console.log(describePolicy(printableTexts(policy)));
  }
  return 0;
}

/** For every command that takes the name of a model. */
export function noSuchModel(name: string, names: readonly string[]): string {
  return `there is no model ${JSON.stringify(name)}${suggest(name, names)}; the service has ${names.join(', ') || 'none'}`;
}

function describe(view: ModelView): string {
  const { model, champion, serving, live, pending, lastRun, mode, modeSetBy, frozen, waiting, glass } = view;
  const parts = [`champion ${champion?.version ?? 'none yet'}`];
  for (const { endpoint, version, registry, since } of serving)
    parts.push(
      `${version}${registry ? ` of registry ${registry}` : ''} serves at ${endpoint} since ${since}`,
    );
  if (mode !== null && (mode !== 'auto' || modeSetBy))
    parts.push(`mode ${mode}${modeSetBy ? ` (set by ${modeSetBy.by})` : ''}`);
  for (const { by, until } of frozen) parts.push(`frozen by ${by} until ${until ?? 'thawed'}`);
  if (live?.breaksGlass)
    parts.push(
      `the challenger of run ${live.runId} is being promoted in override of the gates since ${live.since}`,
    );
  else if (live) parts.push(`run ${live.runId} under way since ${live.since}`);
  if (live?.asks)
    parts.push(`it waits for a person until ${live.asks.until}: ratchet accept, or ratchet refuse`);
  if (glass)
    parts.push(
      `${glass.by} approved an override of run ${glass.runId} (${glass.reason}) at ${glass.at}: a second approval is missing`,
    );
  if (pending?.suggestedUntil)
    parts.push(`a run is suggested until ${pending.suggestedUntil}: ratchet approve`);
  else if (pending) parts.push(`${pending.signals.length} waiting until ${pending.until}`);
  if (waiting.length > 0) parts.push(`${counted(waiting.length, 'manual request')} waiting`);
  for (const { state, sentence } of view.absences ?? [])
    if (state !== 'coming') parts.push(sentence.replace(/\.$/, ''));
  if (view.budget) parts.push(describeBudget(view.budget, view.spent ?? []));
  if (lastRun) parts.push(`last run ${lastRun.runId} ended ${lastRun.outcome} at ${lastRun.endedAt}`);
  return [`${pc.bold(model)}  ${parts.join('; ')}`, ...describeProblems(view)].join('\n');
}

function describeBudget(
  { window, computeHours, money, pricePerHour = 0 }: NonNullable<FleetLimits['budget']>,
  spent: NonNullable<ModelView['spent']>,
): string {
  const since = new Date(Date.now() - (parseDurationMs(window) ?? 0)).toISOString();
  // What is older leaves the model's state with its next signal.
  const hours = spent.filter(({ at }) => at > since).reduce((sum, run) => sum + run.computeHours, 0);
  const limits = [
    ...(computeHours === undefined ? [] : [`${hours.toFixed(2)} of ${computeHours} h`]),
    ...(money === undefined ? [] : [`${(hours * pricePerHour).toFixed(2)} of ${money} in money`]),
  ];
  return `spent or reserved in ${window}: ${limits.join(', ')}`;
}

function describeProblems({ problems = [], configHash }: ModelView): string[] {
  if (problems.length === 0) return [];
  const goesOn =
    configHash === null ? 'it takes no requests until it is fixed' : 'its last valid version stays in use';
  return [pc.red(`  its model file is invalid: ${goesOn}`), ...problems.map((problem) => `    ${problem}`)];
}
