/** `release`, `embargo` and `notices` of a model file in plain English. Pure. */
import type { ApprovalStage } from '../config/approval-stage-schema.ts';
import type { CheckConfig } from '../config/check-schema.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { StageConfig } from '../config/stage-schema.ts';
import { counted } from '../domain/plural.ts';
import { every, further, listed, quoted, span, type Told } from './words.ts';
import { tellGate } from './words-of-gates.ts';

export function tellRelease({ target, stages, rollback, ...rest }: ModelConfig['release']): readonly Told[] {
  return [
    ...(target
      ? tellTarget(target)
      : [
          {
            path: 'release.target',
            sentence: 'Nothing is deployed: the stages tell others, who serve the model.',
          },
        ]),
    ...stages.map((stage, at) => ({
      path: `release.stages[${at}]`,
      sentence: `${at + 1}. ${tellStage(stage)}`,
    })),
    {
      path: 'release.rollback',
      sentence: rollback ? tellDrills(rollback) : 'The way back is drilled when somebody orders it.',
    },
    ...(further(rest) ? [{ path: 'release', sentence: further(rest).trim() }] : []),
  ];
}

function tellDrills({ drill, drillEvery, ...rest }: NonNullable<ModelConfig['release']['rollback']>): string {
  const often = drillEvery === undefined ? 'when somebody orders it' : `${every(drillEvery)}`;
  const first = drill === 'required' ? ' No version is deployed before a drill has passed.' : '';
  return `The way back is drilled ${often}.${first}${further(rest)}`;
}

function tellTarget(target: NonNullable<ModelConfig['release']['target']>): readonly Told[] {
  const { kind, endpoint, instanceType, instances, onNewCandidate, readyWithin, lookEvery, smoke, ...rest } =
    target;
  const next =
    onNewCandidate === 'queue'
      ? 'A version that comes while another is released waits for it.'
      : 'A version that comes while another is released supersedes it, unless that serves everybody already.';
  const asked = smoke
    ? `A deployment must answer ${counted(smoke.requests.length, 'request')}, its version at ${smoke.versionAt} of each answer, before it gets traffic.`
    : 'A deployment is sent no requests of its own before it gets traffic.';
  const { settings, environment, code, script, concurrency, ...others } = withoutOwn(rest);
  const own =
    kind === 'kubernetes-endpoint'
      ? { resources: target.resources, requestsTable: target.requestsTable }
      : {};
  const made = further({ environment, code, script, concurrency, settings, ...own });
  const where = instanceType === undefined ? '' : ` of ${instanceType}`;
  const unit = kind === 'kubernetes-endpoint' ? 'replica' : 'machine';
  return [
    {
      path: 'release.target',
      sentence: `Versions are served by endpoint ${endpoint} (${kind}), each by ${counted(instances, unit)}${where}.${made.replace(' Further', ' Deployed with')}`,
    },
    {
      path: 'release.target.readyWithin',
      sentence: `A deployment has ${span(readyWithin)} to become ready.`,
    },
    { path: 'release.target.smoke', sentence: asked },
    { path: 'release.target.onNewCandidate', sentence: next },
    {
      path: 'release.target.lookEvery',
      sentence: `What the endpoint serves is looked at ${every(lookEvery)} at least, while anything but a settled version serves.${further(others)}`,
    },
  ];
}

/** Without what only targets on Kubernetes have. */
function withoutOwn<Fields extends object>(fields: Fields): Omit<Fields, 'resources' | 'requestsTable'> {
  const { resources, requestsTable, ...rest } = fields as Fields & {
    resources?: unknown;
    requestsTable?: unknown;
  };
  return rest;
}

