import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inner, modulesOf, type Resource, resourcesOf, templateOf } from './arm.ts';

const beside = templateOf('workspace');
const [workspace, storage] = modulesOf(beside)
  .filter(({ properties }) => 'eventTypes' in (properties['parameters'] as object))
  .map((module) => ({
    module,
    given: module.properties['parameters'] as Record<string, { value: unknown }>,
  }));
const queues = resourcesOf(templateOf('main')).filter(({ type }) => type.endsWith('/queues'));
const queue = (what: string): Resource => queues.find(({ name }) => name.includes(what))!;

describe('the subscriptions to events', () => {
  it('ask for the events of the workspace that the app understands, and no other', () => {
    const understood = [
      ...readFileSync('shared/signals/parse-workspace-event.ts', 'utf8').matchAll(
        /case `\$\{prefix\}(\w+)`/g,
      ),
    ].map(([, type]) => `Microsoft.MachineLearningServices.${type}`);
    // Its sender, the dataset monitors of SDK v1, was retired on 2025-09-01: a filter may be refused for it, and misses nothing.
    const retired = 'Microsoft.MachineLearningServices.DatasetDriftDetected';
    expect(understood).toContain(retired);
    const asked = workspace!.given['eventTypes']!.value as string[];
    expect([...asked].sort()).toEqual(understood.filter((type) => type !== retired).sort());
  });

  it('ask for the events of the storage that can bring data, and no other', () => {
    const text = readFileSync('shared/signals/parse-storage-event.ts', 'utf8');
    const understood = [...text.matchAll(/^ {2}(\w+): new Set\(\[/gm)].map(
      ([, type]) => `Microsoft.Storage.${type}`,
    );
    expect(understood.length).toBe(3);
    expect([...(storage!.given['eventTypes']!.value as string[])].sort()).toEqual(understood.sort());
    expect(JSON.stringify(storage!.given['subjects'])).toContain("variables('container')");
  });

  it('deliver to the functions by the names that these have', () => {
    for (const { given } of [workspace!, storage!]) {
      const name = given['functionName']!.value as string;
      expect(readFileSync(`functions/${name}.ts`, 'utf8')).toContain(`app.eventGrid('${name}'`);
    }
  });

  it('say which session an event is of: a queue with sessions refuses what names none', () => {
    const sessions = [workspace!, storage!].map(({ given }) => given['sessionId']!.value);
    expect(sessions).toEqual(['workspace', 'storage']);
    const { toQueue } = inner(workspace!.module).variables as {
      toQueue: { properties: Record<string, unknown> };
    };
    expect(toQueue.properties['deliveryAttributeMappings']).toEqual([
      {
        name: 'SessionId',
        type: 'Static',
        properties: { value: "[parameters('sessionId')]", isSecret: false },
      },
    ]);
    expect(queue('eventsQueue').properties).toMatchObject({
      requiresSession: true,
      maxDeliveryCount: 2000,
      lockDuration: 'PT5M',
    });
    expect(readFileSync('functions/queued-events.ts', 'utf8')).toContain('isSessionsEnabled: true');
    const { extensions } = JSON.parse(readFileSync('host.json', 'utf8'));
    expect(extensions.serviceBus.maxConcurrentSessions).toBeGreaterThanOrEqual(sessions.length);
  });

  it('try for a day, and keep what could not be delivered', () => {
    for (const { module } of [workspace!, storage!]) {
      const [subscription] = resourcesOf(inner(module)).filter(({ type }) =>
        type.endsWith('eventSubscriptions'),
      );
      expect(subscription!.properties).toMatchObject({
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        deadLetterWithResourceIdentity: { deadLetterDestination: { endpointType: 'StorageBlob' } },
      });
    }
  });
});

describe('the other queues', () => {
  it('take a release once, however often it is sent', () => {
    expect(queue('releaseQueues').properties).toMatchObject({
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: 'P1D',
    });
  });

  it('keep replies in sessions for two weeks, as docs/pipelines.md has it', () => {
    expect(queue('replyQueues').properties).toEqual({
      requiresSession: true,
      defaultMessageTimeToLive: 'P14D',
    });
  });
});
