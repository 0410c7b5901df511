/**
 * The part of Azure DevOps (REST 7.1, release) that has classic releases: definitions, releases, their stages and approvals.
 *
 * Owns: which requests are understood, how a release stands, and how the service words its refusals. Definitions are JSON files
 * of a folder, by their names: `variables`, `environments` with `preDeployApprovals`, as an export of the service has them.
 * Does not own: who is let in (azure-devops.ts), the numbers and plans of pipelines (runs.ts).
 *
 * Invariants
 * 1. How a release stands follows from the clock and from what was decided: nothing has to run for a stage to end.
 * 2. A stage begins when the one before it has succeeded, and its approval, where it has one, was given.
 * 3. Only variables that are settable at release time are taken. A release with a stage that runs cannot be abandoned, and an
 *    approval is answered once, by its approver.
 */
import type { Reply } from '../http/json-exchange.ts';
import { refusal } from './azure-refusal.ts';
import { type ReleaseDefinition, readReleaseDefinitions } from './release-definitions.ts';
import type { ClassicRelease, ClassicStage, Releases } from './releases.ts';

/** Who the approvals of the application's identity are by. */
const applicationName = 'ratchet';

interface ReleaseService {
  readonly folder: string;
  readonly releases: Releases;
  readonly numberOf: (definition: string) => number;
  /** Where people look at things. */
  readonly web: string;
}

interface ReleaseRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
}

/** `path` after `_apis/release/`. */
export function answerRelease(
  service: ReleaseService,
  request: ReleaseRequest,
  path: readonly string[],
): Reply {
  const { method, url, body } = request;
  const [area, first, second, third] = path;
  const ask = `${method} ${area} ${path.length}`;
  if (ask === 'GET definitions 1') return listDefinitions(service, url);
  if (ask === 'GET definitions 2') return getDefinition(service, first!);
  if (ask === 'POST releases 1') return createRelease(service, body);
  if (ask === 'GET releases 1') return listReleases(service, url);
  if (ask === 'PATCH approvals 2') return answerApproval(service, Number(first), body);
  if (area === 'releases') {
    const release = service.releases.find(Number(first));
    if (!release)
      return refusal(
        404,
        'ReleaseNotFoundException',
        `VS402883: Release with ID ${first} does not exist. Specify a valid ID and try again.`,
      );
    if (ask === 'GET releases 2') return { status: 200, body: releaseOf(service, release) };
    if (ask === 'PATCH releases 2') return updateRelease(service, release, body);
    if (ask === 'PATCH releases 4' && second === 'environments')
      return updateStage(service, release, Number(third), body);
  }
  return refusal(
    404,
    'VssResourceNotFoundException',
    `API resource location ${method} ${url.pathname} is not registered here.`,
  );
}

const listOf = (value: readonly unknown[]): Reply => ({ status: 200, body: { count: value.length, value } });

type Numbered = ReleaseDefinition & { readonly id: number };

const definitionsOf = ({ folder, numberOf }: ReleaseService): readonly Numbered[] =>
  readReleaseDefinitions(folder).map((each) => ({ ...each, id: numberOf(each.name) }));

function listDefinitions(service: ReleaseService, url: URL): Reply {
  const text = url.searchParams.get('searchText')?.toLowerCase() ?? '';
  const isExact = url.searchParams.get('isExactNameMatch') === 'true';
  const fits = (name: string) => (isExact ? name.toLowerCase() === text : name.toLowerCase().includes(text));
  // Without $expand the list tells neither variables nor stages.
  return listOf(
    definitionsOf(service)
      .filter(({ name }) => fits(name))
      .map(({ id, name }) => ({ id, name, path: '\\', revision: 1 })),
  );
}

function getDefinition(service: ReleaseService, number: string): Reply {
  const found = definitionsOf(service).find(({ id }) => String(id) === number);
  if (!found)
    return refusal(
      404,
      'ReleaseDefinitionNotFoundException',
      `VS402881: Release pipeline with ID ${number} does not exist. Specify a valid ID and try again.`,
    );
  const { id, name, variables, stages } = found;
  const environments = stages.map((stage, index) => ({ id: index + 1, name: stage.name, rank: index + 1 }));
  return { status: 200, body: { id, name, path: '\\', revision: 1, variables, environments } };
}

function createRelease(service: ReleaseService, body: unknown): Reply {
  const {
    definitionId,
    description = '',
    isDraft = false,
    variables = {},
  } = (body ?? {}) as Record<string, unknown>;
  const definition = definitionsOf(service).find(({ id }) => id === definitionId);
  if (!definition)
    return refusal(
      404,
      'ReleaseDefinitionNotFoundException',
      `VS402881: Release pipeline with ID ${String(definitionId)} does not exist. Specify a valid ID and try again.`,
    );
  if (
    isDraft !== false ||
    typeof description !== 'string' ||
    typeof variables !== 'object' ||
    variables === null
  )
    return refusal(400, 'InvalidRequestException', 'Only releases that are no drafts are understood here.');
  for (const [name, given] of Object.entries(variables as Record<string, { value?: unknown } | null>)) {
    if (definition.variables[name]?.allowOverride !== true)
      return refusal(400, 'InvalidRequestException', `Variable ${name} is not settable at release time.`);
    if (typeof given?.value !== 'string')
      return refusal(400, 'InvalidRequestException', `Variable ${name} has no value.`);
  }
  const values = Object.fromEntries(
    Object.entries(variables as Record<string, { value: string }>).map(([name, { value }]) => [name, value]),
  );
  const release = service.releases.create(definition, description, values);
  return { status: 200, body: releaseOf(service, release) };
}

