import { describe, expect, it } from 'vitest';
import { AzureCheckSchema, callBack, readCheck, resultOf } from '../../../shared/controllers/azure-check.ts';
import { RatchetError } from '../../../shared/errors.ts';

const organization = 'https://dev.azure.com/contoso';
const id = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;
const given = {
  PlanUrl: 'https://dev.azure.com/contoso/',
  ...{
    ProjectId: id(1),
    HubName: 'checks',
    PlanId: id(2),
    JobId: id(3),
    TimelineId: id(4),
    TaskInstanceId: id(5),
  },
  AuthToken: `eyJ0eXAi.${'a'.repeat(900)}`,
};
const check = { projectId: id(1), hub: 'checks', planId: id(2), jobId: id(3), taskId: id(5) };
const read = (more: Readonly<Record<string, string>> = {}) =>
  readCheck(new Headers({ ...given, ...more }), organization);

describe('a call of a check', () => {
  it('names who waits, and brings the token to answer with', () => {
    expect(read()).toEqual({ check, token: given.AuthToken });
    expect(read({ PlanUrl: 'https://DEV.azure.com/Contoso' }).check).toEqual(check);
  });

  it.each([
    'https://evil.example/contoso/',
    'https://dev.azure.com/other/',
    'https://dev.azure.com/contoso/../other/',
    'https://dev.azure.com@evil.example/contoso',
    'https://dev.azure.com/contoso?x=',
    'https://dev.azure.com.evil.example/contoso',
    'http://dev.azure.com/contoso',
    'https://dev.azure.com',
    'http://169.254.169.254/metadata',
  ])('from %s is forbidden', (PlanUrl) => {
    expect(() => read({ PlanUrl })).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  it.each([
    ['PlanUrl', ''],
    ['ProjectId', '../../_apis'],
    ['HubName', 'checks/../../x'],
    ['PlanId', `${id(2)}/events`],
    ['JobId', ''],
    ['TaskInstanceId', 'x'],
    ['AuthToken', 'short'],
    ['AuthToken', `${'a'.repeat(30)} ${'b'.repeat(30)}`],
  ])('with %s %j is refused, without a word of its value', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'bad-request',
        message: expect.stringMatching(new RegExp(`^header ${name.toLowerCase()}: found [^/]*; leave`)),
      }),
    );
  });

  it('asks about a model, a version and a stage, and of nothing else', () => {
    const question = { model: 'spam-filter', version: '7', stage: 'production' };
    expect(AzureCheckSchema.parse(question)).toEqual(question);
    for (const wrong of [
      { ...question, stages: 'x' },
      { ...question, stage: undefined },
      { ...question, version: '$(modelVersion)' },
    ])
      expect(AzureCheckSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('a decision', () => {
  it('is succeeded for yes alone', () => {
    expect((['yes', 'wait', 'no'] as const).map((usable) => resultOf({ usable, reason: '' }))).toEqual([
      'succeeded',
      'failed',
      'failed',
    ]);
  });

  const failing = (...errors: readonly (RatchetError | null)[]) => {
    const sent: unknown[] = [];
    const send = async (call: unknown) => {
      const error = errors[sent.push(call) - 1];
      if (error) throw error;
      return {};
    };
    return { sent, rest: { send } };
  };
  const away = new RatchetError('azure-unavailable', 'away');
  const refused = new RatchetError('azure-refused', 'refused');

  it('is called back again while Azure DevOps is away, and given up at last', async () => {
    const once = failing(away, null);
    await callBack(once.rest, check, 'succeeded', [0, 0, 0]);
    expect(once.sent).toHaveLength(2);
    const never = failing(away, away, away);
    await expect(callBack(never.rest, check, 'failed', [0, 0, 0])).rejects.toThrow('away');
    expect(never.sent).toHaveLength(3);
  });

  it('that is refused is not called back again', async () => {
    const { sent, rest } = failing(refused);
    await expect(callBack(rest, check, 'succeeded', [0, 0, 0])).rejects.toThrow('refused');
    expect(sent).toHaveLength(1);
  });
});
