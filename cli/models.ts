import pc from 'picocolors';
import type { Serving } from '../shared/domain/deployment.ts';
import type { ModelState } from '../shared/domain/model-state.ts';
import { type Command, readArgs } from './command.ts';
import { askService, printJson, serviceOptions } from './service.ts';

interface ModelView extends Pick<ModelState, 'champion' | 'live' | 'pending' | 'lastRun'> {
  readonly model: string;
  readonly serving: readonly Serving[];
}

export const models: Command = {
  summary: 'Show every model: its champion, what serves where, the run under way, the signal that waits.',
  usage: 'ratchet models [--url URL] [--key KEY] [--json]',
  async run(args) {
    const { values } = readArgs(args, serviceOptions);
    const answer = (await askService(values, 'models')) as { models: ModelView[] };
    if (values.json) printJson(answer);
    else for (const view of answer.models) console.log(describe(view));
    return 0;
  },
};

function describe({ model, champion, serving, live, pending, lastRun }: ModelView): string {
  const parts = [`champion ${champion?.version ?? 'none yet'}`];
  for (const { endpoint, version, since } of serving)
    parts.push(`${version} serves at ${endpoint} since ${since}`);
  if (live) parts.push(`run ${live.runId} under way since ${live.since}`);
  if (pending) parts.push(`${pending.signals.length} waiting until ${pending.until}`);
  if (lastRun) parts.push(`last run ${lastRun.runId} ended ${lastRun.outcome} at ${lastRun.endedAt}`);
  return `${pc.bold(model)}  ${parts.join('; ')}`;
}
