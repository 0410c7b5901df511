/** What the answer does not say, what it takes for granted, and how far the history can be believed. */
import type { Backtest } from '../../../shared/backtest/backtest.ts';
import { counted } from '../../format/number.ts';
import { Sentence } from '../../parts/sentence.tsx';
import { When } from '../../parts/when.tsx';

interface WorthProps {
  readonly of: Backtest;
  readonly facts: number;
  readonly onReadAnew: () => void;
}

export function Worth({ of, facts, onReadAnew }: WorthProps) {
  const { from, until, policies, assumptions, record } = of;
  return (
    <>
      <Unsaid of={policies} />
      <p class="dim">
        {counted(facts, 'record')} from <When at={from} /> to <When at={until} />.{' '}
        <button type="button" class="small" onClick={onReadAnew}>
          Read the history again
        </button>
      </p>
      <details>
        <summary>Assumed where the history does not say</summary>
        <ul class="sentences">
          {assumptions.map(({ what, value, flag }) => (
            <li key={flag}>
              {what}: {value} <code>{flag}</code>
            </li>
          ))}
        </ul>
      </details>
      {record && <Record of={record} />}
    </>
  );
}

function Unsaid({ of }: { readonly of: Backtest['policies'] }) {
  const [inForce = [], tried = []] = of.map(sayUnsaid);
  const isAlike = JSON.stringify(inForce) === JSON.stringify(tried);
  return (
    <>
      <Lines title={`What cannot be said of ${isAlike ? 'either policy' : 'this policy'}`} of={tried} />
      {!isAlike && <Lines title="What cannot be said of the policy in force" of={inForce} />}
    </>
  );
}

function sayUnsaid({ cannotSay, ignored }: Backtest['policies'][number]): readonly string[] {
  return [...cannotSay, ...ignored.map(({ what, times }) => `Left out ${counted(times, 'time')}: ${what}.`)];
}

function Lines({ title, of }: { readonly title: string; readonly of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <section class="note warn unsaid">
      <h3>{title}</h3>
      <ul>
        {of.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

const rowsShown = 100;

function Record({ of: { decisions, same, differences } }: { readonly of: NonNullable<Backtest['record']> }) {
  const said = `Played under the policy in force, ${same} of ${counted(decisions, 'recorded decision')} are the same`;
  if (differences.length === 0) return <p class="dim">{said}.</p>;
  return (
    <details>
      <summary>{said}</summary>
      <ul class="sentences">
        {differences.slice(0, rowsShown).map(({ signalId, recorded, played, why }) => (
          <li key={signalId}>
            <code>{signalId}</code>: {recorded ?? 'nothing'}, here {played ?? 'nothing'}:{' '}
            <Sentence of={why} />
          </li>
        ))}
      </ul>
      {differences.length > rowsShown && <p class="dim">and {differences.length - rowsShown} more</p>}
    </details>
  );
}
