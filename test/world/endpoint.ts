/** A managed online endpoint for the tiny model, the model file that releases to it, and people who send it requests. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { World } from './world.ts';

const at = [localCloud.resourceGroup, localCloud.workspace] as const;
const route = (path: string) => ({ path, port: 5001 });

interface StagedModel {
  readonly model?: string;
  readonly endpoint?: string;
  /** `VERSION,VERSION:WORD`: those versions fail at requests of this kind. */
  readonly breaks?: string;
  /** YAML of the stages, a list. */
  readonly stages: string;
  readonly onNewCandidate?: 'queue' | 'supersede';
  readonly lookEvery?: string;
}

/** The tiny model's file with a release over stages. */
export function stagedModel(asked: StagedModel): string {
  const {
    model = 'tiny',
    endpoint = 'tiny',
    breaks = '',
    stages,
    onNewCandidate = 'queue',
    lookEvery = 'PT5M',
  } = asked;
  const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
  return `${tiny.slice(0, tiny.indexOf('release:')).replace('model: tiny', `model: ${model}`)}release:
  target:
    kind: online-endpoint
    endpoint: ${endpoint}
    instanceType: Standard_DS3_v2
    concurrency: 20
    environment: azureml:tiny-server:1
    code: azureml:tiny:1
    script: serve.js
    settings: { BREAKS: '${breaks}' }
    smoke: { requests: [{ kind: plain }] }
    onNewCandidate: ${onNewCandidate}
    lookEvery: ${lookEvery}
  stages:
${stages.replaceAll(/^/gm, '    ')}
`;
}

/** Makes the endpoint and the environment of its deployments. `pass` lets time pass where it stands still. */
export async function makeEndpoint(
  world: World,
  name = 'tiny',
  pass: () => Promise<unknown> = async () => {},
): Promise<void> {
  const client = workspaceClient(world.cloud());
  const routes = { livenessRoute: route('/'), readinessRoute: route('/'), scoringRoute: route('/score') };
  await client.environmentVersions.createOrUpdate(...at, 'tiny-server', '1', {
    properties: { image: 'node:24', inferenceConfig: routes },
  });
  const body = { location: 'local', properties: { authMode: 'Key' } };
  const poller = await client.onlineEndpoints.beginCreateOrUpdate(...at, name, body, {
    updateIntervalInMs: 50,
  });
  await pass();
  await poller.pollUntilDone();
}

/** What an endpoint gives out: how many percent of the requests, by deployment. */
export async function trafficOf(client: AzureMachineLearningWorkspaces, name = 'tiny') {
  const { properties } = await client.onlineEndpoints.get(...at, name);
  return Object.fromEntries(Object.entries(properties.traffic ?? {}).filter(([, percent]) => percent > 0));
}

/** Gives the endpoint out by hand, as somebody in the portal would. */
export async function giveOut(
  world: World,
  traffic: Record<string, number>,
  { name = 'tiny', pass = async () => {} }: { name?: string; pass?: () => Promise<unknown> } = {},
): Promise<void> {
  const client = workspaceClient(world.cloud());
  const known = await client.onlineEndpoints.get(...at, name);
  const body = { ...known, properties: { ...known.properties, traffic } };
  const poller = await client.onlineEndpoints.beginCreateOrUpdate(...at, name, body, {
    updateIntervalInMs: 50,
  });
  await pass();
  await poller.pollUntilDone();
}

/** A customer of the endpoint: sends so many requests, and answers what each was answered. */
export async function openCustomer(world: World, name = 'tiny') {
  const client = workspaceClient(world.cloud());
  const { properties } = await client.onlineEndpoints.get(...at, name);
  const { primaryKey } = await client.onlineEndpoints.listKeys(...at, name);
  const ca = readFileSync(world.cloud().caFile);
  const send = (body: object) =>
    new Promise<{ status: number; version: string | undefined }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${primaryKey}` };
      const sent = request(properties.scoringUri!, { method: 'POST', headers, ca }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const version = (/"version":"(\d+)"/.exec(text) ?? [])[1];
          resolve({ status: response.statusCode ?? 0, version });
        });
      });
      sent.on('error', reject);
      sent.end(JSON.stringify(body));
    });
  return async (count: number, kind = 'plain') => {
    const answers: { status: number; version: string | undefined }[] = [];
    for (let sent = 0; sent < count; sent += 20)
      answers.push(
        ...(await Promise.all(Array.from({ length: Math.min(20, count - sent) }, () => send({ kind })))),
      );
    return answers;
  };
}
