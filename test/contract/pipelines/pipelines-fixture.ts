/** The local pipelines with identity, and the application's channels to them, over HTTPS. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import { startIdentity } from '../../../local/identity/index.ts';
import { startPipelines } from '../../../local/pipelines/index.ts';
import { openTls } from '../../../local/tls/index.ts';
import { type PipelineStage, PipelineStageSchema } from '../../../shared/config/pipeline-stage-schema.ts';
import { sentParameters } from '../../../shared/domain/pipeline.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { cloudContext } from '../application/local-services.ts';
import { startedAt } from './orders.ts';

const azure = `
parameters:
  - { name: ratchetRelease, type: string, default: '' }
  - { name: ratchetStage, type: string, default: '' }
  - { name: modelName, type: string }
  - { name: modelVersion, type: string }
  - { name: previousVersion, type: string, default: '' }
  - { name: modelDigest, type: string, default: '' }
  - { name: region, type: string, default: north, values: [north, south] }
`;

const gitHub = `
run-name: \${{ inputs.ratchetRelease }}
on:
  workflow_dispatch:
    inputs:
      ratchetRelease: { required: true, type: string }
      ratchetStage: { required: true, type: string }
      modelName: { required: true, type: string }
      modelVersion: { required: true, type: string }
      previousVersion: { type: string, default: '' }
      modelDigest: { type: string, default: '' }
      region: { type: choice, options: [north, south] }
`;

/** As a classic release pipeline is exported, with who approves before its stage. */
const classicOf = (approver: string | null) => ({
  variables: Object.fromEntries(
    [...sentParameters, 'region'].map((name) => [name, { value: '', allowOverride: true }]),
  ),
  environments: [
    {
      name: 'Production',
      preDeployApprovals: {
        approvals: [
          approver === null
            ? { isAutomated: true, approver: null }
            : { isAutomated: false, approver: { displayName: approver } },
        ],
      },
    },
  ],
});

export async function openPipelinesWorld() {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-pipelines-'));
  const azureFolder = join(home, 'azure');
  mkdirSync(azureFolder);
  writeFileSync(join(azureFolder, 'deploy.yml'), azure);
  writeFileSync(join(azureFolder, 'other.yml'), azure);
  writeFileSync(join(azureFolder, 'unprepared.yml'), 'parameters: [{ name: modelName, type: string }]');
  const releaseFolder = join(home, 'releases');
  mkdirSync(releaseFolder);
  for (const [name, approver] of [
    ['deploy', null],
    ['asked', 'Ann'],
    ['own', 'ratchet'],
  ] as const)
    writeFileSync(join(releaseFolder, `${name}.json`), JSON.stringify(classicOf(approver)));
  writeFileSync(
    join(releaseFolder, 'unprepared.json'),
    JSON.stringify({ ...classicOf(null), variables: {} }),
  );
  const gitHubFolder = join(home, 'github');
  mkdirSync(gitHubFolder);
  writeFileSync(join(gitHubFolder, 'deploy.yml'), gitHub);
  writeFileSync(join(gitHubFolder, 'nameless.yml'), gitHub.replace(/^run-name.*$/m, ''));
  const clock = new VirtualClock(Date.parse(startedAt));
  const tls = openTls(join(home, 'tls'));
  const identity = await startIdentity({ ...cloudContext(home, 'identity'), port: 0 });
  vi.stubEnv('IDENTITY_ENDPOINT', identity.environment.IDENTITY_ENDPOINT);
  vi.stubEnv('IDENTITY_HEADER', identity.environment.IDENTITY_HEADER);
  const context = { ...cloudContext(home, 'pipelines'), clock };
  const open = (port: number) =>
    startPipelines({ ...context, port, tls, identity, azureFolder, releaseFolder, gitHubFolder });
  let service = await open(0);
  afterAll(async () => {
    await service.stop();
    await identity.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const settings = {
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_CA_FILE: tls.caFile,
    RATCHET_STORAGE: 'UseDevelopmentStorage=true',
    RATCHET_CONTAINER: localCloud.container,
    RATCHET_AZURE_DEVOPS_URL: service.azureDevOps,
    RATCHET_GITHUB_URL: service.gitHub.url,
    RATCHET_GITHUB_TOKEN: service.gitHub.token,
  };
  return {
    ...{ clock, identity, tls, settings },
    service: () => service,
    pass: (forMs: number) => clock.setNow(clock.now() + forMs),
    async restart() {
      const { port } = new URL(service.azureDevOps);
      await service.stop();
      service = await open(Number(port));
    },
    gitHub: (more: object = {}, change: Readonly<Record<string, string>> = {}) =>
      createWiring({ ...settings, ...change }).pipelineChannel(gitHubStage(more)),
    release: (more: object = {}, change: Readonly<Record<string, string>> = {}) =>
      createWiring({ ...settings, ...change }).pipelineChannel(releaseStage(more)),
    channel: (more: object = {}, change: Readonly<Record<string, string>> = {}) =>
      createWiring({ ...settings, ...change }).pipelineChannel(azureStage(more)),
  };
}

export const gitHubStage = (more: object = {}): PipelineStage =>
  PipelineStageSchema.parse({
    ...{
      stage: 'staging',
      kind: 'pipeline',
      channel: 'github',
      repository: 'local/ratchet',
      workflow: 'deploy.yml',
    },
    ...more,
  });

const releaseStage = (more: object): PipelineStage =>
  PipelineStageSchema.parse({
    ...{ stage: 'staging', kind: 'pipeline', channel: 'azure-release', project: 'ratchet' },
    ...{ definition: 'deploy', environment: 'production' },
    ...more,
  });

export const azureStage = (more: object = {}): PipelineStage =>
  PipelineStageSchema.parse({
    ...{
      stage: 'staging',
      kind: 'pipeline',
      channel: 'azure-pipelines',
      project: 'ratchet',
      pipeline: 'deploy',
    },
    ...more,
  });
