import { inspect } from 'node:util';
import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { azureError, isAbsent } from '../../../shared/azure/azure-error.ts';
import { RatchetError } from '../../../shared/errors.ts';

/** An answer as the clients' pipeline hands it on. */
const answer = (status: number, bodyAsText: string, headers: Record<string, string> = {}) => ({
  status,
  bodyAsText,
  headers: createHttpHeaders(headers),
  request: createPipelineRequest({ url: 'https://management.azure.com/' }),
});

const asked = 'submitting job run-1-train';
const say = (cause: unknown) => azureError(asked, { job: 'run-1-train' }, cause);

describe('an error of an Azure service', () => {
  it('says what was asked and what Azure answered', () => {
    const error = say(
      new RestError('The compute cpu is unknown.\nRequestId: 1', { statusCode: 400, code: 'UserError' }),
    );
    expect(error.message).toBe(`${asked}: Azure answered 400 UserError The compute cpu is unknown.`);
    expect(error.code).toBe('azure-refused');
    expect(error.subject).toEqual({ job: 'run-1-train' });
  });

  it.each([401, 403, 407, 408, 421, 423, 424, 425, 429, 499, 500, 501, 502, 503, 504])(
    'may pass when the status is %i',
    (statusCode) => {
      expect(say(new RestError('busy', { statusCode })).retryable).toBe(true);
    },
  );

  it.each([400, 404, 405, 406, 409, 410, 412, 413, 415, 416, 422])(
    'will not pass by itself when the status is %i',
    (statusCode) => {
      expect(say(new RestError('no', { statusCode })).retryable).toBe(false);
    },
  );

  it.each([
    [403, 'AuthorizationFailed', true],
    [403, 'AuthorizationPermissionMismatch', true],
    [403, 'RequestDisallowedByPolicy', false],
    [404, 'UserError', false],
    [404, 'BlobNotFound', false],
    [404, 'ContainerNotFound', true],
    [404, 'TableNotFound', true],
    [404, 'ResourceGroupNotFound', true],
    [409, 'BlobAlreadyExists', false],
    [409, 'TableBeingDeleted', true],
    [409, 'AnotherOperationInProgress', true],
    [409, 'ScopeLocked', true],
  ])('of status %i and code %s may pass: %s', (statusCode, code, retryable) => {
    expect(say(new RestError('no', { statusCode, code })).retryable).toBe(retryable);
  });

  it.each([400, 403, 404, 409])('may pass where a gateway answers %i in place of the service', (status) => {
    const page = '<html><title>Blocked</title></html>';
    expect(say(new RestError(page, { statusCode: status, response: answer(status, page) })).retryable).toBe(
      true,
    );
    const unread = { statusCode: status, code: 'PARSE_ERROR', response: answer(status, '{"error') };
    expect(say(new RestError('unread', unread)).retryable).toBe(true);
  });

  it('takes the code of a storage answer without a body from its header', () => {
    const of = (code: string) => ({
      statusCode: 404,
      response: answer(404, '', { 'x-ms-error-code': code }),
    });
    expect(isAbsent(new RestError('', of('BlobNotFound')))).toBe(true);
    expect(isAbsent(new RestError('', of('ContainerNotFound')))).toBe(false);
  });

  it("takes the code of Table Storage's answer from the details", () => {
    const of = (statusCode: number, code: string) => {
      const body = JSON.stringify({ 'odata.error': { code, message: { value: 'No.' } } });
      const details = { odataError: { code } };
      return say(
        Object.assign(new RestError(body, { statusCode, response: answer(statusCode, body) }), { details }),
      );
    };
    expect(of(400, 'PropertyValueTooLarge').retryable).toBe(false);
    expect(of(404, 'TableNotFound').retryable).toBe(true);
    expect(of(412, 'UpdateConditionNotSatisfied').retryable).toBe(true);
  });

  it('takes a thing for absent only where what is around it is there', () => {
    const gone = (message: string) =>
      isAbsent(new RestError(message, { statusCode: 404, code: 'ResourceNotFound' }));
    expect(gone('Job run-1-train was not found.')).toBe(true);
    expect(
      gone(
        "The Resource 'Microsoft.MachineLearningServices/workspaces/ml' under resource group 'rg' was not found.",
      ),
    ).toBe(false);
    expect(isAbsent(new RestError('no', { statusCode: 409, code: 'BlobAlreadyExists' }))).toBe(false);
    expect(isAbsent(new Error('lost'))).toBe(false);
  });

  it.each(['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError'])(
    'may pass when there was no token: %s',
    (name) => {
      // The identity endpoint answers 400 while an identity is not assigned yet.
      const error = say(Object.assign(new Error('Identity not found'), { name, statusCode: 400 }));
      expect(error.retryable).toBe(true);
      expect(error.message).toContain("check the app's identity");
    },
  );

  it.each(['REQUEST_SEND_ERROR', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ServiceCommunicationProblem'])(
    'may pass when the network fails with %s',
    (code) => {
      expect(say(Object.assign(new Error('lost'), { code })).code).toBe('azure-unavailable');
    },
  );

  it('may pass when the Service Bus client could not connect', () => {
    const cause = Object.assign(new Error('ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1'), {
      name: 'MessagingError',
      code: 'GeneralError',
      retryable: false,
    });
    expect(say(cause).retryable).toBe(true);
  });

  it.each([
    // What core-amqp makes of a connection that is gone without an AMQP error.
    new Error('Unknown error encountered.'),
    new TypeError("Cannot read properties of undefined (reading 'status')"),
    new SyntaxError('Unexpected end of JSON input'),
    new RestError('Error "…" occurred while parsing the response body', {
      code: 'PARSE_ERROR',
      statusCode: 200,
    }),
    undefined,
  ])('may pass when it is no answer of the service: %s', (cause) => {
    expect(say(cause).retryable).toBe(true);
  });

  it.each(['MessagingEntityDisabled', 'UnauthorizedAccess', 'QuotaExceeded', 'ServerBusy'])(
    'may pass when Service Bus says %s',
    (code) => {
      expect(say(Object.assign(new Error('no'), { code, retryable: false })).retryable).toBe(true);
    },
  );

  it.each(['MessagingEntityNotFound', 'MessageSizeExceeded'])(
    'will not pass by itself when Service Bus says %s',
    (code) => {
      expect(say(Object.assign(new Error('no'), { code, retryable: false })).retryable).toBe(false);
    },
  );

  it('tells that no answer came in time', () => {
    const error = say(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    expect(error.message).toBe(
      `${asked}: no answer within 45 s; check the health of the service and the network`,
    );
    expect(error.retryable).toBe(true);
    const download = azureError(asked, {}, new DOMException('late', 'TimeoutError'), 240_000);
    expect(download.message).toContain('no answer within 240 s');
  });

  it('points to the roles when access is refused', () => {
    const error = say(new RestError('not authorised', { statusCode: 403, code: 'AuthorizationFailed' }));
    expect(error.message).toBe(
      `${asked}: Azure answered 403 AuthorizationFailed not authorised; check the app's identity and its roles, listed in docs/settings.md`,
    );
  });

  it('has a reason even where the SDK gives none', () => {
    expect(say(undefined).message).toBe(`${asked}: undefined`);
    expect(say(new Error('')).message).toBe(`${asked}: no reason was given`);
  });

  it('stays as it is when it is one of ours', () => {
    const ours = new RatchetError('not-found', 'no job');
    expect(say(ours)).toBe(ours);
  });

  it('shows no token, however it is printed', () => {
    const request = createPipelineRequest({
      url: 'https://management.azure.com/subscriptions/s',
      headers: createHttpHeaders({ authorization: 'Bearer s3cr3t-token' }),
    });
    const error = say(new RestError('refused', { statusCode: 401, request }));
    expect(`${inspect(error, { depth: 20 })}${JSON.stringify(error)}${error.stack}`).not.toContain('s3cr3t');
  });
});
