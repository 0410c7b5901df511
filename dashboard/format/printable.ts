/**
 * Control characters but line breaks and tabs, noncharacters, and those that turn the direction of what follows: the last
 * could make a failed gate read as another. As the command line does it.
 */
const unprintable = /(?![\t\n])\p{Cc}|[\p{Noncharacter_Code_Point}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text from outside, with what cannot be shown shown as replaced. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, '\ufffd');
}