function listReleases(service: ReleaseService, url: URL): Reply {
  const { searchParams: query } = url;
  const sinceMs = Date.parse(query.get('minCreatedTime') ?? '1970-01-01T00:00:00Z');
  const top = Number(query.get('$top') ?? 50);
  const order = query.get('queryOrder') ?? 'descending';
  if (Number.isNaN(sinceMs) || !(top >= 1 && top <= 100) || !['ascending', 'descending'].includes(order))
    return refusal(
      400,
      'InvalidRequestException',
      'minCreatedTime, $top or queryOrder is not understood here.',
    );
  const asked = query.get('definitionId');
  const found = definitionsOf(service)
    .filter(({ id }) => asked === null || String(id) === asked)
    .flatMap(({ name }) => service.releases.list(name))
    .filter(({ createdMs }) => createdMs >= sinceMs)
    .sort((a, b) => (order === 'ascending' ? a.id - b.id : b.id - a.id));
  const isExpanded = query.get('$expand')?.split(',').includes('environments') ?? false;
  return listOf(
    found.slice(0, top).map((release) => {
      const { environments, ...rest } = releaseOf(service, release);
      return isExpanded ? { ...rest, environments } : rest;
    }),
  );
}

function releaseOf({ web }: ReleaseService, release: ClassicRelease) {
  const { id, description, definition, createdMs, isAbandoned, variables, stages } = release;
  return {
    ...{ id, name: `Release-${id}`, description, status: isAbandoned ? 'abandoned' : 'active' },
    createdOn: new Date(createdMs).toISOString(),
    releaseDefinition: { name: definition, path: '\\' },
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }])),
    environments: stages.map((stage) => stageOf(id, stage)),
    _links: { web: { href: `${web}/_release?releaseId=${id}&_a=release-summary` } },
  };
}

function stageOf(releaseId: number, { id, name, status, approval }: ClassicStage): object {
  const automated = { id: id * 1_000, approvalType: 'preDeploy', status: 'approved', isAutomated: true };
  const asked = approval && {
    ...{ id: approval.id, approvalType: 'preDeploy', status: approval.status, isAutomated: false },
    ...{ approver: { displayName: approval.approver }, comments: approval.comments },
    ...(approval.by !== null && { approvedBy: { displayName: approval.by } }),
  };
  const hasBegun = status !== 'notStarted';
  return {
    id,
    releaseId,
    name,
    status,
    preDeployApprovals: hasBegun ? [asked ?? automated] : [],
    postDeployApprovals: [],
  };
}

function answerApproval({ releases }: ReleaseService, id: number, body: unknown): Reply {
  const { status, comments = '' } = (body ?? {}) as Record<string, unknown>;
  if ((status !== 'approved' && status !== 'rejected') || typeof comments !== 'string')
    return refusal(
      400,
      'InvalidRequestException',
      'Only the status approved or rejected is understood here.',
    );
  const approval = releases.findApproval(id);
  if (!approval)
    return refusal(404, 'ApprovalNotFoundException', `VS402957: Approval with ID ${id} does not exist.`);
  if (approval.approver !== applicationName)
    return refusal(
      403,
      'UnauthorizedRequestException',
      `VS402904: Access denied: ${applicationName} is no approver of approval ${id}.`,
    );
  if (approval.status !== 'pending')
    return refusal(400, 'InvalidRequestException', `VS402898: Approval ${id} is already ${approval.status}.`);
  releases.decide(id, { status, by: applicationName, comments });
  return { status: 200, body: { id, status, comments } };
}

function updateStage(service: ReleaseService, release: ClassicRelease, id: number, body: unknown): Reply {
  const stage = release.stages.find((each) => each.id === id);
  if (!stage)
    return refusal(
      404,
      'ReleaseEnvironmentNotFoundException',
      `Stage ${id} of release ${release.id} does not exist.`,
    );
  if ((body as { status?: unknown } | null)?.status !== 'canceled')
    return refusal(400, 'InvalidRequestException', 'Only the status canceled is understood here.');
  if (stage.status !== 'inProgress')
    return refusal(
      400,
      'InvalidRequestException',
      `Stage ${stage.name} is ${stage.status}, and cannot be canceled.`,
    );
  service.releases.cancelStage(release.id, id);
  return {
    status: 200,
    body: stageOf(release.id, service.releases.find(release.id)!.stages.find((each) => each.id === id)!),
  };
}

function updateRelease(service: ReleaseService, release: ClassicRelease, body: unknown): Reply {
  if ((body as { status?: unknown } | null)?.status !== 'abandoned')
    return refusal(400, 'InvalidRequestException', 'Only the status abandoned is understood here.');
  if (release.stages.some(({ status }) => status === 'inProgress'))
    return refusal(
      400,
      'InvalidRequestException',
      `Release ${release.id} cannot be abandoned while a deployment is in progress.`,
    );
  service.releases.abandon(release.id);
  return { status: 200, body: releaseOf(service, service.releases.find(release.id)!) };
}
