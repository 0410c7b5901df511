/**
 * Trying a policy on what a service has recorded: what `ratchet backtest` does, of a text and in a browser.
 *
 * Owns: the history, which is read once and kept. Does not own: playing (shared/backtest), how it is asked (`ask`).
 */
import { stringify } from 'yaml';
import type { Ask } from '../../shared/backtest/ask-history.ts';
import { askWorld } from '../../shared/backtest/ask-world.ts';
import { backtest } from '../../shared/backtest/backtest.ts';
import type { HistoryLine } from '../../shared/backtest/history-schema.ts';
import { readPolicy } from '../../shared/backtest/read-policy.ts';
import { leaveOutDefaults } from '../../shared/config/leave-out-defaults.ts';
import type { ConfigProblem } from '../../shared/config/problem.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { counted } from '../../shared/domain/plural.ts';
import type { Checked, Outcome, PlayQuestion, Trial } from './messages.ts';

export interface Trying {
  readonly ask: Ask;
  readonly model: string;
  readonly tell: (progress: string) => void;
}

type World = Awaited<ReturnType<typeof askWorld>>;

/** Lines that nothing happens by: what served, and which files were in force. */
const tellsNothing: ReadonlySet<HistoryLine['type']> = new Set(['files', 'end', 'champion', 'version']);

export class PolicyTrial {
  #base: Promise<PinnedModel> | null = null;
  #world: Promise<World> | null = null;

  async open(trying: Trying): Promise<Trial['open']['answers']> {
    const { triggers = {}, policy = {} } = leaveOutDefaults((await this.#readBase(trying)).config);
    return stringify({ triggers, policy }, style);
  }

  async check(trying: Trying, text: string): Promise<Checked> {
    return checkedOf(readText(trying, text, await this.#readBase(trying)));
  }

  async write(trying: Trying, text: string): Promise<string | null> {
    const read = readText(trying, text, await this.#readBase(trying));
    return 'pinned' in read ? stringify(leaveOutDefaults(read.pinned.config), style) : null;
  }

  async play(trying: Trying, question: PlayQuestion): Promise<Outcome> {
    const { text, from, until, assumed, isReadAnew } = question;
    const world = await this.#readWorld(trying, isReadAnew);
    const read = readText(trying, text, world.base.pinned);
    if ('problems' in read) return { is: 'invalid', checked: checkedOf(read) };
    const facts = world.lines.filter(({ type }) => !tellsNothing.has(type));
    const [first, last] = [facts.at(0)?.at, world.lines.at(-1)?.at];
    if (first === undefined || last === undefined) return { is: 'empty', history: null };
    if ((until !== null && until < first) || (from !== null && from > last))
      return { is: 'empty', history: { from: first, until: last } };
    trying.tell(`Playing ${counted(facts.length, 'record')} under both policies…`);
    const { base, lines, fleet } = world;
    const inForce = base.pinned.config.policy.budget?.pricePerHour ?? fleet.policy?.budget?.pricePerHour;
    const found = backtest({
      ...{ lines, fleet, from, until, measure: null },
      policies: [base, { name: 'this policy', pinned: read.pinned }],
      assumptions: {
        ...{ runLastsMs: null, runHours: null },
        ...{ runOutcome: assumed.runOutcome, unknownVersions: assumed.unknownVersions },
        pricePerHour: assumed.pricePerHour ?? inForce ?? null,
      },
    });
    const within = facts.filter(({ at }) => at >= found.from && at <= found.until);
    return { is: 'played', found, facts: within.length };
  }

  #readBase({ ask, model }: Trying): Promise<PinnedModel> {
    this.#base ??= this.#keep(ask(`models/${encodeURIComponent(model)}/file`) as Promise<PinnedModel>);
    return this.#base;
  }

  /** What is in force is read with the history: both are of one time. */
  #readWorld({ ask, model, tell }: Trying, isAnew: boolean): Promise<World> {
    if (isAnew) this.#world = null;
    if (!this.#world) {
      const hear = (what: string, count: number): void => tell(`Reading the history: ${count} ${what}…`);
      this.#world = this.#keep(askWorld(ask, model, hear));
      this.#base = this.#keep(this.#world.then(({ base }) => base.pinned));
    }
    return this.#world;
  }

  /** What failed once is asked again the next time. */
  #keep<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {
      this.#base = null;
      this.#world = null;
    });
    return promise;
  }
}

const style = { lineWidth: 0 } as const;

function readText({ model }: Trying, text: string, base: PinnedModel) {
  return readPolicy({ file: 'the text', text, model, base });
}

function checkedOf(read: ReturnType<typeof readText>): Checked {
  const plain = (all: readonly ConfigProblem[]) =>
    all.map(({ line, path, message }) => ({ line, path, message }));
  return 'pinned' in read
    ? { problems: [], warnings: plain(read.warnings) }
    : { problems: plain(read.problems), warnings: [] };
}
