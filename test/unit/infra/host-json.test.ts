import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHostJson } from '../../../local/functions-host/host-json.ts';
import { parseTimeSpan } from '../../../local/functions-host/time-span.ts';
import { hostJsonFor } from '../../../packaging/host-json.ts';
import { templateOf } from './arm.ts';

const text = readFileSync('host.json', 'utf8');
const host = JSON.parse(text);
const { durableTask } = host.extensions;

describe('host.json', () => {
  it('has fields that hosts know', () => {
    expect(parseHostJson(host, 'host.json').warnings).toEqual([]);
  });

  it('looks for the work of orchestrations every ten seconds at least', () => {
    expect(parseTimeSpan(durableTask.storageProvider.maxQueuePollingInterval)).toBeLessThanOrEqual(10_000);
  });

  it('samples nothing that tells of a failure', () => {
    const { samplingSettings } = host.logging.applicationInsights;
    expect(samplingSettings.excludedTypes.split(';').sort()).toEqual(['Exception', 'Request', 'Trace']);
  });

  it('has the Durable extension log no line for each step, which is several gigabytes for many models (docs/costs.md)', () => {
    expect(host.logging.logLevel['Host.Triggers.DurableTask']).toBe('Warning');
  });

  it('has the task hub that the template makes', () => {
    expect(templateOf('main').variables!['taskHub']).toBe(durableTask.hubName);
  });
});

describe('the host.json of a package', () => {
  it('is the file as it is, with Azure Storage', () => {
    expect(hostJsonFor('azureStorage', text)).toBe(text);
  });

  it('has another provider with the Durable Task Scheduler, by the setting that the template makes, and nothing else changed', () => {
    const other = JSON.parse(hostJsonFor('durableTaskScheduler', text));
    const { storageProvider } = other.extensions.durableTask;
    expect(storageProvider).toEqual({
      type: 'azureManaged',
      connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING',
    });
    expect(readFileSync('infra/main.bicep', 'utf8')).toContain(
      `${storageProvider.connectionStringName}: 'Endpoint=`,
    );
    other.extensions.durableTask.storageProvider = durableTask.storageProvider;
    expect(other).toEqual(host);
    // The first bundle that has the scheduler's extension.
    expect(host.extensionBundle.version).toMatch(/^\[4\.(?:3[2-9]|[4-9]\d)\.0, 5\.0\.0\)$/);
  });

  it('is made for backends that there are', () => {
    expect(() => hostJsonFor('toString', text)).toThrow(
      'RATCHET_DURABLE_BACKEND must be azureStorage or durableTaskScheduler; found "toString"; correct it with azd env set',
    );
  });
});
