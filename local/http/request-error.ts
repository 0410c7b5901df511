/** Why a request is refused before anything is done for it. The message names the rule, what was seen and the next step. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: 400 | 401 | 403 | 413 | 415 | 503;

  constructor(status: RequestError['status'], message: string) {
    super(message);
    this.status = status;
  }

  /** As Resource Manager names it. */
  get code(): string {
    return codes[this.status];
  }
}

const codes: Readonly<Record<RequestError['status'], string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  503: 'ServerBusy',
};

/** The body of a refusal, in the shape of Resource Manager and Event Grid. */
export function refusalBody({ code, message }: RequestError): { error: { code: string; message: string } } {
  return { error: { code, message } };
}