function tellStage(stage: StageConfig): string {
  switch (stage.kind) {
    case 'approval':
      return tellApproval(stage);
    case 'shadow': {
      const {
        stage: name,
        kind: _,
        percent,
        for: time,
        minimumRequests,
        checks,
        onInconclusive,
        ...rest
      } = stage;
      return `Stage ${name}: ${percent} % of the requests are copied to the version for ${span(time)}; ${tellChecks(checks)}, over at least ${counted(minimumRequests, 'request')}. ${tellInconclusive(onInconclusive)}${further(rest)}`;
    }
    case 'canary': {
      const {
        stage: name,
        kind: _,
        steps,
        for: time,
        minimumRequests,
        checks,
        onInconclusive,
        ...rest
      } = stage;
      const shares = listed(
        steps.map((step) => `${step} %`),
        'then',
      );
      return `Stage ${name}: the version answers ${shares} of the requests, ${span(time)} each; ${tellChecks(checks)}, over at least ${counted(minimumRequests, 'request')}. ${tellInconclusive(onInconclusive)}${further(rest)}`;
    }
    case 'production': {
      const { stage: name, kind: _, keepOld, checks, ...rest } = stage;
      const watched = checks ? `; ${tellChecks(checks)}` : '';
      return `Stage ${name}: the version answers every request and is watched for ${span(keepOld)}, the one before kept ready${watched}. Then it is settled.${further(rest)}`;
    }
    case 'pipeline': {
      const { stage: name, kind: _, channel, within, undo, parameters, ...rest } = stage;
      const back =
        undo === 'nothing'
          ? 'nothing is done about it'
          : 'it is started once more with the version gone back to';
      return `Stage ${name}: something is started through ${channel} and waited for, ${span(within)} at most (${tellPlace(rest)}); parameters: ${JSON.stringify(parameters)}. Where the release goes back later, ${back}.`;
    }
    case 'probation': {
      const { stage: name, kind: _, data, until, every: often, evaluation, gates, ...rest } = stage;
      const by = evaluation ? `, scored by ${quoted(evaluation.command)}` : '';
      const rules = gates.map(tellGate).join(' ');
      return `Stage ${name}: while it serves, the version is judged ${every(often)} by labelled rows of ${data}${by}, until ${counted(until.labels, 'row')} have been or ${span(until.atMost)} are over; then a person is asked.${further(rest)} ${rules}`;
    }
    default: {
      const { stage: name, kind: _, channel, undo, ...place } = stage;
      const where = tellPlace(place);
      const back = undo
        ? ' Where the release goes back later, it is told that the version is withdrawn.'
        : '';
      return `Stage ${name}: the release is told through ${channel}${where && ` (${where})`}.${back}`;
    }
  }
}

const tellPlace = (fields: object): string =>
  further({ ...fields })
    .replace(' Further: ', '')
    .replace(/\.$/, '');

function tellApproval(stage: ApprovalStage): string {
  const {
    stage: name,
    kind: _,
    by,
    need,
    notRequester,
    within,
    end = 'reject',
    remind,
    escalate,
    hours,
    ...rest
  } = stage;
  const who = by ? ` of ${listed(by, 'or')}` : ' with the role approver';
  const not = notRequester
    ? ', not the one who requested the run'
    : ', the one who requested the run included';
  const then = end === 'reject' ? 'it is rejected' : 'a person is asked';
  const parts = [
    `Stage ${name}: ${need === 1 ? 'one person' : `${need} different people`}${who} must approve${not}, within ${span(within)}; otherwise ${then}.`,
    ...(remind === undefined ? [] : [`They are reminded ${every(remind)}.`]),
    ...(escalate ? [`After ${span(escalate.after)}${tellEscalation(escalate)}.`] : []),
    ...(hours
      ? [`Time counts on ${hours.days} from ${hours.from} to ${hours.to}, ${hours.zone}, alone.`]
      : []),
  ];
  return `${parts.join(' ')}${further(rest)}`;
}

function tellEscalation({ to, by }: NonNullable<ApprovalStage['escalate']>): string {
  return `${to ? ` ${listed(to)} are told, too` : ''}${to && by ? ', and' : ''}${by ? ` ${listed(by)} may approve, too` : ''}`;
}

function tellChecks(checks: readonly CheckConfig[]): string {
  return checks
    .map(({ check, metric, slowerThanMs, atMost, worseBy, confidence, ...rest }) => {
      const what = slowerThanMs === undefined ? metric : `${metric} (slower than ${slowerThanMs} ms)`;
      const limit =
        worseBy === undefined ? `at most ${atMost}` : `at most ${worseBy} more than the champion's`;
      return `check ${check} asks ${what} ${limit}, with confidence ${confidence}${further(rest)}`;
    })
    .join('; ');
}

function tellInconclusive({ hold, end, ...rest }: { readonly hold: string; readonly end: string }): string {
  const then = end === 'ask' ? 'a person is asked' : 'it is rolled back';
  return `While its checks cannot say it goes on for ${span(hold)} more, then ${then}.${further(rest)}`;
}

export function tellEmbargo(embargo: ModelConfig['embargo']): readonly Told[] {
  if (!embargo)
    return [{ path: 'embargo', sentence: 'Only versions that somebody has quarantined are under embargo.' }];
  const { after, whenDriftConfirmed, ...rest } = embargo;
  return [
    ...(after === undefined
      ? []
      : [{ path: 'embargo.after', sentence: `A version older than ${span(after)} is let nowhere.` }]),
    {
      path: 'embargo.whenDriftConfirmed',
      sentence: whenDriftConfirmed
        ? `A confirmed drift puts every version under embargo whose first release began before it.${further(rest)}`
        : `A confirmed drift puts no version under embargo.${further(rest)}`,
    },
  ];
}

export function tellNotices(notices: ModelConfig['notices']): readonly Told[] {
  if (!notices)
    return [{ path: 'notices', sentence: 'Nobody is told of what is asked: it is seen by asking.' }];
  return notices.map(({ to, about, ...rest }, at) => ({
    path: `notices[${at}]`,
    sentence: `Receiver ${to} is told of ${about ? listed(about.map((topic) => `every ${topic}`)) : 'everything'}.${further(rest)}`,
  }));
}
