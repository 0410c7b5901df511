/**
 * How often a holdout may be judged: the error of a life, spent look by look.
 *
 * Owns: the schedule, which look of a partly renewed holdout a run has, the confidence that a look asks.
 * Does not own: where looks are kept (shared/ledger), which gates make a claim (makes-claim.ts), the verdict.
 *
 * Invariants
 * 1. The shares that looks may spend at one part sum to 1 at most, however many looks there are and whatever other
 *    parts stood beside it: so do the errors, to alpha (Bonferroni), however the looks depend on each other.
 * 2. A run has one look: asked again, it has the same number and at most the same share.
 * 3. No look asks less than the gate's own confidence.
 * 4. Candidates that are judged beside each other, of which the first that passes is taken, pass wrongly no more often, all of
 *    them together, than one alone at its place would (Bonferroni).
 *
 * Sources: spending functions, Lan and DeMets, Biometrika 70 (1983); alpha-spending over an open number of tests,
 * Foster and Stine, Journal of the Royal Statistical Society B 70 (2008), and Tian and Ramdas, Statistical Methods in
 * Medical Research 30 (2021). Gates of one look need no correction: all must pass (intersection-union test, Berger,
 * Technometrics 24, 1982). Several candidates do, because one that passes is enough: Bonferroni's inequality, whatever they
 * have in common (Dunn, Journal of the American Statistical Association 56, 1961). Holm's steps would gain nothing: they
 * reject more only after a first rejection, and the first that passes ends the search.
 */
import type { HoldoutLook, HoldoutPart, LookAtHoldout } from '../domain/holdout.ts';

/** Looks kept one by one; those before are summed up. A step is repeated within minutes, not after so many runs. */
const keptLooks = 100;

/** Sums of shares such as 1/3 miss 1 by rounding. */
const rounding = 1e-9;

interface Spending extends Omit<LookAtHoldout, 'version'> {
  /** The parts as they are after the look; one that knew of it already is the same object. */
  readonly parts: readonly HoldoutPart[];
}

/**
 * A run's look at these parts. `plannedLooks` as in the model file, undefined where the number is open; `among`: how many
 * candidates share what one look may spend.
 */
export function spendError(
  parts: readonly HoldoutPart[],
  runId: string,
  plannedLooks: number | undefined,
  among = 1,
): Spending {
  const places = parts.map((part) => findPlace(part, runId, { plannedLooks, among }));
  // Each part must be able to afford the look: the one with the least to spend decides.
  const share = Math.min(1, ...places.map((place) => place.share));
  return {
    look: Math.max(1, ...places.map((place) => place.look)),
    share,
    spent: Math.max(0, ...places.map((place) => place.before)) + share,
    parts: parts.map((part, at) => (places[at]!.known ? part : addLook(part, { runId, share }))),
  };
}

/** The look that files have which were judged so often before, all of them together. */
export function lookAgain(look: number, plannedLooks: number | undefined): LookAtHoldout {
  let parts: readonly HoldoutPart[] = [{ part: 'files', looks: [], earlier: { looks: 0, share: 0 } }];
  for (let earlier = 1; earlier < look; earlier++)
    ({ parts } = spendError(parts, `look ${earlier}`, plannedLooks));
  const { parts: _, ...taken } = spendError(parts, `look ${look}`, plannedLooks);
  return { version: null, ...taken };
}

/**
 * The confidence (two-sided, as in the model file) that a gate asks at a look with this share of the error, or null
 * where no error is left. `alpha` is the error of the holdout's life, by default what the gate's confidence leaves; `among`
 * candidates make do together with the error of one.
 */
export function askConfidence(
  confidence: number,
  share: number,
  alpha = 1 - confidence,
  among = 1,
): number | null {
  const error = alpha * share;
  if (!(error > 0)) return null;
  const most = (1 - confidence) / 2 / among;
  if (error < most) return 1 - 2 * error;
  return among === 1 ? confidence : 1 - 2 * most;
}

interface Plan {
  readonly plannedLooks: number | undefined;
  readonly among: number;
}

function findPlace(
  { looks, earlier }: HoldoutPart,
  runId: string,
  plan: Plan,
): { look: number; before: number; share: number; known: boolean } {
  const at = looks.findIndex((known) => known.runId === runId);
  const previous = at < 0 ? looks : looks.slice(0, at);
  const before = previous.reduce((sum, { share }) => sum + share, earlier.share);
  const look = earlier.looks + previous.length + 1;
  const share = looks[at]?.share ?? allow(look, 1 - before, plan);
  return { look, before, share, known: at >= 0 };
}

/**
 * What the look of this number may spend of what is left: half of it at the first two, then a third, a quarter: a
 * holdout that never changes has spent 1 - 1/(2k) after k looks. Planned looks share equally.
 */
function allow(look: number, left: number, { plannedLooks, among }: Plan): number {
  if (plannedLooks === undefined) return Math.max(0, left) / Math.max(2, look) / among;
  const share = 1 / plannedLooks / among;
  return left + rounding >= share ? share : 0;
}

function addLook({ part, looks, earlier }: HoldoutPart, look: HoldoutLook): HoldoutPart {
  const all = [...looks, look];
  const dropped = all.slice(0, -keptLooks);
  return {
    part,
    looks: all.slice(-keptLooks),
    earlier: {
      looks: earlier.looks + dropped.length,
      share: dropped.reduce((sum, { share }) => sum + share, earlier.share),
    },
  };
}
