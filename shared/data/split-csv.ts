/**
 * Splits CSV into records as its text comes in, piece by piece (RFC 4180).
 *
 * Owns: quotes, doubled quotes, line ends within and between records (CR LF, LF, CR), empty lines.
 * Does not own: bytes and their encoding, what the fields mean (read-csv.ts).
 *
 * Invariants
 * 1. Where the text is cut into pieces makes no difference.
 * 2. It keeps one record at a time, and no more of it than `longestRecord` characters and a piece.
 */
import { UnreadableFile } from './data-file.ts';
import { count } from './describe.ts';

const quote = 34;
const comma = 44;
const lineFeed = 10;
const carriageReturn = 13;

type State =
  | 'start' // before the first character of a field
  | 'plain' // in a field without quotes
  | 'quoted' // inside quotes
  | 'closed'; // after a quote inside quotes: the end of them, or the first of two

/** A record of the file; `isFlawed` where a quote stands where none may. */
export type TakeRecord = (fields: readonly string[], isFlawed: boolean) => void;

export class CsvSplitter {
  readonly #take: TakeRecord;
  readonly #longestRecord: number;
  #state: State = 'start';
  #fields: string[] = [];
  /** The current field as far as earlier pieces and quotes have it. */
  #field = '';
  #isFlawed = false;
  /** Characters of the current record in earlier pieces. */
  #carried = 0;
  #records = 0;

  constructor(take: TakeRecord, longestRecord: number) {
    this.#take = take;
    this.#longestRecord = longestRecord;
  }

  push(text: string): void {
    let state = this.#state;
    /** Where the part of the field begins that is not in `#field` yet. */
    let from = 0;
    let recordFrom = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (state === 'quoted') {
        if (code !== quote) continue;
        this.#field += text.slice(from, at);
        from = at + 1;
        state = 'closed';
      } else if (code === comma) {
        this.#fields.push(this.#field + text.slice(from, at));
        this.#field = '';
        from = at + 1;
        state = 'start';
      } else if (code === lineFeed || code === carriageReturn) {
        // Of CR LF the second ends an empty line, which is none.
        this.#endRecord(text.slice(from, at), state, at - recordFrom);
        from = recordFrom = at + 1;
        state = 'start';
      } else if (code === quote) {
        if (state === 'plain') this.#isFlawed = true;
        // Of two quotes inside quotes the second one belongs to the field.
        from = state === 'start' ? at + 1 : state === 'closed' ? at : from;
        if (state !== 'plain') state = 'quoted';
      } else if (state !== 'plain') {
        if (state === 'closed') this.#isFlawed = true;
        state = 'plain';
      }
    }
    this.#field += text.slice(from);
    this.#carried += text.length - recordFrom;
    this.#state = state;
    this.#limit(0);
  }

  /** Takes the last record, where the file does not end with a line end. */
  end(): void {
    if (this.#state === 'quoted') this.#isFlawed = true;
    if (!this.#isAtStart(this.#state)) this.#endRecord('', this.#state, 0);
  }

  /** Whether nothing of the current record has come yet. */
  #isAtStart(state: State): boolean {
    return state === 'start' && this.#fields.length === 0 && this.#field === '';
  }

  #endRecord(rest: string, state: State, length: number): void {
    this.#limit(length);
    // A line without any character is no record; one with an empty field in quotes is.
    if (rest !== '' || !this.#isAtStart(state)) {
      this.#fields.push(this.#field + rest);
      this.#records++;
      this.#take(this.#fields, this.#isFlawed);
    }
    this.#fields = [];
    this.#field = '';
    this.#isFlawed = false;
    this.#carried = 0;
  }

  #limit(length: number): void {
    if (this.#carried + length <= this.#longestRecord) return;
    throw new UnreadableFile(
      `record ${count(this.#records + 1)} has more than ${count(this.#longestRecord)} characters: a quote that is never closed, or no CSV`,
    );
  }
}
