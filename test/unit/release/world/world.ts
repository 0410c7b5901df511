/**
 * A target that lies, breaks and is changed by others, and a driver that acts as the orchestration does: asks, acts,
 * tells, dies in between and does it again. What happens is drawn from a seed.
 */
import { ReleaseSchema } from '../../../../shared/config/release-schema.ts';
import type { ReleaseAction as Order } from '../../../../shared/domain/operation.ts';
import type { Observed, Split, Traffic } from '../../../../shared/domain/release-state.ts';
import { seedRandom } from '../../../../shared/gates/statistics/random.ts';
import { beginRelease } from '../../../../shared/release/transitions/begin-release.ts';
import { bindingOf } from '../../../../shared/release/transitions/binding.ts';
import type {
  PipelineDeed,
  ReleaseAction,
  ReleaseEvent,
} from '../../../../shared/release/transitions/deeds.ts';
import { nextStep } from '../../../../shared/release/transitions/next-step.ts';
import { operateRelease } from '../../../../shared/release/transitions/operate-release.ts';
import { withoutZeros } from '../../../../shared/release/transitions/splits.ts';
import {
  type Candidate,
  newTargetState,
  type Release,
  type TargetState,
} from '../../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../../shared/release/transitions/take-event.ts';
import { Jobs } from './jobs.ts';
import { Pipelines } from './pipelines.ts';

const checks = [{ check: 'errors', metric: 'error_rate', atMost: 0.01 }];

