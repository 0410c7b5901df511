import type { Reply } from '../../http/json-exchange.ts';
import { ServiceError } from '../../http/service-error.ts';

export function invalidParameter(message: string): ServiceError {
  return new ServiceError(400, 'INVALID_PARAMETER_VALUE', message);
}

export function doesNotExist(what: string): ServiceError {
  return new ServiceError(404, 'RESOURCE_DOES_NOT_EXIST', `${what} was not found.`);
}

/** MLflow words errors in its own way. */
export function mlflowErrorReply(error: ServiceError): Reply {
  const { status, code: error_code, message, headers } = error;
  return { status, headers, body: { error_code, message } };
}
