/** What is said of a release that is wrong, and of one that is hardly meant. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8').replace(/^release:[\s\S]*/m, '');
const target =
  '{ kind: online-endpoint, endpoint: front, instanceType: Standard_DS3_v2, smoke: { requests: [1] } }';
const production = '{ stage: production, kind: production }';
const check = '{ check: errors, metric: error_rate, atMost: 0.1 }';
const canary = `{ stage: canary, kind: canary, steps: [10], checks: [${check}] }`;
const watched = `{ stage: production, kind: production, checks: [${check}] }`;

/** Problems, or else warnings, of a model file with such a release, from `release` on. */
function said(stages: readonly string[], of: string | null = target) {
  const lines = stages.map((stage) => `    - ${stage}\n`).join('');
  const text = `${sample}release:\n${of === null ? '' : `  target: ${of}\n`}  stages:\n${lines}`;
  const parsed = parseModelFile('m.yaml', text);
  const say = (all: readonly { path: string; message: string }[]) =>
    all.map(({ path, message }) => `${path.replace(/^release\.?/, '')}: ${message}`);
  return 'problems' in parsed
    ? { problems: say(parsed.problems), warnings: [] }
    : { problems: [], warnings: say(parsed.warnings) };
}

const classic = (more = 'within: P2D'): string =>
  `{ stage: classic, kind: pipeline, channel: azure-release, project: ml, definition: d, environment: e, ${more} }`;

const withCheck = (text: string): string => canary.replace(check, text);

const pipeline = (more = ''): string => {
  const base = 'kind: pipeline, channel: azure-pipelines, project: ml';
  const named = ['stage', 'pipeline'].map((field) =>
    more.includes(`${field}:`) ? '' : `, ${field}: deploy`,
  );
  return `{ ${base}${named.join('')}${more && `, ${more}`} }`;
};

