import * as df from 'durable-functions';
import { readClock } from '../shared/dispatch/read-clock.ts';
import { runOfGlass } from '../shared/domain/broken-glass.ts';
import type { CheckRow } from '../shared/domain/check.ts';
import { groupServing } from '../shared/domain/deployment.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { callsAtOnce, sideBySide } from '../shared/domain/side-by-side.ts';
import { readPaging } from '../shared/http/read-query.ts';
import { continuing } from '../shared/http/respond.ts';
import { serve } from '../shared/http/serve.ts';
import { modelKeys, pageAfter } from '../shared/overview/page-after.ts';
import { readStates } from '../shared/overview/read-states.ts';
import { checkAbsences } from '../shared/signals/find-absences.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * The models in the order of their names, `?limit=&continuation=`: each with its champion, what serves where, the run under way,
 * what waits, is frozen and spent, and what is wrong with its file. `configHash` null: the file has never been valid here, and the model answers nothing else.
 */
serve('get-models', {
  route: 'models',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const { names: all, models: pinned, broken, fleet } = await wiring.modelFiles();
    const { page: names, continuation } = pageAfter(all, modelKeys, readPaging(request, 200));
    const { describeProblems } = await import('../shared/config/model-files.ts');
    const ledger = await wiring.ledger();
    const [deployments, states] = await Promise.all([ledger.listDeployments(), readStates(client, names)]);
    const lost = await readLostStates(names.filter((name) => !states.has(name)));
    const serving = groupServing(deployments);
    const isAnyMissing = names.some((name) => pinned.get(name)?.config.triggers.absences);
    const at = isAnyMissing ? await readClock(client) : '';
    const models = names.map((name) => {
      const { config = null, configHash = null } = pinned.get(name) ?? {};
      const entityState = states.get(name) ?? lost.get(name) ?? newModelState;
      const { champion, championSince = null, live, pending, lastRun, mode, frozen = [] } = entityState;
      const { waiting = [], newData = null, spent = [], glass = null } = entityState;
      return {
        model: name,
        description: config?.description ?? null,
        configHash,
        problems: describeProblems(broken.get(name) ?? []),
        champion,
        championSince,
        serving: serving.get(name) ?? [],
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
    return { jsonBody: { models, total: all.length, fleetProblems, ...continuing({ continuation }) } };
  },
});

const sayAbsence = ({ rule: name, verdict, window: since, sentence }: CheckRow) => ({
  ...{ name, since, sentence },
  state: verdict === 'breached' ? 'absent' : verdict === 'missing' ? 'none-yet' : 'coming',
});

/** Models without a state that the ledger knows may have lost it: then their next signal has them rebuilt, and this is what they will be. */
async function readLostStates(names: readonly string[]): Promise<ReadonlyMap<string, ModelState>> {
  if (names.length === 0) return new Map();
  const { findKnown, readKnownState } = await import('../shared/dispatch/read-known-state.ts');
  const read = async (name: string) => [name, await readKnownState(name)] as const;
  return new Map(await sideBySide(await findKnown(names), callsAtOnce, read));
}
