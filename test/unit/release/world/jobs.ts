/** The jobs of a probation's looks, as a workspace runs them, and what they leave behind. */
import { jobNameOf } from '../../../../shared/domain/job-name.ts';
import type { ReleaseAction, ReleaseEvent } from '../../../../shared/release/transitions/deeds.ts';

export type TrialAction = Extract<
  ReleaseAction,
  { do: 'begin-trial' | 'watch-trial' | 'judge-trial' | 'end-trial' }
>;

/** When it is, and what happens in it. */
interface Chance {
  readonly nowMs: number;
  readonly now: string;
  breaks(chance: number): boolean;
  happens(chance: number): boolean;
}

interface Job {
  readonly endsAtMs: number;
  readonly succeeds: boolean;
  isCancelled: boolean;
}

export class Jobs {
  readonly #world: Chance;
  readonly #jobs = new Map<string, Job>();
  /** What a look's evidence says, however often it is judged. */
  readonly #evidence = new Map<string, { labels: number; verdict: 'passed' | 'failed' | 'inconclusive' }>();
  #labels = 0;

  constructor(world: Chance) {
    this.#world = world;
  }

  /** Names of those that go on. */
  alive(): string[] {
    const { nowMs } = this.#world;
    return [...this.#jobs].flatMap(([name, job]) => (job.endsAtMs > nowMs && !job.isCancelled ? [name] : []));
  }

  act(action: TrialAction): ReleaseEvent {
    switch (action.do) {
      case 'begin-trial':
        return this.#begin(jobNameOf({ runId: action.trial.trialId, phase: 'evaluate' }));
      case 'watch-trial':
        return this.#watch(action.jobName);
      case 'judge-trial': {
        const { trialId, labels: needed } = action.trial;
        const { labels, verdict } = this.#evidenceOf(trialId);
        const isDecisive = verdict !== 'failed' && labels >= needed;
        const said = verdict === 'passed' && !isDecisive ? 'inconclusive' : verdict;
        const result = { at: this.#world.now, verdict: said, sentence: `it ${said}.`, labels };
        return { event: 'trial-judged', isDecisive, result };
      }
      case 'end-trial': {
        const job = this.#jobs.get(action.jobName);
        if (job && this.#world.breaks(0.3)) return { event: 'trial-ended', isOver: false, why: '' };
        if (job) job.isCancelled = true;
        return { event: 'trial-ended', isOver: true, why: '' };
      }
    }
  }

  #begin(name: string): ReleaseEvent {
    const world = this.#world;
    if (!this.#jobs.has(name)) {
      if (world.breaks(0.1)) return { event: 'trial-seen', state: 'gone', why: 'No labelled rows.' };
      const endsAtMs = world.nowMs + (world.happens(0.5) ? 40 * 60_000 : 1_000);
      this.#jobs.set(name, { endsAtMs, succeeds: !world.breaks(0.1), isCancelled: false });
    }
    return { event: 'trial-seen', state: 'running', why: '' };
  }

  #watch(name: string): ReleaseEvent {
    const job = this.#jobs.get(name);
    if (!job) return { event: 'refused', did: 'watch-trial', why: `not-found: there is no job ${name}` };
    if (job.endsAtMs > this.#world.nowMs && !job.isCancelled)
      return { event: 'trial-seen', state: 'running', why: '' };
    const isGood = job.succeeds && !job.isCancelled;
    return { event: 'trial-seen', state: isGood ? 'succeeded' : 'gone', why: isGood ? '' : 'It failed.' };
  }

  #evidenceOf(trialId: string) {
    const world = this.#world;
    const known = this.#evidence.get(trialId);
    if (known) return known;
    this.#labels += world.happens(0.5) ? 30 : 80;
    const verdict = world.breaks(0.1) ? 'failed' : world.happens(0.4) ? 'inconclusive' : 'passed';
    const evidence = { labels: this.#labels, verdict } as const;
    this.#evidence.set(trialId, evidence);
    return evidence;
  }
}
