/** What a backtest is played over: what a running service has recorded of a model, and the files in force. */
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { ModelConfig, PinnedModel } from '../config/schema.ts';
import { countSureRules } from '../config/sure-rules.ts';
import type { Together } from '../domain/breach-test.ts';
import { type Ask, askAll, askHistory, type Hear } from './ask-history.ts';
import type { HistoryLine } from './history-schema.ts';
import type { FleetAtPlay } from './play-input.ts';
import { writeHistory } from './write-history.ts';

export interface World {
  readonly lines: readonly HistoryLine[];
  /** The model file in force and what it is called; null: there is none. */
  readonly base: { readonly name: string; readonly pinned: PinnedModel } | null;
  readonly fleet: FleetAtPlay;
}

export async function askWorld(
  ask: Ask,
  model: string,
  hear: Hear = () => undefined,
): Promise<World & { readonly base: NonNullable<World['base']> }> {
  const pinned = (await ask(`models/${encodeURIComponent(model)}/file`)) as PinnedModel;
  const { policy, together } = (await ask('fleet')) as {
    policy: FleetPolicy | null;
    together?: Together | null;
  };
  const models = await askAll<{ readonly model: string }>({ ask, hear: () => undefined }, 'models', {
    limit: '200',
  });
  const recorded = await askHistory({ ask, hear }, model, { withFleet: policy !== null });
  const others = together ? { otherSureRules: othersOf(together, pinned.config) } : {};
  const names = models.map((each) => each.model);
  const fleet = { policy, models: names, ...others };
  const lines = writeHistory(recorded, { model: pinned.config, fleet: policy, models: names, ...others });
  return { lines, base: { name: 'in force', pinned }, fleet };
}

/** Its own are those of the file that is played. */
const othersOf = ({ rules }: Together, config: ModelConfig): number =>
  Math.max(0, rules - countSureRules([config]));
