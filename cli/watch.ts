import pc from 'picocolors';
import type { Decision } from '../shared/domain/decision.ts';
import { modelOfRun, type Run } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { askModels } from './every-page.ts';
import { noSuchModel } from './models.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, SilentService, serviceOptions, serviceUsage } from './service.ts';
import {
  type Follower,
  followModel,
  followRun,
  followSignal,
  type News,
  type Progress,
  ServiceAway,
} from './watch/follow.ts';
import { openScreen, type Screen } from './watch/screen.ts';

export const watch: Command = {
  summary: 'Follow a run, the run of a model, or a signal, until the run has ended.',
  usage: [
    `ratchet watch RUN|MODEL|SIGNAL [--next] [--every SECONDS] ${serviceUsage}`,
    'A model: the run that is under way; --next waits for the next one where there is none. A signal id has colons; its decision',
    'leads to the run.',
    'Each change is a line; --json makes each a JSON document of one line.',
    'It asks every second, or as --every says, and goes on where the service starts again within two minutes.',
    'Exit code: 0 released, or its release has begun, 1 not released: rejected, gates, inconclusive, cancelled, or no run under way,',
    '2 wrong usage,',
    '3 a job or its evidence failed, the run died, or any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      every: { type: 'string', default: '1' },
      next: { type: 'boolean', default: false },
    });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError('name exactly one run, model or signal');
    return watchOne(id, values, { everyMs: readSeconds(values.every) * 1000, isNext: values.next });
  },
};

type Values = Parameters<typeof askService>[0];

/** Answers the exit code of `ratchet watch`. */
export async function watchOne(
  id: string,
  values: Values,
  { everyMs = 1000, isNext = false }: { readonly everyMs?: number; readonly isNext?: boolean } = {},
): Promise<number> {
  const screen = openScreen();
  const startedAt = Date.now();
  let isKnown = false;
  const follower: Follower = {
    everyMs,
    async ask(path) {
      try {
        const answer = await askService(values, path, {}, [404]);
        isKnown = true;
        return (answer as { status?: unknown }).status === 404 ? undefined : answer;
      } catch (error) {
        if (isKnown && error instanceof SilentService) throw new ServiceAway(error.message, { cause: error });
        throw error;
      }
    },
    tell: (news) => show(printableTexts(news), values.json === true, screen),
    wait: (what) => screen.status(pc.dim(`${since(startedAt)}  ${what}`)),
  };
  try {
    if (id.includes(':')) return await followSignal(follower, id);
    if (modelOfRun(id) !== null) return await followRun(follower, id);
    await requireModel(follower, id);
    return await followModel(follower, id, isNext);
  } finally {
    screen.close();
  }
}

async function requireModel({ ask }: Follower, name: string): Promise<void> {
  const { models } = await askModels<{ readonly model: string }>(ask);
  const names = models.map(({ model }) => model);
  if (names.includes(name)) return;
  throw new UsageError(noSuchModel(name, names));
}

function show(news: News, json: boolean, screen: Screen): void {
  if (json) screen.say(JSON.stringify(news));
  else if (news.event === 'decision') screen.say(describeDecision(news.decision));
  else if (news.event === 'waiting') console.error(pc.dim(news.sentence));
  else if (news.event === 'run') screen.say(describeRun(news.run, news.progress));
  else console.error(pc.yellow(`${news.problem}; asking again`));
}

function describeDecision({ decidedAt, outcome, reason, signal, sentence, changedBy }: Decision): string {
  return [
    `${decidedAt}  ${pc.bold(outcome)} (${reason})  ${signal.id}`,
    `  ${sentence}`,
    ...(outcome !== 'admitted' && changedBy ? [`  to change this: ${changedBy}`] : []),
  ].join('\n');
}

function describeRun(run: Run, progress: Progress | null): string {
  const { runId, phase, outcome, sentence, startedAt, endedAt } = run;
  if (outcome === null)
    return `${progress?.since ?? startedAt}  ${runId}  ${pc.bold(progress?.phase ?? phase)}${progress ? `  ${progress.waits}` : ''}`;
  const colour = ['released', 'candidate', 'unchanged'].includes(outcome) ? pc.green : pc.red;
  return [
    `${endedAt ?? startedAt}  ${runId}  ${colour(outcome)}  ${sentence}`,
    ...(outcome === 'candidate' ? [`  its release: ratchet release ${runId}`] : []),
    `  why, from the request on: ratchet explain ${runId}`,
  ].join('\n');
}

function since(startedAt: number): string {
  const seconds = Math.floor((Date.now() - startedAt) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 3600) return seconds;
  throw new UsageError(`--every: expected seconds from 0.1 to 3600, got ${JSON.stringify(text)}`);
}
