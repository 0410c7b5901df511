import { describe, expect, it } from 'vitest';
import { PipelineStageSchema } from '../../../shared/config/pipeline-stage-schema.ts';
import type { PipelineSeen } from '../../../shared/domain/pipeline.ts';
import type { PipelineDeed, ReleaseAction, ReleaseEvent } from '../../../shared/release/transitions/deeds.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { channelStages, isReleased, pipelinesTakeMs } from '../../../shared/release/transitions/stages.ts';
import type { TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { candidateOf, World, withPipelines } from './world/world.ts';

const releaseId = 'run-2-release';
const url = 'https://dev.azure.com/o/ml/_build/results?buildId=7';
const run = { id: '3/7', url };
const seenAs = (state: PipelineSeen['state'], why = ''): PipelineSeen => ({ state, why, run });

/** A release that has come to its first stage, which runs a pipeline. */
class Waiting {
  readonly world = new World(0, 0);
  state: TargetState;
  nowMs: number;

  constructor() {
    this.world.begin(
      candidateOf('2', {
        stages: withPipelines,
        previous: { name: 'spam-filter', version: '1', modelUri: '' },
      }),
    );
    while (this.world.turn(releaseId).do !== 'start-pipeline') this.world.nowMs += 60_000;
    this.state = this.world.deeds.at(-1)!.after;
    this.nowMs = this.world.nowMs;
  }

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  get release() {
    return this.state.release!;
  }

  next(): ReleaseAction {
    for (;;) {
      const { state, action } = nextStep(this.state, { releaseId, now: this.now, hold: null });
      this.state = state;
      if (action.do === 'observe')
        this.tell({ event: 'observed', observed: { ...this.world.observe(), at: this.now } });
      else return action;
    }
  }

  tell(event: ReleaseEvent): void {
    this.state = takeEvent(this.state, { releaseId, now: this.now, ...event });
  }

  see(did: PipelineDeed, seen: PipelineSeen): void {
    this.tell({ event: 'pipeline', did, key: 'run-2-staging', seen });
  }

  abort(): void {
    this.world.state = this.state;
    expect(this.world.order({ action: 'abort-release', releaseId }, 'ada')).toBe(true);
    this.state = this.world.state;
  }
}

/** What was seen of what runs again on the way back. */
function seeBack(waiting: Waiting, did: PipelineDeed, state: PipelineSeen['state']): void {
  const seen = { state, why: '', run: { id: '3/8', url: null } };
  waiting.tell({ event: 'pipeline', did, key: 'run-2-staging_back', seen });
}

describe('a stage that runs a pipeline', () => {
  it('says under which key before it is started, and asks by the same again', () => {
    const waiting = new Waiting();
    expect(waiting.release.outside).toMatchObject({
      order: { key: 'run-2-staging', previousVersion: '1', digest: 'd'.repeat(64), model: { version: '2' } },
      run: null,
    });
    const again = waiting.next();
    waiting.nowMs += 600_000;
    expect(waiting.next()).toEqual(again);
    expect(again).toMatchObject({ do: 'start-pipeline', order: { key: 'run-2-staging' } });
  });

  it('is looked at after ten seconds, then after a quarter of the time, as often as the target at least', () => {
    const waiting = new Waiting();
    waiting.see('start-pipeline', seenAs('running'));
    const askedMs = Date.parse(waiting.release.outside!.order.askedAt);
    const pauses: number[] = [];
    while (waiting.nowMs - askedMs < 7_200_000) {
      const action = waiting.next();
      if (action.do === 'watch-pipeline') {
        waiting.see('watch-pipeline', seenAs('running'));
        pauses.push((waiting.nowMs - askedMs) / 1_000);
      } else if (action.do === 'wait')
        waiting.nowMs = Math.max(Date.parse(action.until), waiting.nowMs + 1_000);
      else throw new Error(action.do);
    }
    const gaps = pauses.map((at, index) => at - (pauses[index - 1] ?? 0)).slice(1);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(10);
    for (const gap of gaps) expect(gap).toBeLessThanOrEqual(301);
    expect(pauses.length).toBeLessThan(40);
  });

  it('says what it waits for, until when, and where to look', () => {
    const waiting = new Waiting();
    waiting.see('start-pipeline', seenAs('running', 'waits for an approval'));
    expect(waiting.next().do).toBe('wait');
    expect(waiting.release.state).toBe('in-pipeline');
    expect(waiting.release.sentence).toMatch(
      /^Waits for pipeline deploy of ml, until \S+Z at the latest \(https:\S+buildId=7\): waits for an approval\.$/,
    );
  });

  it('goes on once it has ended well, and what is told of it later changes nothing', () => {
    const waiting = new Waiting();
    waiting.see('start-pipeline', seenAs('succeeded'));
    expect(waiting.release).toMatchObject({ stage: 1, outside: null, back: null });
    const after = waiting.state;
    waiting.see('watch-pipeline', seenAs('failed'));
    expect(waiting.state).toEqual(after);
  });

  it.each([
    ['failed', '2 tests failed', `pipeline deploy of ml has failed: 2 tests failed (${url})`],
    ['cancelled', '', `pipeline deploy of ml was cancelled by somebody else (${url})`],
    ['absent', '', `pipeline deploy of ml is not there any more (${url})`],
  ] as const)('goes back where it has %s', (state, why, reason) => {
    const waiting = new Waiting();
    waiting.see('start-pipeline', seenAs('running'));
    waiting.see('watch-pipeline', seenAs(state, why));
    expect(waiting.release.back).toMatchObject({ end: 'failed', word: { by: 'Ratchet', reason } });
  });

  it('goes back where it is late, whether it was started or never could be', () => {
    const [never, late] = [new Waiting(), new Waiting()];
    late.see('start-pipeline', seenAs('running'));
    for (const waiting of [never, late]) {
      waiting.nowMs += 4 * 3_600_000;
      expect(waiting.next().do).toBe('wait');
    }
    expect(never.release.back?.word.reason).toBe('pipeline deploy of ml could not be started within PT4H');
    expect(late.release.back?.word.reason).toBe(`pipeline deploy of ml has not ended within PT4H (${url})`);
    expect([never.next().do, late.next().do]).toEqual(['cancel-pipeline', 'cancel-pipeline']);
  });

  it('goes back where its start is refused, with what to do', () => {
    const waiting = new Waiting();
    waiting.tell({ event: 'refused', did: 'start-pipeline', why: 'there is none; create it' });
    expect(waiting.release.back?.word.reason).toBe('there is none; create it');
    expect(waiting.next()).toMatchObject({ do: 'cancel-pipeline', run: null });
    waiting.see('cancel-pipeline', { state: 'absent', why: '', run: null });
    expect(waiting.next().do).not.toBe('cancel-pipeline');
  });
});

describe('what a stage has started, of a release that goes back', () => {
  const aborted = (): Waiting => {
    const waiting = new Waiting();
    waiting.see('start-pipeline', seenAs('running'));
    waiting.abort();
    return waiting;
  };

  it('is told to end, and looked at every ten seconds until it has', () => {
    const waiting = aborted();
    expect(waiting.next()).toMatchObject({ do: 'cancel-pipeline', run });
    waiting.see('cancel-pipeline', seenAs('running'));
    expect(waiting.next()).toEqual({ do: 'wait', until: new Date(waiting.nowMs + 10_000).toISOString() });
    waiting.nowMs += 10_000;
    expect(waiting.next().do).toBe('cancel-pipeline');
    waiting.see('cancel-pipeline', seenAs('cancelled'));
    expect(waiting.next()).toMatchObject({ do: 'start-pipeline', order: { key: 'run-2-staging_back' } });
  });

  it('is told to end, too, where its start was still under way when the order came', () => {
    const waiting = new Waiting();
    waiting.abort();
    waiting.see('start-pipeline', seenAs('running'));
    expect(waiting.next()).toMatchObject({ do: 'cancel-pipeline', run });
  });

  it.each([
    [
      'still runs after half an hour',
      (waiting: Waiting) => {
        waiting.see('cancel-pipeline', seenAs('running'));
        waiting.nowMs += 1_800_000;
      },
      `pipeline deploy of ml was told to end and still runs (${url}).`,
    ],
    [
      'may not be cancelled',
      (waiting: Waiting) => {
        waiting.tell({ event: 'refused', did: 'cancel-pipeline', why: 'no permission' });
      },
      'pipeline deploy of ml could not be told to end: no permission.',
    ],
  ] as const)('is named at the end where it %s', (_what, happens, says) => {
    const waiting = aborted();
    expect(waiting.next().do).toBe('cancel-pipeline');
    happens(waiting);
    let action = waiting.next();
    for (let turn = 0; action.do !== 'end' && turn < 5; turn++) {
      if (action.do === 'start-pipeline') seeBack(waiting, 'start-pipeline', 'succeeded');
      if (action.do === 'retire') {
        waiting.world.deployed.delete('version-2');
        waiting.tell({ event: 'retired' });
      }
      action = waiting.next();
    }
    expect(action).toMatchObject({ do: 'end', ended: { state: 'rolled-back' } });
    if (action.do === 'end') expect(action.ended.sentence).toContain(says);
  });
});

describe('a release without a target', () => {
  const pipeline = PipelineStageSchema.parse({
    stage: 'a',
    kind: 'pipeline',
    channel: 'service-bus',
    within: 'PT1H',
  });
  const notice = { stage: 'b', channel: 'event-grid' } as const;

  it.each([
    [[notice, notice], 0, false],
    [[notice, notice], 1, true],
    [[notice, pipeline, pipeline, notice], 2, false],
    [[notice, pipeline, pipeline, notice], 3, true],
    [[pipeline], 1, true],
  ] as const)('of %j has its champion after %i stages: %s', (stages, done, is) => {
    expect(isReleased(channelStages(stages), done)).toBe(is);
  });

  it('may take as long as its pipelines may', () => {
    expect(pipelinesTakeMs([pipeline, notice, pipeline])).toBe(7_200_000);
    expect(pipelinesTakeMs([{ ...pipeline, undo: 'run-again' as const }])).toBe(7_200_000);
  });
});

describe('what is to be undone', () => {
  const goneBack = (): Waiting => {
    const waiting = new Waiting();
    waiting.see('start-pipeline', seenAs('running'));
    waiting.see('watch-pipeline', seenAs('failed'));
    return waiting;
  };
  it('runs again with the version that is gone back to', () => {
    const waiting = goneBack();
    expect(waiting.next()).toMatchObject({
      do: 'start-pipeline',
      order: { key: 'run-2-staging_back', model: { version: '1' }, previousVersion: '2' },
    });
    seeBack(waiting, 'start-pipeline', 'running');
    expect(waiting.next().do).toBe('wait');
    waiting.nowMs += 60_000;
    expect(waiting.next().do).toBe('watch-pipeline');
    seeBack(waiting, 'watch-pipeline', 'succeeded');
    expect(waiting.next().do).toBe('retire');
  });

  it.each([
    [
      'fails',
      (waiting: Waiting) => seeBack(waiting, 'start-pipeline', 'failed'),
      'pipeline deploy of ml runs again, and has failed',
    ],
    [
      'is refused',
      (waiting: Waiting) => waiting.tell({ event: 'refused', did: 'start-pipeline', why: 'it is gone' }),
      'pipeline deploy of ml could not be run again: it is gone',
    ],
    [
      'is late',
      (waiting: Waiting) => {
        seeBack(waiting, 'start-pipeline', 'running');
        waiting.nowMs += 4 * 3_600_000;
      },
      'pipeline deploy of ml runs again, and has not ended within PT4H',
    ],
  ] as const)('is named where it %s, and holds nothing up', (_what, happens, says) => {
    const waiting = goneBack();
    waiting.next();
    happens(waiting);
    for (let turn = 0; waiting.next().do !== 'retire' && turn < 3; turn++);
    expect(waiting.release.undoing).toMatchObject({ through: ['staging'], left: [says] });
  });
});
