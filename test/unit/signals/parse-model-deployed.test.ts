import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupServing, isLater } from '../../../shared/domain/deployment.ts';
import { parseWorkspaceEvent } from '../../../shared/signals/parse-workspace-event.ts';
import { readEvent } from '../../../shared/signals/read-event.ts';

const payload = (schema: string) =>
  (
    JSON.parse(readFileSync(`test/fixtures/payloads/aml-model-deployed.${schema}.json`, 'utf8')) as unknown[]
  )[0];

const deployed = (data: object, more: object = {}) =>
  parseWorkspaceEvent(
    readEvent({
      id: 'e1',
      eventType: 'Microsoft.MachineLearningServices.ModelDeployed',
      eventTime: '2026-03-01T00:00:00Z',
      data,
      ...more,
    })!,
    new Map(),
  );

describe('ModelDeployed', () => {
  it.each(['eventgrid', 'cloudevents'])('in schema %s says what an endpoint serves', (schema) => {
    expect(parseWorkspaceEvent(readEvent(payload(schema))!, new Map())).toEqual([
      {
        type: 'deployed',
        deployment: {
          endpoint: 'my-sklearn-service',
          models: [
            { name: 'sklearn_regression_model', version: '1' },
            { name: 'sklearn_regression_model', version: '2' },
          ],
          since: '2026-11-20T18:41:00.958Z',
          eventId: '831e1650-001e-001b-66ab-eeb76e069631',
        },
      },
    ]);
  });

  it('is read in any casing, and what is no model in it is left out', () => {
    const [fact] = deployed({ servicename: 'front', MODELIDS: 'a:1, b:20260301-1f2e3d4c,c,:,d:1:2' });
    expect(fact).toMatchObject({
      deployment: {
        models: [
          { name: 'a', version: '1' },
          { name: 'b', version: '20260301-1f2e3d4c' },
        ],
      },
    });
  });

  it.each([
    ['azureml:a:3', { name: 'a', version: '3' }],
    [
      'azureml://subscriptions/s/resourceGroups/g/workspaces/w/models/a/versions/3',
      { name: 'a', version: '3' },
    ],
    [
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/a/versions/3',
      { name: 'a', version: '3' },
    ],
    [
      'azureml:/subscriptions/s/resourceGroups/g/workspaces/w/models/a/versions/3',
      { name: 'a', version: '3' },
    ],
    ['azureml://registries/shared/models/a/versions/3', { name: 'a', version: '3', registry: 'shared' }],
  ])('names its models as %s', (id, model) => {
    expect(deployed({ ServiceName: 'front', ModelIds: `${id},b:1` })).toMatchObject([
      { deployment: { models: [model, { name: 'b', version: '1' }] } },
    ]);
  });

  it('names its models in a list, too', () => {
    expect(deployed({ ServiceName: 'front', ModelIds: ['azureml:a:3', 'b:1', 7] })).toMatchObject([
      {
        deployment: {
          models: [
            { name: 'a', version: '3' },
            { name: 'b', version: '1' },
          ],
        },
      },
    ]);
  });

  it.each([
    [{ ModelIds: 'a:1' }, {}, 'the event names no endpoint'],
    [{ ServiceName: 'a/b', ModelIds: 'a:1' }, {}, 'the event names no endpoint'],
    [{ ServiceName: 'front' }, {}, 'the deployment to front names no model'],
    [
      { ServiceName: 'front', ModelIds: 'a:1' },
      { eventTime: 'yesterday' },
      'the deployment to front has no time: it may be an old one',
    ],
  ])('%j is ignored', (data, more, why) => {
    expect(deployed(data, more)).toMatchObject([{ type: 'ignored', why }]);
  });

  it('never throws and never grows, whatever the payload', () => {
    const value = fc.oneof(fc.anything(), fc.string({ maxLength: 100_000 }));
    fc.assert(
      fc.property(value, value, (ServiceName, ModelIds) => {
        expect(JSON.stringify(deployed({ ServiceName, ModelIds })).length).toBeLessThan(50_000);
      }),
    );
  });
});

describe('deployments', () => {
  const at = (endpoint: string, since: string, eventId: string, version = '1') => ({
    ...{ endpoint, since, eventId },
    models: [{ name: 'spam-filter', version }],
  });

  it('are in one order, whichever came first', () => {
    const any = fc.record({
      endpoint: fc.constant('front'),
      models: fc.constant([]),
      since: fc.constantFrom('2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'),
      eventId: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const same = a.since === b.since && a.eventId === b.eventId;
        expect(Number(isLater(a, b)) + Number(isLater(b, a))).toBe(same ? 0 : 1);
      }),
    );
  });

  it('tell where versions of a model serve, the latest first', () => {
    const all = [at('old', '2026-03-01T00:00:00.000Z', 'a'), at('new', '2026-03-02T00:00:00.000Z', 'b', '2')];
    expect(groupServing(all).get('spam-filter')).toEqual([
      { endpoint: 'new', version: '2', since: '2026-03-02T00:00:00.000Z' },
      { endpoint: 'old', version: '1', since: '2026-03-01T00:00:00.000Z' },
    ]);
    expect(groupServing(all).get('other')).toBeUndefined();
  });
});
