/** The values of one rule over time against its threshold, above the champions of the time. */
import type { MetricStrip, TimelineChampion } from '../../shared/domain/timeline.ts';
import { formatNumber } from '../format/number.ts';
import { When } from '../parts/when.tsx';
import { sayCheck } from './lanes.ts';
import { place, rangeOf, ticksOf } from './scale.ts';
import type { TimeAxis } from './time-axis.ts';

const height = 96;
const top = 8;
const bottom = height - 8;

interface MetricStripProps {
  readonly of: MetricStrip;
  readonly champions: readonly TimelineChampion[];
  readonly axis: TimeAxis;
  readonly width: number;
}

export function MetricStripView({ of, champions, axis, width }: MetricStripProps) {
  const { rule, metric, samples, limits, thinned } = of;
  const range = rangeOf([...samples.map(({ value }) => value), ...limits.map(({ value }) => value)]);
  const y = (value: number) => place(value, range, bottom, top);
  const points = samples.map((sample) => ({
    ...sample,
    x: axis.place(Date.parse(sample.at)),
    y: y(sample.value),
  }));
  const line = points
    .map((point, at) => `${at === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .join('');
  const last = samples.at(-1);
  return (
    <figure class="strip">
      <figcaption>
        <strong>{metric}</strong> <span class="dim">{rule}</span>
        {last && (
          <span>
            {' '}
            {formatNumber(last.value)}{' '}
            <span class={`badge ${sayCheck(last.verdict).tone}`}>{sayCheck(last.verdict).text}</span>
          </span>
        )}
      </figcaption>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${metric} of rule ${rule}: ${samples.length} values; the table has them`}
      >
        <Champions of={champions} axis={axis} />
        {limits.map((limit, at) => (
          <Limit
            key={limit.from}
            of={limit}
            axis={axis}
            y={y}
            until={limits[at + 1]?.from ?? null}
            isFirst={at === 0}
          />
        ))}
        <ChampionNames of={champions} axis={axis} />
        {ticksOf(range, 3).map((tick) => (
          <text key={tick} x={4} y={y(tick) + 4}>
            {formatNumber(tick)}
          </text>
        ))}
        <path class="values" d={line} />
        {points
          .filter(({ verdict }) => points.length <= 150 || verdict !== 'fine')
          .map((point) => (
            <circle
              key={point.at}
              class={`value ${sayCheck(point.verdict).tone}`}
              cx={point.x}
              cy={point.y}
              r={point.verdict === 'fine' ? 2.5 : 4}
            >
              <title>
                {metric} {formatNumber(point.value)}
                {point.window === null ? '' : `, ${point.window}`}
                {point.sample === null ? '' : `, over ${point.sample} rows`}: {sayCheck(point.verdict).text}
              </title>
            </circle>
          ))}
      </svg>
      <details>
        <summary class="dim">
          Table of {samples.length}
          {thinned > 0 && `; ${thinned} more are thinned out`}
        </summary>
        <Samples of={of} />
      </details>
    </figure>
  );
}

interface ChampionsProps {
  readonly of: readonly TimelineChampion[];
  readonly axis: TimeAxis;
}

function reignsOf({ of, axis }: ChampionsProps) {
  const last = axis.stretches.at(-1)!.end;
  return of.toReversed().map(({ version, from, until }) => {
    const start = axis.place(Date.parse(from));
    return { version, from, start, end: until === null ? last : axis.place(Date.parse(until)) };
  });
}

/** Every other champion has a darker ground, so that a change is seen without knowing a colour. */
function Champions(props: ChampionsProps) {
  return (
    <g>
      {reignsOf(props).map(({ version, from, start, end }, at) => (
        <rect
          key={`${version} ${from}`}
          class={`reign ${at % 2 === 0 ? 'even' : 'odd'}`}
          x={start}
          y={0}
          width={Math.max(0, end - start)}
          height={height}
        />
      ))}
    </g>
  );
}

/** Above the zones of breaches. */
function ChampionNames(props: ChampionsProps) {
  return (
    <g>
      {reignsOf(props).map(({ version, from, start, end }) => (
        <g key={`${version} ${from}`}>
          <path class="reign-begin" d={`M${start} 0V${height}`} />
          {end - start > 90 && (
            <text x={start + 34} y={height - 4}>
              version {version}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

interface LimitProps {
  readonly of: MetricStrip['limits'][number];
  readonly axis: TimeAxis;
  readonly y: (value: number) => number;
  readonly until: string | null;
  readonly isFirst: boolean;
}

function Limit({ of: { from, side, value }, axis, y, until, isFirst }: LimitProps) {
  const start = isFirst ? axis.stretches[0]!.start : axis.place(Date.parse(from));
  const end = until === null ? axis.stretches.at(-1)!.end : axis.place(Date.parse(until));
  const at = y(value);
  const width = Math.max(0, end - start);
  return (
    <g>
      <rect
        class="breach-zone"
        x={start}
        y={side === 'below' ? at : 0}
        width={width}
        height={Math.max(0, side === 'below' ? height - at : at)}
      />
      <path class="limit" d={`M${start} ${at}H${end}`} />
      {until === null && (
        <text class="limit-text" x={end - 4} y={at < 16 ? at + 12 : at - 4} text-anchor="end">
          {side === 'below' ? 'not below' : 'not above'} {formatNumber(value)}
        </text>
      )}
    </g>
  );
}

const rowsShown = 200;

function Samples({ of: { samples } }: { readonly of: MetricStrip }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {['When', 'Value', 'Found', 'Rows', 'Window'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {samples
            .slice(-rowsShown)
            .toReversed()
            .map(({ at, value, verdict, sample, window }) => (
              <tr key={at}>
                <td>
                  <When at={at} />
                </td>
                <td class="num">{formatNumber(value)}</td>
                <td>{sayCheck(verdict).text}</td>
                <td class="num">{sample}</td>
                <td>{window}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
