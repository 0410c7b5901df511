import { createHttpHeaders, createPipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { logsPolicy } from '../../../shared/azure/logs.ts';

const request = () => createPipelineRequest({ url: 'https://localhost/v1/workspaces/w/query' });
const answering = (status: number, bodyAsText: string | null) => async (): Promise<PipelineResponse> => ({
  request: request(),
  headers: createHttpHeaders(),
  status,
  bodyAsText,
});

const refusalOf = (status: number, body: string | null) =>
  logsPolicy.sendRequest(request(), answering(status, body)).then(
    () => null,
    (error: Error & { statusCode: number }) => [error.statusCode, error.message],
  );

describe('the policy of the log client', () => {
  it('gives every call its limit, and a good answer through', async () => {
    const sent = request();
    const response = await logsPolicy.sendRequest(sent, answering(200, '{}'));
    expect(response.status).toBe(200);
    expect(sent.abortSignal?.aborted).toBe(false);
  });

  it('says what is wrong at the innermost of the errors', async () => {
    const error = {
      ...{ code: 'BadArgumentError', message: 'The request had\nsome invalid properties' },
      innererror: { code: 'SemanticError', innererror: { message: 'no column x' } },
    };
    expect(await refusalOf(400, JSON.stringify({ error }))).toEqual([
      400,
      'BadArgumentError The request had some invalid properties: SemanticError: no column x',
    ]);
  });

  it.each([
    ['a page', '<html>', '<html>'],
    ['nothing', null, ''],
    ['JSON of another shape', '{"message": "busy"}', '{"message": "busy"}'],
    ['an error that says nothing', '{"error": {}}', 'no reason was given'],
    ['an error that is no object', '{"error": "busy"}', 'no reason was given'],
  ])('keeps the status of %s', async (_name, body, said) => {
    expect(await refusalOf(503, body)).toEqual([503, said]);
  });
});
