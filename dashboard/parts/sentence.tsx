import { addressOf } from '../address/route.ts';
import { splitSentence } from '../format/sentence.ts';
import { When } from './when.tsx';

/** What the service says, with its times in the reader's zone and its ids as links. */
export function Sentence({ of }: { readonly of: string }) {
  return (
    <>
      {splitSentence(of).map(({ kind, text }, at) => {
        // The pieces of one sentence have no other name than their place.
        const key = `${at} ${text}`;
        if (kind === 'time') return <When key={key} at={text} />;
        if (kind === 'text') return text;
        return (
          <a key={key} href={kind === 'run' ? addressOf.run(text) : addressOf.release(text)}>
            {text}
          </a>
        );
      })}
    </>
  );
}
