/**
 * Control characters, noncharacters and those that turn the direction of what follows: the first are commands to a
 * terminal and no text in HTML, the last could make a failed gate read as another.
 */
const unprintable = /[\p{Cc}\p{Noncharacter_Code_Point}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text from outside, such as a value of a column, on one line, with what cannot be shown shown as replaced. */
export function printable(text: string): string {
  return text.replaceAll(/[\t\n\r]+/g, ' ').replaceAll(unprintable, '\ufffd');
}
