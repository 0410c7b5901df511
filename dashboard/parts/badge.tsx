import type { Tone } from '../format/words.ts';

interface Said {
  readonly text: string;
  readonly tone: Tone;
}

/** A state in words; the colour says nothing that the words do not. */
export function Badge({ of: { text, tone } }: { readonly of: Said }) {
  return <span class={`badge ${tone}`}>{text}</span>;
}
