/**
 * The histories of recently active instances, parsed and rendered, so that a turn need not read them from the file.
 *
 * Everything here can be had from the store again. The size is bounded by the text held; the instance longest unused
 * goes first.
 */
import { type HistoryEvent, parseEvents } from './history.ts';
import type { InstanceRow } from './store/records.ts';
import type { Store } from './store/store.ts';

export interface LiveInstance {
  row: InstanceRow;
  /** Everything committed of the current execution. */
  readonly events: HistoryEvent[];
  /** The same, rendered as played. */
  played: string;
}

const longestTextHeld = 64 * 1024 * 1024;

export class LiveInstances {
  readonly #store: Store;
  readonly #instances = new Map<string, LiveInstance>();
  #textHeld = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  load(id: string): LiveInstance | null {
    const held = this.#instances.get(id);
    if (held) {
      this.#instances.delete(id);
      this.#instances.set(id, held);
      return held;
    }
    const row = this.#store.instance(id);
    if (!row) return null;
    const played = row.status === 'Pending' ? '' : this.#store.history(id).join(',');
    const instance = { row, events: parseEvents(played), played };
    this.#instances.set(id, instance);
    this.#textHeld += played.length;
    this.#trim();
    return instance;
  }

  /** Adds what a turn has committed. */
  advance(instance: LiveInstance, row: InstanceRow, events: readonly HistoryEvent[], rendered: string): void {
    instance.row = row;
    for (const event of events) instance.events.push(event);
    instance.played = instance.played === '' ? rendered : `${instance.played},${rendered}`;
    if (this.#instances.get(row.id) === instance) this.#textHeld += rendered.length + 1;
    this.#trim();
  }

  drop(id: string): void {
    const held = this.#instances.get(id);
    if (!held) return;
    this.#instances.delete(id);
    this.#textHeld -= held.played.length;
  }

  #trim(): void {
    for (const id of this.#instances.keys()) {
      if (this.#textHeld <= longestTextHeld) return;
      this.drop(id);
    }
  }
}
