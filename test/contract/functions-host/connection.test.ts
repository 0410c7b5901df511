import { afterEach, expect, test } from 'vitest';
import { readConnection } from '../../../local/functions-host/service-bus/connection.ts';

const names = ['HT_BUS', 'AzureWebJobsHT_BUS', 'HT_BUS__fullyQualifiedNamespace', 'HT_BUS__clientId'];
afterEach(() => {
  for (const name of names) delete process.env[name];
});

test('a connection is a connection string, under its name or the long one', () => {
  process.env['AzureWebJobsHT_BUS'] = 'Endpoint=sb://long';
  expect(readConnection('f', 'HT_BUS')).toEqual({ kind: 'string', text: 'Endpoint=sb://long' });
  process.env['HT_BUS'] = 'Endpoint=sb://short';
  expect(readConnection('f', 'HT_BUS')).toEqual({ kind: 'string', text: 'Endpoint=sb://short' });
});

test('a connection is an identity where its settings name a namespace', () => {
  process.env['HT_BUS__fullyQualifiedNamespace'] = 'bus.servicebus.windows.net';
  expect(readConnection('f', 'HT_BUS')).toEqual({
    kind: 'identity',
    namespace: 'bus.servicebus.windows.net',
    clientId: null,
  });
  process.env['HT_BUS__clientId'] = 'id';
  expect(readConnection('f', 'HT_BUS')).toMatchObject({ clientId: 'id' });
});

test('a connection without settings is refused with the settings to make', () => {
  expect(() => readConnection('onRelease', 'HT_BUS')).toThrow(
    'function onRelease: connection "HT_BUS": set HT_BUS to a Service Bus connection string, or HT_BUS__fullyQualifiedNamespace',
  );
});
