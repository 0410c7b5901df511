/**
 * What is kept in memory of recently active orchestrations, so that a turn costs what it brings: the history as the
 * library reads it, and where the walk over it stands.
 *
 * Everything here can be had from the store again. The size is bounded by the length of the histories held; those that
 * were not used since they were last looked over go first.
 */
import { type HistoryEvent, parseEvents, recallEvent, type ShownEvent, showEvent } from './history.ts';
import type { Action } from './orchestrator-result.ts';
import { type ReplayedTurn, type Replayer, replayWhole } from './replayer.ts';
import type { InstanceRow } from './store/records.ts';
import type { Store } from './store/store.ts';

const longestTextHeld = 64 * 1024 * 1024;
/** Each holds some memory beside its text, such as its input. */
const mostInstancesHeld = 10_000;

export class LiveInstance {
  row: InstanceRow;
  /** Everything committed of the current execution, and of a turn under way its news. */
  readonly #events: ShownEvent[];
  #news: readonly ShownEvent[] = [];
  #hasDetails: boolean;
  #replayer: Replayer | null = null;
  /** Length of the texts held: history and input. */
  textLength: number;
  /** Whether a turn has asked for it since it was last looked over. */
  used = false;

  constructor(row: InstanceRow, history: string) {
    this.row = row;
    this.#events = parseEvents(history).map((event) => showEvent(event, true));
    this.#hasDetails = this.#events.some(holdsDetails);
    this.textLength = history.length + row.input.length;
  }

  get isNew(): boolean {
    return this.#events.length === 0;
  }

  /** The first of the actions a function returns that are not known from the turn before. */
  get knownActions(): number {
    return this.#replayer?.knownActions ?? 0;
  }

  /**
   * The history with a turn's news, for the library to read. Details of failures become properties of errors, in the hands
   * of the function, so these are made anew each time.
   */
  show(news: readonly HistoryEvent[]): { readonly history: ShownEvent[]; readonly hasDetails: boolean } {
    this.#news = news.map((event) => showEvent(event, false));
    this.#hasDetails ||= this.#news.some(holdsDetails);
    const history = [...this.#events, ...this.#news];
    if (!this.#hasDetails) return { history, hasDetails: false };
    return {
      history: history.map((event) => (holdsDetails(event) ? structuredClone(event) : event)),
      hasDetails: true,
    };
  }

  /** Walks a turn's news with the actions returned for them. */
  replay(news: readonly HistoryEvent[], actions: readonly Action[], timestamp: string): ReplayedTurn {
    const { id: instanceId, executionId } = this.row;
    const turn = this.#replayer?.turn(news, actions, timestamp);
    if (turn) return turn;
    const plain = this.#replayer === null ? actions : actions.map(toPlain);
    const history = [...this.#events.map(recallEvent), ...news];
    const { by, ...whole } = replayWhole({ instanceId, executionId }, history, plain, timestamp);
    this.#replayer = by;
    return whole;
  }

  /** Adds what a turn has committed. */
  advance(row: InstanceRow, decided: readonly HistoryEvent[], textLength: number): void {
    this.row = row;
    for (const event of this.#news) {
      event.IsPlayed = true;
      this.#events.push(event);
    }
    for (const event of decided) this.#events.push(showEvent(event, true));
    this.#news = [];
    this.textLength += textLength;
  }
}

function holdsDetails(event: ShownEvent): boolean {
  return 'FailureDetails' in event && event.FailureDetails !== null;
}

/** Actions come as objects of the library, which go on changing: what is kept is what their JSON says. */
export function toPlain(action: Action): Action {
  return JSON.parse(JSON.stringify(action)) as Action;
}

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
      held.used = true;
      return held;
    }
    const row = this.#store.instance(id);
    if (!row) return null;
    const instance = new LiveInstance(row, row.status === 'Pending' ? '' : this.#store.history(id).join(','));
    this.#instances.set(id, instance);
    this.#textHeld += instance.textLength;
    this.#trim();
    return instance;
  }

  /** Takes in an execution that has begun: it has no history to be read. */
  begin(row: InstanceRow): void {
    const instance = new LiveInstance(row, '');
    this.#instances.set(row.id, instance);
    this.#textHeld += instance.textLength;
    this.#trim();
  }

  /** Adds what a turn has committed. */
  advance(
    instance: LiveInstance,
    row: InstanceRow,
    decided: readonly HistoryEvent[],
    textLength: number,
  ): void {
    instance.advance(row, decided, textLength);
    if (this.#instances.get(row.id) === instance) this.#textHeld += textLength;
    this.#trim();
  }

  drop(id: string): void {
    const held = this.#instances.get(id);
    if (!held) return;
    this.#instances.delete(id);
    this.#textHeld -= held.textLength;
  }

  /** Whatever was used since the last look goes to the end once more, instead of at each use. */
  #trim(): void {
    for (const [id, instance] of this.#instances) {
      if (this.#textHeld <= longestTextHeld && this.#instances.size <= mostInstancesHeld) return;
      if (instance.used) {
        instance.used = false;
        this.#instances.delete(id);
        this.#instances.set(id, instance);
      } else {
        this.drop(id);
      }
    }
  }
}
