/** What both policies come to, in figures. */
import type { Backtest } from '../../../shared/backtest/backtest.ts';
import { formatNumber } from '../../format/number.ts';
import { figuresOf } from '../../format/trial.ts';
import { When } from '../../parts/when.tsx';

const columns = ['', 'Policy in force', 'This policy'];

export function Figures({ of: { policies } }: { readonly of: Backtest }) {
  const [inForce, tried] = policies;
  const episodes = inForce?.episodes.all ?? [];
  return (
    <>
      <div class="scroll">
        <table class="figures">
          <caption class="hidden">Figures of both policies</caption>
          <Head columns={columns} />
          <tbody>
            {figuresOf(policies).map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, at) => (
                  <td key={columns[at + 1]}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {episodes.length > 0 && (
        <div class="scroll">
          <table class="figures">
            <caption>Days to react to each episode</caption>
            <Head columns={['Episode', 'From', 'Until', 'Policy in force', 'This policy']} />
            <tbody>
              {episodes.map(({ name, from, until, daysToReact }, at) => (
                <tr key={`${name} ${from}`}>
                  <th scope="row">{name}</th>
                  <td>
                    <When at={from} />
                  </td>
                  <td>
                    <When at={until} />
                  </td>
                  <td>{sayDays(daysToReact)}</td>
                  <td>{sayDays(tried?.episodes.all[at]?.daysToReact ?? null)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

const sayDays = (days: number | null): string => (days === null ? 'missed' : formatNumber(days));

function Head({ columns: names }: { readonly columns: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name === '' ? <span class="hidden">Figure</span> : name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