describe('a release', () => {
  it.each([
    ['stages that only notify', ['{ stage: a, channel: event-grid }'], null],
    ['the same, said', ['{ stage: a, kind: notify, channel: service-bus }'], null],
    [
      "a service of one's own",
      [watched, '{ stage: a, kind: pipeline, channel: webhook, url: "https://a.example/b" }'],
      target,
    ],
    ['a queue with replies', [watched, '{ stage: a, kind: pipeline, channel: service-bus }'], target],
    ['pipelines without a target', [pipeline(), '{ stage: a, channel: event-grid }'], null],
    [
      'every kind of stage',
      ['{ stage: ask, kind: approval }', canary, watched, '{ stage: b, channel: event-grid }'],
      target,
    ],
    ['a pipeline anywhere', [pipeline(), watched, pipeline('stage: b, pipeline: 7, branch: main')], target],
    [
      'a workflow of GitHub',
      [watched, '{ stage: a, kind: pipeline, channel: github, repository: o/r, workflow: a.yml }'],
      target,
    ],
    [
      'a classic release, with an approval that people have given',
      [watched, '{ stage: ask, kind: approval }', classic('approval: answer')],
      target,
    ],
    ['a classic release whose approval is given there', [classic(), watched], target],
    ['an approval after production', [watched, '{ stage: ask, kind: approval }'], target],
  ] as const)('may have %s', (_what, stages, of) => {
    expect(said(stages, of)).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    [
      'an unknown kind',
      ['{ stage: a, kind: canery, steps: [10] }', production],
      'stages.0.kind: expected one of notify, approval, shadow, canary, production, pipeline, probation; did you mean "canary"?; found "canery"',
    ],
    [
      'neither kind nor channel',
      ['{ stage: a }', production],
      'stages.0.channel: missing; a stage has a kind (approval, shadow, canary, production, probation or pipeline), or a channel that it tells (service-bus or event-grid)',
    ],
    [
      'an unknown channel',
      ['{ stage: a, channel: event-gird }', production],
      'stages.0.channel: expected one of service-bus, event-grid; did you mean "event-grid"?; found "event-gird"',
    ],
    [
      'an unknown field',
      [canary.replace('steps: [10]', 'steps: [10], minimumReqests: 5'), production],
      'stages.0.minimumReqests: unknown field; did you mean "minimumRequests"?',
    ],
    [
      'a field of another kind of stage',
      [canary.replace('steps', 'percent: 5, steps'), production],
      'stages.0.percent: unknown field here; it belongs to another part of the file',
    ],
    [
      'no production stage',
      [canary],
      'stages: release.target needs one stage of kind production, which has the version answer every request; found none; add { stage: production, kind: production }',
    ],
    [
      'two production stages',
      [production, production.replace('stage: production', 'stage: again')],
      'stages: release.target needs one stage of kind production, which has the version answer every request; found 2; keep one of them',
    ],
    [
      'steps that fall',
      [canary.replace('[10]', '[50, 10]'), production],
      'stages.0.steps: each step must be higher than the one before; found 50, 10',
    ],
    [
      'a step that stays',
      [canary.replace('[10]', '[10, 10]'), production],
      'stages.0.steps: each step must be higher than the one before; found 10, 10',
    ],
    [
      'a step of all requests',
      [canary.replace('[10]', '[50, 100]'), production],
      'stages.0.steps.1: 99 at most: every request is what the stage of kind production gives; found 100',
    ],
    [
      'a canary without checks',
      ['{ stage: a, kind: canary, steps: [10] }', production],
      'stages.0.checks: missing, and required',
    ],
    [
      'a canary with none of them',
      [withCheck(''), production],
      'stages.0.checks: at least one check: without any, nothing could say that the version does well',
    ],
    [
      'a canary after production',
      [production, canary],
      "stages.1: a stage of kind canary comes before the stage of kind production; afterwards every request is the version's already",
    ],
    [
      'a comparison in production',
      [`{ stage: p, kind: production, checks: [${check}, { check: b, metric: error_rate, worseBy: 0.1 }] }`],
      'stages.0.checks.1.worseBy: compares with the champion in the same window, which has no requests once the version has them all: in a stage of kind production the check could never say; give atMost',
    ],
    [
      'a share in percent',
      [withCheck('{ check: a, metric: error_rate, atMost: 5 }'), production],
      'stages.0.checks.0.atMost: a share, more than 0 and less than 1: 5 % is 0.05; found 5',
    ],
    [
      'two limits',
      [withCheck('{ check: a, metric: error_rate, atMost: 0.1, worseBy: 0.1 }'), production],
      'stages.0.checks.0: give either atMost or worseBy',
    ],
    [
      'no limit of what is slow',
      [withCheck('{ check: a, metric: slow_rate, atMost: 0.1 }'), production],
      'stages.0.checks.0.slowerThanMs: slowerThanMs belongs to slow_rate, and slow_rate needs it',
    ],
    [
      'an approval elsewhere that nobody has given here',
      [classic('approval: answer'), production],
      'stages.0.approval: gives an approval that nobody has given: put a stage of kind approval before it, or let people approve there (approval: follow)',
    ],
    [
      'a classic release without its kind',
      ['{ stage: a, channel: azure-release, project: ml, definition: d, environment: e }', production],
      'stages.0.channel: azure-release starts something and waits for its end: add kind: pipeline; found "azure-release"',
    ],
    [
      'a pipeline without its kind',
      ['{ stage: a, channel: azure-pipelines, project: ml, pipeline: deploy }', production],
      'stages.0.channel: azure-pipelines starts something and waits for its end: add kind: pipeline; found "azure-pipelines"',
    ],
    [
      'a parameter that Ratchet sends',
      [pipeline('parameters: { ModelVersion: seven }'), production],
      'stages.0.parameters.ModelVersion: ModelVersion is sent by Ratchet itself; give yours another name',
    ],
    [
      'an address that holds a password',
      ['{ stage: a, kind: pipeline, channel: webhook, url: "https://a:b@c.example" }', production],
      'stages.0.url: an address without a name, a password and a fragment: requests are signed instead',
    ],
    [
      'an address in the clear',
      ['{ stage: a, kind: pipeline, channel: webhook, url: "http://c.example" }', production],
      'stages.0.url: an https address; found "http://c.example"',
    ],
    [
      'a branch as git writes it',
      [pipeline('branch: refs/heads/main'), production],
      'stages.0.branch: without refs/heads/ before it; found "refs/heads/main"',
    ],
    [
      'a pipeline that would hold the endpoint for months',
      [pipeline('within: P60D'), production],
      'stages.0.within: within: 14 days at most, P14D; found "P60D"',
    ],
    [
      'two stages of one name',
      ['{ stage: a, kind: approval }', '{ stage: a, kind: approval }', production],
      'stages.1: stage a is there twice; give each a name of its own',
    ],
  ] as const)('is refused with %s', (_what, stages, problem) => {
    expect(said(stages).problems).toEqual([problem]);
  });

  it('is refused with stages about what serves, and nothing that does', () => {
    expect(said(['{ stage: a, kind: approval }'], null).problems).toEqual([
      'stages.0: a stage of kind approval is about what serves the model; add release.target',
    ]);
  });

  it.each([
    [
      `${target}\n  rollback: {}`,
      'rollback: says nothing; give drill: required, drillEvery: P90D, or both, or leave rollback out',
    ],
    [
      `${target}\n  rollback: { drill: require }`,
      'rollback.drill: Invalid input: expected "required"; did you mean "required"?; found "require"',
    ],
    [
      `${target}\n  rollback: { drill: required, drilEvery: P90D }`,
      'rollback.drilEvery: unknown field; did you mean "drillEvery"?',
    ],
  ])('is refused with target and rollback %s', (of, problem) => {
    expect(said([production], of).problems).toEqual([problem]);
  });

  it('may require drills of its target', () => {
    const good = `${target}\n  rollback: { drill: required, drillEvery: P90D }`;
    expect(said([production], good).problems).toEqual([]);
  });

  const cluster = '{ kind: kubernetes-endpoint, endpoint: front, smoke: { requests: [1] } }';
  it.each([
    [
      '{ stage: copies, kind: shadow, percent: 5, checks: [{ check: a, metric: error_rate, atMost: 0.1 }] }',
      'stages.0.kind: an endpoint on Kubernetes copies no requests: Azure Machine Learning has that for managed endpoints alone; give a canary of few percent',
    ],
    [
      canary,
      'stages.0.checks: checks could never say: Azure Machine Learning writes no log of the requests of an endpoint on Kubernetes; fill a table of your own and name it in release.target.requestsTable, or leave the checks to a stage of kind probation',
    ],
  ])('on Kubernetes is refused with %s', (stage, problem) => {
    expect(said([stage, production], cluster).problems).toEqual([problem]);
  });

  it('on Kubernetes may have checks of a table of your own, and resources', () => {
    const more = 'requestsTable: EndpointRequests_CL, resources: { limits: { memory: 2Gi } }';
    expect(said([canary, production], cluster.replace('front,', `front, ${more},`)).problems).toEqual([]);
    const wrong = cluster.replace(
      'front,',
      'front, requestsTable: "T | union *", instanceType: Standard_DS3_v2,',
    );
    expect(said([production], wrong).problems).toEqual([
      'target.instanceType: an instance type of the cluster, in lower case; found "Standard_DS3_v2"',
      'target.requestsTable: the name of a table, such as EndpointRequests_CL; found "T | union *"',
    ]);
  });

  it.each([
    [
      '{ endpoint: front, instanceType: S }',
      'kind: missing; expected one of online-endpoint, kubernetes-endpoint',
    ],
    ['{ kind: online-endpoint, instanceType: S }', 'endpoint: missing, and required'],
    [
      '{ kind: online-endpoint, endpoint: front, instanceType: S, script: a.py }',
      'script: code and script belong together; give both, or none',
    ],
    [
      '{ kind: online-endpoint, endpoint: front, instanceType: S, onNewCandidate: supercede }',
      'onNewCandidate: Invalid option: expected one of "queue"|"supersede"; did you mean "supersede"?; found "supercede"',
    ],
  ])('is refused with target %s', (of, problem) => {
    expect(said([production], of).problems).toEqual([`target.${problem}`]);
  });

  it.each([
    [
      'is asked nothing before it serves',
      [watched],
      target.replace(/, smoke.*/, ' }'),
      'target: sends the version no requests before it serves: that it answers, and as the version it is, is not proven; add target.smoke',
    ],
    [
      'is watched by nothing',
      [production],
      target,
      'stages: have no checks: a version that fails at what people send is not rolled back by itself; add checks, to the stage of kind production at least',
    ],
    [
      'needs more people than it names',
      ['{ stage: a, kind: approval, by: [ann, ann], need: 2 }', watched],
      target,
      'stages.0.need: 2 people must approve, and by names 1: unless one of them is a team, it is always rejected',
    ],
  ] as const)('is warned of where the version %s', (_what, stages, of, warning) => {
    expect(said(stages, of)).toEqual({ problems: [], warnings: [warning] });
  });
});
