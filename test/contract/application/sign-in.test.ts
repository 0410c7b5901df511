/** The handlers of the second door, given headers as App Service authentication sends them, and as it never would. */
import { HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { beginRegistration, installCoreApi } from '../../../local/functions-host/app/core-api.ts';
import {
  claim,
  encode,
  objectIdType,
  ofPerson,
  principal,
  subjectType,
} from '../../unit/access/principals.ts';

const group = '11111111-2222-4333-8444-555555555555';
const settings = {
  RATCHET_WORKSPACE_ID:
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w',
  RATCHET_CONTAINER: 'container',
  RATCHET_STORAGE: 'UseDevelopmentStorage=true',
  RATCHET_ROLES: `approver=${group}`,
  WEBSITE_AUTH_ENABLED: 'True',
};
type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;
let handlerOf: (name: string) => Handler;
const logged: unknown[][] = [];

beforeAll(async () => {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  installCoreApi();
  const { registration, lock } = beginRegistration(() => {});
  await import('../../../functions/get-whoami.ts');
  await import('../../../functions/post-fleet-operation.ts');
  lock();
  handlerOf = (name) => registration.functions.get(name)!.callback as unknown as Handler;
});

async function ask(header: string | null, body?: object) {
  const name = body ? 'post-fleet-operation-signed-in' : 'get-whoami-signed-in';
  const request = new HttpRequest({
    method: body ? 'POST' : 'GET',
    url: 'https://ratchet.example.com/api/signed-in/x',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer of-the-visitor',
      ...(header !== null && { 'x-ms-client-principal': header }),
    },
    ...(body && { body: { string: JSON.stringify(body) } }),
  });
  const context = { error: (...line: unknown[]) => logged.push(line), invocationId: 'i' };
  const answer = await handlerOf(name)(request, context as unknown as InvocationContext);
  const said = (answer.jsonBody ?? JSON.parse(String(answer.body))) as Record<string, unknown>;
  return { status: answer.status ?? 200, said };
}

const application = [
  claim(objectIdType, 'a-1'),
  claim(subjectType, 'a-1'),
  claim('azp', 'pipeline'),
  claim('roles', 'approver'),
  claim('roles', 'operator'),
];

describe('who the application takes a visitor for', () => {
  test.each([
    [
      'a person with app roles',
      principal(ofPerson(claim('roles', 'operator'))),
      { kind: 'person', roles: ['operator'], name: 'ada@example.com' },
    ],
    [
      'a person of a group',
      principal(ofPerson(claim('groups', group))),
      { kind: 'person', roles: ['approver'] },
    ],
    ['a person without a role', principal(ofPerson()), { kind: 'person', roles: [], may: [] }],
    [
      'a person in too many groups',
      principal(ofPerson(claim('_claim_names', '{"groups":"src1"}'))),
      { roles: [], incomplete: expect.stringContaining('too many') },
    ],
    [
      'an application',
      principal(application),
      {
        kind: 'machine',
        may: [
          'read',
          'report',
          'request',
          'freeze',
          'cancel-run',
          'abort-release',
          'roll-back',
          'quarantine',
          'diagnose',
          'stop',
        ],
      },
    ],
  ])('is %s', async (_who, header, who) => {
    expect(await ask(header)).toMatchObject({ status: 200, said: who });
  });

  test.each([
    ['nobody', null, 401, 'not-signed-in'],
    [
      'who has signed in elsewhere',
      principal(ofPerson(claim('roles', 'approver')), { auth_typ: 'google' }),
      403,
      'forbidden',
    ],
    ['a header that is no base64', '{}', 401, 'not-signed-in'],
    ['two headers in one', `${principal(ofPerson())}, ${principal(ofPerson())}`, 401, 'not-signed-in'],
    ['a header that is no JSON', Buffer.from('\u0000\u0001').toString('base64'), 401, 'not-signed-in'],
    [
      'claims that are none',
      encode({ auth_typ: 'aad', claims: [{ typ: {}, val: [] }] }),
      401,
      'not-signed-in',
    ],
    ['a principal without an id', principal([claim('roles', 'approver')]), 401, 'not-signed-in'],
  ])('is not %s', async (_who, header, status, code) => {
    expect(await ask(header)).toMatchObject({ status, said: { status, code } });
  });
});

test.each([
  ['a viewer', principal(ofPerson(claim('roles', 'viewer')))],
  ['an approver who is no operator', principal(ofPerson(claim('roles', 'approver')))],
  ['a person without a role', principal(ofPerson())],
  ['an application, whatever roles it has', principal(application)],
])('%s releases no kill switch', async (_who, header) => {
  const { status, said } = await ask(header, { action: 'resume', reason: 'x' });
  expect(status, JSON.stringify(said)).toBe(403);
  expect(said).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('operator') });
});

test('nothing of a visitor’s token or principal is logged', () => {
  expect(logged).toEqual([]);
});
