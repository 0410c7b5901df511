/**
 * Decisions per second of the pure policy on one core, against the aim of 200,000, and against the floor: copying the
 * state the decision is made on.
 *
 * Ratchet never needs so many. What the figure guards is that a decision costs next to nothing beside the durable
 * entity and the ledger around it, and that a replay of years is quick.
 */
import { decideAdmission } from '../shared/admission/decide-admission.ts';
import type { Offer } from '../shared/admission/question.ts';
import { settleRun } from '../shared/admission/settle-run.ts';
import { ModelConfigSchema, type Policy } from '../shared/config/schema.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';
import { type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';

const aim = 200_000;
const help = `npm run bench:admission -- [options]

Plays signals of all kinds, one every 20 virtual minutes, through decideAdmission: with a policy that has every knob set
(freezes by cron, cooldown, rate, budget, quiet period, persistence), with the default policy, and redeliveries of known
signals. A run ends 3 virtual hours after it was admitted. Prints decisions per second of one core, and how they
compare to the aim of ${aim.toLocaleString('en')}; and how large the state of the model becomes in a year of it.

  --decisions N     decisions of each repetition (default 100000)
  --repetitions N   repetitions of each (default 5)
`;

const policyOf = (policy: object): Policy => ModelConfigSchema.shape.policy.parse(policy);
const everyKnob = policyOf({
  quietPeriod: 'PT30M',
  cooldown: 'PT4H',
  cooldownAfterFailure: 'PT2H',
  mostRuns: { count: 20, window: 'P7D' },
  budget: { window: 'P30D', computeHours: 400 },
  breakAfter: 50,
  freezes: [
    { name: 'weekend', cron: '0 17 * * 5', lasts: 'P2DT15H', timeZone: 'Europe/Berlin' },
    { name: 'year-end', from: '2026-12-20T00:00:00Z', until: '2027-01-02T00:00:00Z', answer: 'reject' },
  ],
  longestRun: 'PT12H',
});
const plain = policyOf({ cooldown: 'PT4H' });
const kinds = ['metric', 'drift', 'schedule', 'metric', 'manual'] as const;
const startMs = Date.parse('2026-03-02T08:00:00.000Z');
const stepMs = 20 * 60_000;
const runMs = 3 * 3_600_000;
const offersOfYear = (366 * 86_400_000) / stepMs;

/** What is offered, made before the clock runs: the requests are not what is measured. */
function makeOffers(count: number, policy: Policy, redeliver: boolean): readonly Offer[] {
  return Array.from({ length: count }, (_, index): Offer => {
    const now = new Date(startMs + (redeliver ? 0 : index * stepMs)).toISOString();
    const kind = kinds[index % kinds.length]!;
    const id = redeliver ? 'metric:m:rule:first' : `${kind}:m:rule:${index}`;
    const facts = { cause: 'metric:rule', observedAt: now, persistence: { breaches: 2, of: 3 } };
    return {
      signal: { id, kind, ...(kind === 'metric' && facts) },
      runId: `run-${index}`,
      now,
      policy,
      estimateHours: 2,
      grant: { granted: true },
    };
  });
}

/** Plays the offers and answers how they came out, so that nothing of it can be left out by the engine. */
function play(offers: readonly Offer[], look?: (state: ModelState) => void): Record<string, number> {
  const outcomes = { admitted: 0, coalesced: 0, deferred: 0, rejected: 0 };
  let state: ModelState = newModelState;
  let endsAt = '9999';
  for (const [index, offer] of offers.entries()) {
    if (offer.now >= endsAt && state.live) {
      const outcome = index % 3 === 0 ? 'gate-failed' : 'released';
      const champion = outcome === 'released' ? { name: 'm', version: String(index), modelUri: 'x' } : null;
      const { runId } = state.live;
      state = settleRun(state, { runId, outcome, champion, now: offer.now, computeHours: 1 }).state;
      endsAt = '9999';
    }
    const decided = decideAdmission(state, offer);
    if ('needsGrant' in decided) throw new Error('a grant was given and asked for again');
    state = decided.state;
    look?.(state);
    const { outcome } = decided.admission;
    if (outcome === 'admitted' && !decided.repeated) {
      endsAt = new Date(Date.parse(offer.now) + runMs).toISOString();
    }
    outcomes[outcome]++;
  }
  return outcomes;
}

/** The largest state of a model, in bytes, in so many offers. */
function measureState(offers: readonly Offer[]): number {
  let largest = 0;
  let count = 0;
  play(offers, (state) => {
    if (count++ % 20 === 0) largest = Math.max(largest, Buffer.byteLength(JSON.stringify(state)));
  });
  return largest;
}

interface Side {
  readonly side: string;
  /** Over a year. */
  readonly stateBytes: number;
  readonly perSecond: Spread;
  readonly outcomes: Readonly<Record<string, number>>;
}

interface Figures {
  readonly decisions: number;
  readonly aim: number;
  readonly sides: readonly Side[];
}

const sides = [
  { side: 'every knob set', policy: everyKnob, redeliver: false },
  { side: 'default policy', policy: plain, redeliver: false },
  { side: 'redeliveries', policy: everyKnob, redeliver: true },
];

await runBenchmark({
  name: 'admission',
  help,
  options: {
    decisions: { type: 'string', default: '100000' },
    repetitions: { type: 'string', default: '5' },
  },
  async measure(values): Promise<Figures> {
    const decisions = readCount('decisions', values.decisions, 1000);
    const repetitions = readCount('repetitions', values.repetitions, 1);
    const offers = sides.map(({ policy, redeliver }) => makeOffers(decisions, policy, redeliver));
    // The same play warms up the engine.
    const stateBytes = offers.map((side) => measureState(side.slice(0, offersOfYear)));
    const rates = sides.map((): number[] => []);
    const outcomes: Record<string, number>[] = [];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const [index, side] of offers.entries()) {
        const beganMs = performance.now();
        outcomes[index] = play(side);
        rates[index]!.push((1000 * decisions) / (performance.now() - beganMs));
      }
    }
    const measured = sides.map(({ side }, index) => ({
      side,
      stateBytes: stateBytes[index]!,
      perSecond: spreadOf(rates[index]!),
      outcomes: outcomes[index]!,
    }));
    return { decisions, aim, sides: measured };
  },
  tell: ({ decisions, sides: measured }) =>
    renderTable(
      ['', 'decisions/s', 'least to most', ': aim', 'largest state in a year, kB', 'outcomes'],
      measured.map(({ side, stateBytes, perSecond, outcomes }) => [
        side,
        Math.round(perSecond.median).toLocaleString('en'),
        `${Math.round(perSecond.least).toLocaleString('en')} to ${Math.round(perSecond.most).toLocaleString('en')}`,
        figure(perSecond.median / aim),
        (stateBytes / 1e3).toFixed(1),
        Object.entries(outcomes)
          .filter(([, count]) => count > 0)
          .map(([outcome, count]) => `${Math.round((100 * count) / decisions)} % ${outcome}`)
          .join(', '),
      ]),
    ),
});
