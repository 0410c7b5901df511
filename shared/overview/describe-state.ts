/** What a model is doing, in one word and one sentence: the most urgent that holds. Pure. */
import type { Mode } from '../domain/model-state.ts';
import type { ModelOverview, OverviewFreeze, OverviewRelease, OverviewWait } from '../domain/overview.ts';
import type { KnownModel } from './known-model.ts';

interface Standing extends KnownModel {
  readonly waits: readonly OverviewWait[];
  readonly freezes: readonly OverviewFreeze[];
  readonly release: OverviewRelease | null;
  readonly health: ModelOverview['health'];
  readonly mode: Mode | null;
}

export function describeState(standing: Standing): ModelOverview['state'] {
  const { pinned, problems, state, card, waits, release, stopped, freezes, mode, health } = standing;
  const say = (code: ModelOverview['state']['code'], sentence: string) => ({ code, sentence });
  if (!pinned) return say('broken', `Its file is invalid: ${problems[0] ?? 'it cannot be read'}`);
  const [first] = waits;
  if (first?.forPerson) return say('asks', first.sentence);
  const live = state?.live ?? null;
  if (live?.breaksGlass) return say('running', 'A challenger is promoted against the gates.');
  if (live) {
    const phase = card.run?.runId === live.runId ? card.run.phase : 'train';
    return say('running', `Run ${live.runId} is under way since ${live.since}, in phase ${phase}.`);
  }
  if (release && release.endedAt === null) return say('releasing', release.sentence);
  if (first) return say('waiting', first.sentence);
  if (stopped) return say('stopped', `${stopped.by} stopped the fleet at ${stopped.at} (${stopped.reason}).`);
  const [freeze] = freezes;
  if (freeze)
    return say(
      'frozen',
      `Frozen ${freeze.until === null ? 'until somebody thaws it' : `until ${freeze.until}`}: ${freeze.reason}.`,
    );
  if (mode === 'off') return say('off', 'Mode off: every signal is rejected.');
  const bad = health.checks.find(({ verdict }) => verdict === health.verdict);
  if (bad && (health.verdict === 'breached' || health.verdict === 'failed'))
    return say('unhealthy', bad.sentence);
  if (!state && card.lastDecision)
    return say('new', 'Its state was lost: the next signal has it rebuilt from the ledger.');
  if (!state?.champion) return say('new', 'It has no champion yet.');
  return say('idle', `Champion ${state.champion.version} serves, and nothing waits.`);
}
