import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseHostJson } from '../../../local/functions-host/host-json.ts';
import {
  applySettings,
  readSettingsFile,
  resolveExpressions,
} from '../../../local/functions-host/settings.ts';
import { newHome } from './test-host.ts';

const { home, remove } = newHome();
afterAll(remove);

function settings(content: string) {
  const file = join(home, 'local.settings.json');
  writeFileSync(file, content);
  return readSettingsFile(file);
}

describe('a settings file', () => {
  test('gives values and a port', () => {
    expect(settings('\uFEFF{"IsEncrypted":false,"Values":{"A":"1"},"Host":{"LocalHttpPort":7071}}')).toEqual({
      values: { A: '1' },
      port: 7071,
      warnings: [],
    });
  });

  test('says which of its fields have no effect', () => {
    const { warnings } = settings('{"Host":{"CORS":"*","CORSCredentials":true,"LocalHttpport":7071}}');
    expect(warnings).toEqual([
      expect.stringMatching(/local\.settings\.json: Host\.CORS: has no effect/),
      expect.stringMatching(/Host\.CORSCredentials: has no effect/),
      expect.stringMatching(/Host\.LocalHttpport: unknown field, which has no effect/),
    ]);
  });

  test.each([
    ['{"IsEncrypted":true,"Values":{"A":"cipher"}}', 'IsEncrypted: encrypted settings cannot be read here'],
    ['{"Values":{"A":1}}', 'Values.A: every value is a string'],
    ['{"Values":{"SECRET":["x"]}}', 'Values.SECRET: every value is a string'],
    ['{"Host":{"LocalHttpPort":70710}}', 'Host.LocalHttpPort'],
    ['// none', 'is not JSON'],
  ])('%s is refused', (content, message) => {
    expect(() => settings(content)).toThrow(message);
  });

  test('never has a value repeated in a message', () => {
    expect(() => settings('{"Values":{"A":123456789}}')).toThrow(expect.not.stringContaining('123456789'));
  });
});

test('settings enter the environment, and leave it again, only where it had none', () => {
  process.env['HOST_TEST_KEPT'] = 'kept';
  const undo = applySettings({ HOST_TEST_KEPT: 'new', HOST_TEST_ADDED: 'added' });
  expect([process.env['HOST_TEST_KEPT'], process.env['HOST_TEST_ADDED']]).toEqual(['kept', 'added']);
  expect(resolveExpressions('%HOST_TEST_ADDED%-%HOST_TEST_KEPT%', 'x')).toBe('added-kept');
  undo();
  expect([process.env['HOST_TEST_KEPT'], process.env['HOST_TEST_ADDED']]).toEqual(['kept', undefined]);
  delete process.env['HOST_TEST_KEPT'];
});

describe('host.json', () => {
  test('that says nothing has the defaults', () => {
    const hostJson = parseHostJson({}, 'host.json');
    expect(hostJson).toMatchObject({
      routePrefix: 'api',
      functionTimeoutMs: 1_800_000,
      onlyFunctions: null,
      durableTask: { hubName: 'TestHubName', maxConcurrentOrchestratorFunctions: 10 },
      serviceBus: { maxAutoLockRenewalDuration: 300_000, autoCompleteMessages: true },
      warnings: [],
    });
  });

  test('that says something is heard', () => {
    const hostJson = parseHostJson(
      {
        functionTimeout: '-1',
        functions: ['a'],
        extensions: {
          http: { routePrefix: '/v1/' },
          durableTask: { hubName: 'Hub1', maxConcurrentActivityFunctions: 3 },
        },
      },
      'host.json',
    );
    expect(hostJson).toMatchObject({
      routePrefix: 'v1',
      functionTimeoutMs: null,
      onlyFunctions: ['a'],
      durableTask: { hubName: 'Hub1', maxConcurrentActivityFunctions: 3 },
    });
  });

  test('with a field nobody knows is warned of', () => {
    const { warnings } = parseHostJson({ verison: '2.0', logging: {} }, 'host.json');
    expect(warnings).toEqual(['host.json: verison: no such field; it has no effect']);
  });

  test('names what the real host would heed and this one does not', () => {
    const content = {
      healthMonitor: { enabled: true },
      extensionBundle: {},
      extensions: {
        http: { maxConcurrentRequests: 5 },
        durableTask: { storageProvider: {}, extendedSessionsEnabled: true, defaultVersoin: '1' },
        serviceBus: { prefetchCount: 10 },
      },
    };
    const { notices, warnings } = parseHostJson(content, 'host.json');
    expect(notices).toEqual([
      'host.json: without effect on the embedded host: healthMonitor, extensions.http.maxConcurrentRequests, ' +
        'extensions.durableTask.storageProvider, extensions.durableTask.extendedSessionsEnabled, ' +
        'extensions.serviceBus.prefetchCount',
    ]);
    expect(warnings).toEqual([
      'host.json: extensions.durableTask.defaultVersoin: no such field; it has no effect',
    ]);
  });

  test('sets versions and what a start may replace, in any case', () => {
    const durableTask = {
      defaultVersion: '1.2',
      versionMatchStrategy: 'strict',
      versionFailureStrategy: 'FAIL',
      overridableExistingInstanceStates: 'anyState',
    };
    const parse = (section: object) =>
      parseHostJson({ extensions: { durableTask: section } }, 'host.json').durableTask;
    expect(parse(durableTask)).toMatchObject({
      versioning: { defaultVersion: '1.2', match: 'Strict', failure: 'Fail' },
      overridableExistingInstanceStates: 'AnyState',
    });
    expect(parse({}).versioning).toEqual({ defaultVersion: '', match: 'None', failure: 'Reject' });
    expect(parse({ defaultVersion: '2' }).versioning.match).toBe('CurrentOrOlder');
    expect(() => parse({ versionMatchStrategy: 'Newer' })).toThrow(
      /versionMatchStrategy: expected None or Strict or CurrentOrOlder/,
    );
  });
});
