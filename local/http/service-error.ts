/** A refusal as Azure Resource Manager words it. Thrown anywhere below a request, answered by the server. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What the caller asked for breaks a rule of the service. */
export function userError(message: string): ServiceError {
  return new ServiceError(400, 'UserError', message);
}

export function notFound(what: string): ServiceError {
  return new ServiceError(404, 'ResourceNotFound', `${what} was not found.`);
}

export function methodNotAllowed(method: string, allowed: readonly string[]): ServiceError {
  const message = `The method ${method} is not supported here; supported: ${allowed.join(', ')}.`;
  return new ServiceError(405, 'MethodNotAllowed', message, { allow: allowed.join(', ') });
}
