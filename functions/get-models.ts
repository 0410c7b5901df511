import * as df from 'durable-functions';
import { readClock } from '../shared/dispatch/read-clock.ts';
import { runOfGlass } from '../shared/domain/broken-glass.ts';
import type { CheckRow } from '../shared/domain/check.ts';
import { findServing } from '../shared/domain/deployment.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { serve } from '../shared/http/serve.ts';
import { readStates } from '../shared/overview/read-states.ts';
import { checkAbsences } from '../shared/signals/find-absences.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * Every model with its champion, what serves where, the run under way, what waits, is frozen and spent, and what is wrong
 * with its file. `configHash` null: the file has never been valid here, and the model answers nothing else.
 */
serve('get-models', {
  route: 'models',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (_request, context) => {
    const client = df.getClient(context);
    const { names, models: pinned, broken, fleet } = await wiring.modelFiles();
    const [{ describeProblems }, { isUnread }] = await Promise.all([
      import('../shared/config/model-files.ts'),
      import('../shared/overview/read-overview.ts'),
    ]);
    const ledger = await wiring.ledger();
    const [deployments, states, listed] = await Promise.all([
      ledger.listDeployments(),
      readStates(client, names),
      ledger.cards.list(names[0] ?? '', names.at(-1) ?? ''),
    ]);
    const isAnyMissing = [...pinned.values()].some(({ config }) => config.triggers.absences);
    const at = isAnyMissing ? await readClock(client) : '';
    const isKnown = (name: string): boolean => listed.cards.has(name) || isUnread(name, listed);
    const models = names.map(async (name) => {
      const { config = null, configHash = null } = pinned.get(name) ?? {};
      const entityState = states.get(name) ?? (isKnown(name) ? await readLostState(name) : newModelState);
      const { champion, championSince = null, live, pending, lastRun, mode, frozen = [] } = entityState;
      const { waiting = [], newData = null, spent = [], glass = null } = entityState;
      return {
        model: name,
        description: config?.description ?? null,
        configHash,
        problems: describeProblems(broken.get(name) ?? []),
        champion,
        championSince,
        serving: findServing(name, deployments),
        live: live && { ...live, runId: runOfGlass(live.runId) },
        pending,
        // States of before have the name that the run bore while its glass was broken.
        lastRun: lastRun && { ...lastRun, runId: runOfGlass(lastRun.runId) },
        mode: mode?.mode ?? config?.policy.mode ?? null,
        modeSetBy: mode ?? null,
        frozen,
        waiting,
        newData,
        spent,
        budget: config?.policy.budget ?? null,
        glass,
        ...(config?.triggers.absences && {
          absences: checkAbsences(config, entityState, at).map(sayAbsence),
        }),
      };
    });
    const fleetProblems = describeProblems(fleet.problems);
    return { jsonBody: { models: await Promise.all(models), fleetProblems } };
  },
});

const sayAbsence = ({ rule: name, verdict, window: since, sentence }: CheckRow) => ({
  ...{ name, since, sentence },
  state: verdict === 'breached' ? 'absent' : verdict === 'missing' ? 'none-yet' : 'coming',
});

/** A model without a state whose card is there may have lost it: then its next signal has it rebuilt, and this is what it will be. */
async function readLostState(model: string): Promise<ModelState> {
  const { isKnown, readKnownState } = await import('../shared/dispatch/read-known-state.ts');
  return (await isKnown(model)) ? readKnownState(model) : newModelState;
}
