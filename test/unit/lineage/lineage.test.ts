import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInterface } from '../../../shared/azure/component-interface.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import { withTrail } from '../../../shared/ledger/release-trail.ts';
import { assembleLineage } from '../../../shared/lineage/assemble-lineage.ts';
import { componentsIn, describeModelFile } from '../../../shared/lineage/describe-model-file.ts';
import type { LineageFacts } from '../../../shared/lineage/read-lineage.ts';
import { byHand, ended, facts, gateReport, manifest, releaseRow, runId, subject } from './facts.ts';

const assemble = (found: LineageFacts) => assembleLineage(subject, found)!;

describe('the lineage of a version', () => {
  it('that a run made has all of it, and nothing disagrees', () => {
    const lineage = assemble(facts());
    expect(lineage).toMatchObject({
      origin: 'run',
      sentence: `Version 7 of spam-filter was trained and registered by run ${runId}.`,
      digest: 'd'.repeat(64),
      run: { runId },
      modelFile: {
        description: 'Marks mail as spam.',
        training: { code: 'azureml:spam:2' },
        evaluation: null,
      },
      trainedOn: { partitions: manifest.train, bytes: 30 },
      judgedOn: { partitions: manifest.evaluate, bytes: 20 },
      gateReport: { verdict: 'passed', gates: [{ gate: 'accuracy-floor', challenger: 0.961 }] },
      replaces: { version: '6', runId: 'spam-filter-20020801-0a0b0c0d' },
      notKnown: [],
      contradictions: [],
    });
    expect(lineage.signals[0]!.decision!.signal.id).toBe('metric:1');
    expect(lineage.operations).toHaveLength(1);
  });

  it('is described field by field', () => {
    const page = readFileSync('docs/lineage.md', 'utf8');
    const rows = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(
      ([, names]) => names!.match(/(?<=`)\w+(?=`)/g) ?? [],
    );
    expect(rows.sort()).toEqual(Object.keys(assemble(facts())).sort());
  });

  it('is none where neither registry nor ledger knows it', () => {
    expect(assembleLineage(subject, byHand({ registered: null }))).toBeNull();
  });

  it('that was registered by hand says that Ratchet did not make it, and what is not known', () => {
    const lineage = assemble(byHand());
    expect(lineage).toMatchObject({ origin: 'hand', run: null, digest: null, contradictions: [] });
    expect(lineage.sentence).toBe(
      'Version 7 of spam-filter was not made by Ratchet: somebody else registered it; no run of Ratchet has judged it.',
    );
    expect(lineage.notKnown).toContain(
      'Who asked for it, what it was trained on and with which code: no run of the ledger made it.',
    );
    expect(lineage.notKnown).toContain('Whether and where it serves: Ratchet has not released it.');
  });

  it('that was registered by hand and judged by a run has what it was judged on, and not what it was trained on', () => {
    const other = { ...ended, kind: 'promote' } as const;
    const lineage = assemble(byHand({ other, manifest, gateReport }));
    expect(lineage).toMatchObject({
      origin: 'hand',
      trainedOn: null,
      judgedOn: { bytes: 20 },
      run: { runId },
    });
    expect(lineage.sentence).toContain(`run ${runId} judged it`);
    expect(lineage.notKnown[0]).toBe(
      'How it was trained, on which data and with which code: whoever registered it knows.',
    );
  });

  it('that was deleted from the registry is what the ledger still knows', () => {
    const lineage = assemble(facts({ registered: null, tagged: null, other: ended }));
    expect(lineage).toMatchObject({ origin: 'run', registered: null, contradictions: [] });
    expect(lineage.sentence).toContain('It is not in the registry any more.');
  });

  it('of a ledger of before says what was not kept then', () => {
    const { trail: _, ...old } = releaseRow();
    const lineage = assemble(facts({ modelFile: null, releases: [old] }));
    expect(lineage.contradictions).toEqual([]);
    expect(lineage.notKnown).toEqual([
      `Code and environment of its jobs: run ${runId} kept only the hash of its model file.`,
      'All that some of its releases went through: they are of before that was kept.',
    ]);
  });

  it('is unclear where its tag names a run that registered another version', () => {
    const lineage = assemble(facts({ tagged: { ...ended, registeredVersion: '5' } }));
    expect(lineage).toMatchObject({ origin: 'unclear', run: null, gateReport: null, signals: [] });
    expect(lineage.contradictions).toEqual([
      `The tag ratchetRun names run ${runId}, which registered version 5 according to the ledger.`,
    ]);
  });

  it('is unclear where its tag names a run that nobody knows, or was taken away', () => {
    expect(assemble(facts({ tagged: null, releases: [] })).origin).toBe('unclear');
    const registered = { ...facts().registered!, tags: {} };
    expect(assemble(facts({ registered, tagged: null, other: ended })).sentence).toContain(
      'changed its tags',
    );
  });

  it.each<[string, Partial<LineageFacts>, RegExp]>([
    [
      'the manifest',
      { manifest: { ...manifest, holdoutShare: 0.5 } },
      /^The manifest of its data in storage has/,
    ],
    [
      'the gate report',
      { gateReport: { ...gateReport, verdict: 'failed' } },
      /^Its gate report in storage has/,
    ],
    [
      'the model file',
      { modelFile: { task: 'regression' } },
      /^The model file that run .* kept has the hash/,
    ],
    [
      'the configuration in the ledger',
      { tagged: { ...ended, configHash: 'x' } },
      /^Its tag says model file/,
    ],
    [
      'the champion in the ledger',
      { tagged: { ...ended, champion: null } },
      /judged against version 6, the ledger none/,
    ],
    ['the signals in the ledger', { tagged: { ...ended, signals: ['other'] } }, /another list of 1 signals/],
  ])('says so where somebody has changed %s', (_what, more, said) => {
    expect(assemble(facts(more)).contradictions).toEqual(
      expect.arrayContaining([expect.stringMatching(said)]),
    );
  });

  it('does not take signals that joined the run later for a change', () => {
    const tagged = { ...ended, signals: [...ended.signals, 'metric:2'] };
    expect(assemble(facts({ tagged })).contradictions).toEqual([]);
  });

  it('lists the first thousand files, and how many there are beyond', () => {
    const train = Array.from({ length: 1_001 }, (_, at) => ({ name: `${at}.csv`, etag: '', bytes: 1 }));
    const { trainedOn } = assemble(facts({ trainingManifest: { ...manifest, train } }));
    expect(trainedOn).toMatchObject({ partitionsLeftOut: 1, bytes: 1_001 });
    expect(trainedOn!.partitions).toHaveLength(1_000);
  });
});

