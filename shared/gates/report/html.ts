import { printable } from './printable.ts';

/** Markup made from text that nobody vouches for: whatever is put into a template is text, never markup. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | readonly Part[];

/**
 * A template for elements and for attributes in double quotes; every part is escaped but what another template made.
 * There is no place in it for scripts, styles, comments or addresses.
 */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(pieces.map((piece, at) => piece + (at < parts.length ? render(parts[at]!) : '')).join(''));
}

function render(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  return Array.isArray(part) ? part.map(render).join('') : escapeText(String(part));
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Longer ones are cut: a value of a column may be as long as a file. */
const mostCharacters = 10_000;

function escapeText(whole: string): string {
  const text = whole.length > mostCharacters ? `${whole.slice(0, mostCharacters)}…` : whole;
  return printable(text.toWellFormed()).replaceAll(/[&<>"']/g, (sign) => escapes[sign]!);
}
