/** The interval of a gate against its limit, on an axis of its own. The same numbers stand beside it as text. */
import type { Finding } from '../../shared/domain/gate-report.ts';
import { formatNumber } from '../format/number.ts';
import { place, type Range, rangeOf, ticksOf } from './scale.ts';
import { useWidth } from './use-width.ts';

type Plotted = Pick<Finding, 'estimate' | 'limit' | 'interval'> & { readonly verdict: string };

/** On which side of its limit a rule holds; null: it does not say. */
export function goodSide({ kind, rule }: { readonly kind: string; readonly rule: string }): Side | null {
  if (kind === 'against-champion') return 'above';
  if (rule.includes(' at least ')) return 'above';
  return rule.includes(' at most ') ? 'below' : null;
}

type Side = 'above' | 'below';

/** What a plot of these must have room for. */
export function rangeOfPlotted(plotted: readonly Plotted[], others: readonly number[] = []): Range {
  const numbers = plotted.flatMap(({ estimate, limit, interval }) => [
    estimate,
    limit,
    interval?.low,
    interval?.high,
  ]);
  return rangeOf([...numbers.filter((value) => typeof value === 'number'), ...others], 0.1);
}

interface IntervalPlotProps {
  readonly of: Plotted;
  readonly side: Side | null;
  /** Whether 0, where no gain is, is drawn. */
  readonly hasZero: boolean;
}

export function IntervalPlot({ of, side, hasZero }: IntervalPlotProps) {
  const [figure, width] = useWidth<HTMLElement>();
  const range = rangeOfPlotted([of], hasZero ? [0] : []);
  const x = (value: number) => Math.round(place(value, range, 12, width - 12) * 10) / 10;
  const anchor = (at: number) => (at < 50 ? 'start' : at > width - 50 ? 'end' : 'middle');
  const { limit } = of;
  return (
    <figure class="plot" ref={figure}>
      <svg width={width} height={74} role="img" aria-label={describe(of)}>
        {limit !== null && side && <GoodZone at={x(limit)} side={side} width={width} />}
        <path class="axis" d={`M12 50H${width - 12}`} />
        {ticksOf(range, Math.floor(width / 90)).map((tick) => (
          <g key={tick}>
            <path class="axis" d={`M${x(tick)} 50v4`} />
            <text x={x(tick)} y={67} text-anchor={anchor(x(tick))}>
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        {hasZero && <path class="zero" d={`M${x(0)} 18V50`} />}
        {limit !== null && (
          <g>
            <path class="limit" d={`M${x(limit)} 16V50`} />
            <text class="limit-text" x={x(limit)} y={11} text-anchor={anchor(x(limit))}>
              limit {formatNumber(limit)}
            </text>
          </g>
        )}
        <Estimate of={of} x={x} y={34} />
      </svg>
    </figure>
  );
}

function GoodZone({ at, side, width }: { readonly at: number; readonly side: Side; readonly width: number }) {
  const [start, end] = side === 'above' ? [at, width - 12] : [12, at];
  return <rect class="good-zone" x={start} y={16} width={Math.max(0, end - start)} height={34} />;
}

interface EstimateProps {
  readonly of: Plotted;
  readonly x: (value: number) => number;
  readonly y: number;
}

function Estimate({ of: { estimate, interval, verdict }, x, y }: EstimateProps) {
  if (estimate === null) return null;
  const span = interval && { low: x(interval.low), high: x(interval.high) };
  return (
    <g class={`estimate ${toneOf(verdict)}`}>
      {span && <path d={`M${span.low} ${y}H${span.high}M${span.low} ${y - 6}v12M${span.high} ${y - 6}v12`} />}
      <circle cx={x(estimate)} cy={y} r={5} />
    </g>
  );
}

function toneOf(verdict: string): string {
  if (verdict === 'passed') return 'good';
  return verdict === 'inconclusive' ? 'warn' : verdict === 'ignored' ? 'quiet' : 'bad';
}

/** The same in a cell of a table, all of whose rows share one range; the cells beside have the numbers. */
export function SmallInterval({ of, range }: { readonly of: Plotted; readonly range: Range }) {
  const x = (value: number) => Math.round(place(value, range, 6, 154) * 10) / 10;
  if (of.estimate === null) return null;
  return (
    <svg class="small-plot" width={160} height={22} role="img" aria-label={describe(of)}>
      <path class="axis" d="M6 11H154" />
      {of.limit !== null && <path class="limit" d={`M${x(of.limit)} 1v20`} />}
      <Estimate of={of} x={x} y={11} />
    </svg>
  );
}

function describe({ estimate, limit, interval, verdict }: Plotted): string {
  const parts = [
    estimate === null ? 'no estimate' : `estimate ${formatNumber(estimate)}`,
    ...(interval ? [`interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)}`] : []),
    ...(limit === null ? [] : [`limit ${formatNumber(limit)}`]),
  ];
  return `${parts.join(', ')}: ${verdict}`;
}
