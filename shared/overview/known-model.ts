/** What is known of one model, before it is put into words. */
import type { PinnedModel } from '../config/schema.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { ModelCard } from '../domain/model-card.ts';
import type { ModelState } from '../domain/model-state.ts';

export interface KnownModel {
  readonly model: string;
  /** Null: its file has never been valid here. */
  readonly pinned: PinnedModel | null;
  readonly problems: readonly string[];
  /** Null: it has none, or it was lost. */
  readonly state: ModelState | null;
  readonly card: ModelCard;
  readonly stopped: FleetState['stopped'];
  /** The service's time (ISO 8601, UTC). */
  readonly at: string;
}