const evaluation = {
  ...{ command: 'score', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu', timeout: 'PT1H' },
  ...{ settings: {}, environmentVariables: {} },
};

export const release = ReleaseSchema.parse({
  target: {
    kind: 'online-endpoint',
    endpoint: 'spam-filter',
    instanceType: 'Standard_DS3_v2',
    smoke: { requests: [{ text: 'hello' }] },
    lookEvery: 'PT5M',
  },
  stages: [
    { stage: 'tell', channel: 'event-grid' },
    { stage: 'ask', kind: 'approval', need: 2, within: 'P1D' },
    { stage: 'copies', kind: 'shadow', percent: 20, for: 'PT30M', checks },
    {
      stage: 'some',
      kind: 'canary',
      steps: [10, 50],
      for: 'PT1H',
      checks,
      onInconclusive: { hold: 'PT1H', end: 'ask' },
    },
    { stage: 'all', kind: 'production', keepOld: 'PT4H', checks },
    {
      stage: 'judged',
      kind: 'probation',
      data: 'labelled/',
      until: { labels: 100, atMost: 'PT6H' },
      every: 'PT2H',
      gates: [{ gate: 'good', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 }],
    },
    { stage: 'announce', channel: 'service-bus' },
  ],
});

const pipeline = { kind: 'pipeline', channel: 'azure-pipelines', project: 'ml' };

/** The same way with stages that start something outside, before and after everybody is served. */
export const { stages: withPipelines } = ReleaseSchema.parse({
  target: release.target,
  stages: [
    { stage: 'staging', ...pipeline, pipeline: 'deploy', within: 'PT4H', undo: 'run-again' },
    ...release.stages,
    { stage: 'tidy', ...pipeline, pipeline: 7, within: 'PT1H' },
  ],
});

export function candidateOf(version: string, more: Partial<Candidate> = {}): Candidate {
  return {
    releaseId: `run-${version}-release`,
    runId: `run-${version}`,
    model: { name: 'spam-filter', version, modelUri: `azureml://runs/${version}` },
    previous: null,
    gateReportHash: 'a'.repeat(64),
    dataHash: 'b'.repeat(64),
    configHash: 'c'.repeat(64),
    requestedBy: ['rita'],
    target: release.target!,
    stages: release.stages,
    freezes: [],
    probation: { task: 'binary', evaluation, data: { files: ['*'], ignore: [] } },
    ...more,
  };
}

/** What the driver saw itself do. */
export interface Deed {
  readonly now: string;
  readonly action: ReleaseAction;
  readonly before: TargetState;
  readonly after: TargetState;
  readonly hold: string | null | undefined;
  /** What the endpoint served when the action was taken. */
  readonly real: Split;
  /** What it brought about. */
  event?: ReleaseEvent;
}

export class World {
  state: TargetState = newTargetState;
  nowMs = Date.parse('2026-03-02T08:00:00.000Z');
  traffic: Traffic = { 'version-1': 100 };
  mirror: Traffic = {};
  readonly deployed = new Map<string, { version: string; readyAtMs: number }>([
    ['version-1', { version: '1', readyAtMs: 0 }],
  ]);
  /** A change of who answers that is under way. */
  pending: { to: Split; atMs: number } | null = null;
  readonly deeds: Deed[] = [];
  readonly pipelines = new Pipelines(this);
  hold: string | null = null;
  /** The version that the model's entity knows as its champion. */
  champion: string | null = '1';
  /** Happens while an action is under way. */
  meanwhile: () => void = () => {};
  readonly jobs = new Jobs(this);
  readonly #random: () => number;
  #draws: number;
  /** How much goes wrong: in some worlds little. */
  readonly #roughness: number;

  constructor(seed: number, draws: number) {
    this.#random = seedRandom(String(seed)).unit;
    this.#draws = draws;
    this.#roughness = [0.05, 0.3, 1][seed % 3]!;
  }

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  /** Whether something goes wrong; nothing does once all draws are taken. */
  breaks(chance: number): boolean {
    return this.happens(chance * this.#roughness);
  }

  /** Whether something of this chance happens. */
  happens(chance: number): boolean {
    return this.#draws-- > 0 && this.#random() < chance;
  }

  begin(candidate: Candidate): void {
    this.state = beginRelease(this.state, { candidate, now: this.now }).state;
  }

  order(order: Order, by: string): boolean {
    const { state, done } = operateRelease(this.state, {
      order,
      word: { by, actor: { kind: 'person', name: by, id: by }, reason: 'so it is', at: this.now },
    });
    this.state = state;
    return done;
  }

  approve(held: Release, by: string, binding = bindingOf(held)): boolean {
    return this.order({ action: 'approve-release', releaseId: held.releaseId, binding, teams: [] }, by);
  }

  /** One turn of the orchestration of a release. */
  turn(releaseId: string): ReleaseAction {
    let hold: string | null | undefined;
    for (;;) {
      const before = this.state;
      this.#arrive();
      const real = { traffic: this.traffic, mirror: this.mirror };
      const { state, action } = nextStep(before, {
        releaseId,
        now: this.now,
        ...(hold !== undefined && { hold }),
      });
      this.state = state;
      this.deeds.push({ now: this.now, action, before, after: state, hold, real });
      if (action.do === 'ask-hold') {
        hold = this.hold;
        continue;
      }
      if (action.do === 'wait' || action.do === 'end') return action;
      // Killed after it has acted: it acts again.
      if (this.breaks(0.1)) this.#act(action);
      const event = this.#act(action);
      this.deeds.at(-1)!.event = event;
      this.meanwhile();
      const told = { releaseId, now: this.now, ...event };
      this.state = takeEvent(this.state, told);
      return action;
    }
  }

  #arrive(): void {
    if (!this.pending || this.nowMs < this.pending.atMs) return;
    const { traffic, mirror } = this.pending.to;
    [this.traffic, this.mirror, this.pending] = [withoutZeros(traffic), withoutZeros(mirror), null];
  }

  #act(action: Exclude<ReleaseAction, { do: 'wait' | 'ask-hold' | 'end' }>): ReleaseEvent {
    this.nowMs += 1_000;
    this.#arrive();
    // A job is ended as well as can be, and that is told.
    const mayBeRefused = action.do !== 'observe' && action.do !== 'end-trial';
    if (mayBeRefused && this.breaks(0.02)) return { event: 'refused', did: action.do, why: 'no' };
    switch (action.do) {
      case 'observe':
        return { event: 'observed', observed: this.observe() };
      case 'deploy':
        return this.#deploy(action.deployment, action.model.version);
      case 'ask-version': {
        // Its container is moved, or is slow.
        if (this.breaks(0.1))
          return { event: 'answered', answered: false, silent: true, why: 'nobody there' };
        const version = this.deployed.get(action.deployment)?.version;
        const answered = version === action.model.version && !this.breaks(0.05);
        return { event: 'answered', answered, why: answered ? '' : `it answered ${version ?? 'nothing'}` };
      }
      case 'shift':
        // A change may take a while, or be lost.
        if (!this.happens(0.1))
          this.pending = { to: action.to, atMs: this.nowMs + (this.happens(0.3) ? 45_000 : 0) };
        return { event: 'shifted' };
      case 'look': {
        const verdict = this.breaks(0.1) ? 'failed' : this.happens(0.3) ? 'inconclusive' : 'passed';
        const isForward = action.look.forwardShare > 0;
        return {
          event: 'looked',
          look: {
            at: this.now,
            verdict: verdict === 'passed' && !isForward ? 'inconclusive' : verdict,
            sentence: `it ${verdict}`,
            requests: 1_000,
          },
        };
      }
      case 'begin-trial':
      case 'watch-trial':
      case 'judge-trial':
      case 'end-trial':
        return this.jobs.act(action);
      case 'notify':
        return { event: 'notified' };
      case 'start-pipeline':
      case 'watch-pipeline':
      case 'cancel-pipeline':
        return this.#drive(action.do, action.order.key);
      case 'crown':
        this.champion = action.champion?.version ?? null;
        return { event: 'crowned' };
      case 'start-drill':
        return { event: 'drill-started' };
      case 'retire':
        if ((this.traffic[action.deployment] ?? 0) > 0)
          return { event: 'refused', did: 'retire', why: 'it has traffic' };
        this.deployed.delete(action.deployment);
        return { event: 'retired' };
    }
  }

  #drive(did: PipelineDeed, key: string): ReleaseEvent {
    return { event: 'pipeline', did, key, seen: this.pipelines.act(did, key) };
  }

  #deploy(deployment: string, version: string): ReleaseEvent {
    const known = this.deployed.get(deployment);
    if (!known)
      this.deployed.set(deployment, { version, readyAtMs: this.nowMs + (this.happens(0.5) ? 60_000 : 0) });
    const { version: served, readyAtMs } = this.deployed.get(deployment)!;
    if (served !== version) return { event: 'refused', did: 'deploy', why: `it serves ${served}` };
    const state = this.breaks(0.03) ? 'failed' : this.nowMs >= readyAtMs ? 'ready' : 'changing';
    return { event: 'deployed', state, digest: 'd'.repeat(64), why: state === 'failed' ? 'it crashed' : '' };
  }

  observe(): Observed {
    return {
      at: this.now,
      isUpdating: this.pending !== null,
      traffic: this.traffic,
      mirror: this.mirror,
      deployments: [...this.deployed].map(([deployment, { version, readyAtMs }]) => ({
        deployment,
        model: { name: 'spam-filter', version },
        state: this.nowMs >= readyAtMs ? 'ready' : 'changing',
      })),
    };
  }
}
