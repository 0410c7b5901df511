import { type Token, unreadable } from './tokens.ts';

/** Nested deeper than this no rule is. */
const deepest = 50;

/** Walks through the tokens of a query. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#tokens[this.#at]!;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** Takes the next token if it is this sign or word. */
  accept(...texts: readonly string[]): Token | null {
    const { kind, text } = this.next;
    return (kind === 'sign' || kind === 'word') && texts.includes(text) ? this.take() : null;
  }

  expect(text: string): Token {
    return this.accept(text) ?? this.fail(`; expected '${text}'`);
  }

  expectKind(kind: Token['kind'], what: string): Token {
    return this.next.kind === kind ? this.take() : this.fail(`; expected ${what}`);
  }

  /** Whether the token after the next is this sign. */
  isFollowedBy(sign: string): boolean {
    const after = this.#tokens[this.#at + 1];
    return after?.kind === 'sign' && after.text === sign;
  }

  /** Runs a part of the parse that may come back to itself. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > deepest) this.fail('; the query is nested too deeply');
    const result = parse();
    this.#depth--;
    return result;
  }

  list<T>(parse: () => T): T[] {
    const items = [parse()];
    while (this.accept(',')) items.push(parse());
    return items;
  }

  fail(hint = '', token = this.next): never {
    throw unreadable(token.text, token, hint);
  }
}