describe('the trail of a release', () => {
  const at = (minute: number) => new Date(Date.UTC(2002, 8, 2, 0, minute)).toISOString();
  const told = (minute: number, more: Partial<ReleaseRow>): ReleaseRow => {
    const { trail: _, ...row } = releaseRow({ writtenAt: at(minute), endedAt: null, ...more });
    return row;
  };

  it('has each place it was in once, with the last that it said there, whatever is repeated', () => {
    const place = fc.record({
      state: fc.constantFrom('deploying', 'canary', 'asking', 'rolling-back'),
      step: fc.constantFrom(null, 10, 50),
      repeats: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), (places) => {
        let known: ReleaseRow | null = null;
        const rows = places.map(({ state, step }, minute) =>
          told(minute, { state, step, sentence: `s${minute}` }),
        );
        for (const [index, row] of rows.entries())
          for (let time = 0; time < places[index]!.repeats; time++) known = withTrail(row, known);
        const expected = rows.filter(
          ({ state, step }, index) => rows[index + 1]?.state !== state || rows[index + 1]?.step !== step,
        );
        expect(known!.trail!.map(({ sentence }) => sentence)).toEqual(
          expected.map(({ sentence }) => sentence),
        );
      }),
    );
  });

  it('keeps its beginning and what came last, and every approval after they are gone from the row', () => {
    const approval = { by: 'ada', reason: 'r', at: at(0), binding: 'b' };
    let known = withTrail(told(0, { state: 'waiting-for-approval', approvals: [approval] }), null);
    for (let minute = 1; minute <= 300; minute++)
      known = withTrail(told(minute, { state: minute % 2 ? 'asking' : 'canary' }), known);
    expect(known.given).toEqual([approval]);
    expect(known.trail).toHaveLength(100);
    expect([known.trail![0]!.state, known.trail!.at(-1)!.at]).toEqual(['waiting-for-approval', at(300)]);
  });

  it('of a row of before begins with what that row said', () => {
    const known = withTrail(told(2, { state: 'serving' }), told(1, { state: 'canary' }));
    expect(known.trail!.map(({ state }) => state)).toEqual(['canary', 'serving']);
  });
});

