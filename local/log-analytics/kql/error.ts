/** What is wrong with a query, as the service words it: the one error the evaluation throws. */
export class KqlError extends Error {
  override readonly name = 'KqlError';
  readonly kind: 'SyntaxError' | 'SemanticError';
  readonly place: { readonly line: number; readonly pos: number; readonly token: string } | null;

  constructor(kind: KqlError['kind'], message: string, place: KqlError['place'] = null) {
    super(message);
    this.kind = kind;
    this.place = place;
  }
}

export function semanticError(message: string): KqlError {
  return new KqlError('SemanticError', message);
}
