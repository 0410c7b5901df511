/** How the scores of each side behave: reliability and histograms, as the gate report keeps them. */
import type { GateReportDocument, Histogram, ReliabilityBin } from '../../shared/domain/gate-report.ts';
import { formatNumber } from '../format/number.ts';
import { place, ticksOf } from './scale.ts';

type Curves = NonNullable<GateReportDocument['curves']>;

const size = { width: 320, height: 220, left: 40, right: 310, top: 12, bottom: 186 } as const;
const sides = ['champion', 'challenger'] as const;

export function CurvesOf({ of }: { readonly of: Curves }) {
  const { challenger, champion } = of;
  return (
    <div class="plots">
      {challenger.reliability && (
        <Reliability challenger={challenger.reliability} champion={champion?.reliability ?? null} />
      )}
      {challenger.scores && (
        <>
          <Bars
            title="Scores of class 0"
            challenger={challenger.scores.label0}
            champion={champion?.scores?.label0 ?? null}
          />
          <Bars
            title="Scores of class 1"
            challenger={challenger.scores.label1}
            champion={champion?.scores?.label1 ?? null}
          />
        </>
      )}
      {challenger.residuals && (
        <Bars
          title="Residuals: score less label"
          challenger={challenger.residuals}
          champion={champion?.residuals ?? null}
        />
      )}
    </div>
  );
}

const unit = { low: 0, high: 1 } as const;
const unitTicks = [0, 0.25, 0.5, 0.75, 1];

function Frame({ xTicks, yTicks }: { readonly xTicks: readonly Tick[]; readonly yTicks: readonly Tick[] }) {
  return (
    <g>
      {yTicks.map(({ at, text }) => (
        <g key={text}>
          <path class="grid" d={`M${size.left} ${at}H${size.right}`} />
          <text x={size.left - 5} y={at + 4} text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {xTicks.map(({ at, text }) => (
        <text key={text} x={at} y={size.bottom + 16} text-anchor="middle">
          {text}
        </text>
      ))}
    </g>
  );
}

interface Tick {
  readonly at: number;
  readonly text: string;
}

interface BothReliabilities {
  readonly challenger: readonly ReliabilityBin[];
  readonly champion: readonly ReliabilityBin[] | null;
}

function Reliability(bins: BothReliabilities) {
  const x = (value: number) => place(value, unit, size.left, size.right);
  const y = (value: number) => place(value, unit, size.bottom, size.top);
  return (
    <figure>
      <figcaption>Reliability: how often it was so, by score</figcaption>
      <svg
        width={size.width}
        height={size.height}
        role="img"
        aria-label="Reliability; the table below has its numbers"
      >
        <Frame
          xTicks={unitTicks.map((tick) => ({ at: x(tick), text: String(tick) }))}
          yTicks={unitTicks.map((tick) => ({ at: y(tick), text: String(tick) }))}
        />
        <path class="zero" d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
        {sides.map((side) => {
          const known = (bins[side] ?? []).filter(
            ({ meanScore, shareTrue }) => meanScore !== null && shareTrue !== null,
          );
          const points = known.map((bin) => [x(bin.meanScore!), y(bin.shareTrue!)] as const);
          return (
            <g key={side} class={`series ${side}`}>
              <path
                d={points
                  .map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`)
                  .join('')}
              />
              {points.map(([px, py]) => (
                <circle key={`${px} ${py}`} cx={px} cy={py} r={3} />
              ))}
            </g>
          );
        })}
      </svg>
      <Legend hasChampion={bins.champion !== null} />
      <details>
        <summary>Table</summary>
        <table>
          <thead>
            <tr>
              {['Scores', 'Rows', 'Mean score', 'Share true'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bins.challenger.map(({ low, high, rows, meanScore, shareTrue }) => (
              <tr key={low}>
                <td>
                  {formatNumber(low)} to {formatNumber(high)}
                </td>
                <td class="num">{rows}</td>
                <td class="num">{meanScore === null ? '' : formatNumber(meanScore)}</td>
                <td class="num">{shareTrue === null ? '' : formatNumber(shareTrue)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

interface BarsProps {
  readonly title: string;
  readonly challenger: Histogram;
  readonly champion: Histogram | null;
}

function Bars({ title, challenger, champion }: BarsProps) {
  const most = Math.max(1, ...challenger.counts, ...(champion?.counts ?? []));
  const y = (value: number) => place(value, { low: 0, high: most }, size.bottom, size.top);
  const range = { low: challenger.low, high: challenger.high };
  const step = (size.right - size.left) / challenger.counts.length;
  const outline = (of: Histogram): string =>
    `M${size.left} ${size.bottom}${of.counts.map((count, at) => `V${y(count).toFixed(1)}H${(size.left + (at + 1) * step).toFixed(1)}`).join('')}V${size.bottom}`;
  const ticks = ticksOf(range, 4);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg
        width={size.width}
        height={size.height}
        role="img"
        aria-label={`${title}: ${challenger.counts.join(', ')} rows in bins of equal width`}
      >
        <Frame
          xTicks={ticks.map((tick) => ({
            at: place(tick, range, size.left, size.right),
            text: formatNumber(tick),
          }))}
          yTicks={ticksOf({ low: 0, high: most }, 4).map((tick) => ({
            at: y(tick),
            text: formatNumber(tick),
          }))}
        />
        {champion && <path class="bars champion" d={outline(champion)} />}
        <path class="bars challenger" d={outline(challenger)} />
      </svg>
      <Legend hasChampion={champion !== null} />
    </figure>
  );
}

function Legend({ hasChampion }: { readonly hasChampion: boolean }) {
  return (
    <p class="legend">
      <span class="key challenger">challenger</span>
      {hasChampion && <span class="key champion">champion</span>}
    </p>
  );
}
