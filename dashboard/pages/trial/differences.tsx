/** The decisions that differ from those of the policy in force, one by one. */
import { useState } from 'preact/hooks';
import type { Backtest } from '../../../shared/backtest/backtest.ts';
import { addressOf } from '../../address/route.ts';
import { sayAnswer } from '../../format/trial.ts';
import { Card } from '../../parts/facts.tsx';
import { Empty } from '../../parts/part.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { When } from '../../parts/when.tsx';

type Difference = Backtest['differences'][number]['decisions'][number];

const rowsAtOnce = 100;

export function Differences({ of }: { readonly of: Backtest }) {
  const [shown, setShown] = useState(rowsAtOnce);
  const decisions = of.differences.flatMap((each) => each.decisions);
  const left = decisions.length - shown;
  return (
    <Card title="What differs, decision by decision">
      {decisions.length === 0 ? (
        <Empty title="No decision differs.">
          <p>Every signal gets the same answer at the same time under both policies.</p>
        </Empty>
      ) : (
        <div class="scroll">
          <table class="rows">
            <caption class="hidden">Decisions that differ</caption>
            <thead>
              <tr>
                {['Offered', 'Signal', 'Policy in force', 'This policy'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {decisions.slice(0, shown).map((each) => (
                <Row key={each.signalId} of={each} />
              ))}
            </tbody>
          </table>
          {left > 0 && (
            <button type="button" onClick={() => setShown(shown + rowsAtOnce)}>
              Show more of {left}
            </button>
          )}
        </div>
      )}
    </Card>
  );
}

function Row({ of: { signalId, summary, offeredAt, first, second } }: { readonly of: Difference }) {
  return (
    <tr>
      <td data-label="Offered">
        <When at={offeredAt} />
      </td>
      <td data-label="Signal">
        {first ? (
          <a href={addressOf.decision(signalId)}>
            <Sentence of={summary} />
          </a>
        ) : (
          <Sentence of={summary} />
        )}
      </td>
      <td data-label="Policy in force">
        <Answer of={first} />
      </td>
      <td data-label="This policy">
        <Answer of={second} />
      </td>
    </tr>
  );
}

function Answer({ of }: { readonly of: Difference['first'] }) {
  if (!of) return <span class="dim">{sayAnswer(of)}</span>;
  return (
    <>
      {sayAnswer(of)}, <When at={of.decidedAt} />
      <div class="dim">
        <Sentence of={of.sentence} />
      </div>
    </>
  );
}