describe('a version that was released again as a past champion', () => {
  const chosenBy = 'spam-filter-20021001-0badcafe';

  it('says which runs chose it, and does not hold their reports against its tags', () => {
    const own = releaseRow();
    const judged = { gateReportHash: 'c'.repeat(64) };
    const again = releaseRow({
      ...{ releaseId: `${chosenBy}-release`, runId: chosenBy },
      model: { ...own.model, chosenBy },
      approval: { subject: judged } as never,
    });
    const lineage = assemble(facts({ chosenBy: [chosenBy], releases: [again, own] }));
    expect(lineage.contradictions).toEqual([]);
    expect(lineage.chosenBy).toEqual([chosenBy]);
    expect(lineage.sentence).toMatch(
      new RegExp(`It was released again without training, chosen by run ${chosenBy}\\.$`),
    );
    // The same approval of a release of its own run does not agree.
    const other = { ...again, model: own.model };
    expect(assemble(facts({ releases: [other] })).contradictions).not.toEqual([]);
  });
});

describe('what a model file says of pipelines', () => {
  const id = (kind: string, name: string) =>
    `azureml:/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/${kind}/${name}/versions/3`;
  const known = {
    'azureml:fit:3': readInterface({
      ...{ type: 'command', command: 'node fit.mjs', code: id('codes', 'churn') },
      environment: id('environments', 'node'),
    }),
    'azureml:all:2': readInterface({
      type: 'pipeline',
      jobs: { fit: { componentId: id('components', 'fit') } },
    }),
  };

  it('names published components by their versions, and what they run as the workspace says it', () => {
    const fit = { kind: 'component', component: 'azureml:fit:3', inputs: { rounds: 3 } };
    const elsewhere = 'azureml://registries/shared/components/write/versions/7';
    const kept = {
      training: { kind: 'pipeline', compute: 'cpu', steps: { fit } },
      evaluation: { kind: 'pipeline', steps: { write: { kind: 'component', component: elsewhere } } },
    };
    expect(componentsIn(kept)).toEqual(['azureml:fit:3', elsewhere]);
    expect(describeModelFile('h', kept, { ...known, [elsewhere]: null })).toMatchObject({
      training: null,
      trainingSteps: [
        {
          ...{ step: 'fit', component: 'azureml:fit:3', command: 'node fit.mjs' },
          ...{ code: 'azureml:churn:3', environment: 'azureml:node:3', compute: 'cpu' },
          settings: { rounds: 3 },
        },
      ],
      evaluationSteps: [{ step: 'write', component: elsewhere, command: null, environment: null }],
    });
  });

  it('names a published pipeline, then the components of its steps', () => {
    const training = { kind: 'pipeline-component', component: 'azureml:all:2', compute: 'cpu' };
    expect(describeModelFile('h', { training }, known)?.trainingSteps).toMatchObject([
      { step: 'all', component: 'azureml:all:2', command: null },
      { step: 'fit', component: 'azureml:fit:3' },
    ]);
  });
});
