/**
 * One axis of time with what happened in lanes above it and the metrics in strips below.
 *
 * Owns: drawing, and going from mark to mark by pointer and by keyboard. Does not own: what happened (lanes.ts), where it lies (time-axis.ts).
 *
 * Invariant: whatever is drawn stands in the table behind the chart, too, in words.
 */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Timeline } from '../../shared/domain/timeline.ts';
import { describeSpan, formatDay, formatTime } from '../format/time.ts';
import { nowMs } from '../parts/now.ts';
import { type Event, type Lane, laneNames, lanes, marksOf } from './lanes.ts';
import { MetricStripView } from './metric-strip.tsx';
import { compressAxis, type TimeAxis, timeTicks } from './time-axis.ts';
import { useWidth } from './use-width.ts';

const laneHeight = 38;
const bandTop = 17;
const bandHeight = 16;

interface TimelineProps {
  readonly of: Timeline;
  /** What is shown in lanes, the latest first. */
  readonly events: readonly Event[];
  readonly isCompressed: boolean;
  /** Two times to show what lies between. */
  readonly onZoom: (fromMs: number, untilMs: number) => void;
  readonly onPick: (event: Event | null) => void;
}

export function TimelineChart({ of, events, isCompressed, onZoom, onPick }: TimelineProps) {
  const [box, width] = useWidth<HTMLDivElement>(900);
  const [picked, setPicked] = useState<string | null>(null);
  const axis = useMemo(() => {
    const ends = { fromMs: Date.parse(of.from), untilMs: Date.parse(of.until), start: 10, end: width - 10 };
    return isCompressed
      ? compressAxis({ ...ends, marks: marksOf(events, of) })
      : compressAxis({ ...ends, marks: [], idle: false });
  }, [of, events, width, isCompressed]);
  const shown = lanes.filter((lane) => events.some((event) => event.lane === lane));
  const pick = (event: Event | null): void => {
    setPicked(event?.key ?? null);
    onPick(event);
  };
  const keys = useKeys({ events, picked, pick });
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no element for a chart that is gone through by arrow keys.
    <div
      class="timeline"
      ref={box}
      role="group"
      tabIndex={0}
      aria-label="Time line: the arrow keys go from mark to mark, Enter opens one; the table below has the same"
      onKeyDown={keys}
    >
      <Selection axis={axis} onZoom={onZoom}>
        <svg width={width} height={shown.length * laneHeight + 24} aria-hidden="true">
          <Breaks axis={axis} height={shown.length * laneHeight} />
          {shown.map((lane, at) => (
            <g key={lane} transform={`translate(0 ${at * laneHeight})`}>
              <path class="grid" d={`M0 ${laneHeight - 0.5}H${width}`} />
              {events
                .filter((event) => event.lane === lane)
                .toReversed()
                .map((event) => (
                  <Drawn
                    key={event.key}
                    of={event}
                    axis={axis}
                    isPicked={event.key === picked}
                    onPick={pick}
                  />
                ))}
            </g>
          ))}
          <LaneNames of={shown} />
          <Ticks axis={axis} y={shown.length * laneHeight} />
        </svg>
        {of.metrics.map((strip) => (
          <MetricStripView
            key={`${strip.kind} ${strip.rule}`}
            of={strip}
            champions={of.champions}
            axis={axis}
            width={width}
          />
        ))}
      </Selection>
    </div>
  );
}

/** Above everything else: a break or a mark is not to cover them. */
function LaneNames({ of }: { readonly of: readonly Lane[] }) {
  return (
    <g class="lane-names">
      {of.map((lane, at) => (
        <text key={lane} x={6} y={at * laneHeight + 12}>
          {laneNames[lane]}
        </text>
      ))}
    </g>
  );
}

interface Keys {
  readonly events: readonly Event[];
  readonly picked: string | null;
  readonly pick: (event: Event | null) => void;
}

/** From mark to mark in their order in time; Enter opens what is picked. */
function useKeys({ events, picked, pick }: Keys) {
  return (event: KeyboardEvent): void => {
    const at = events.findIndex(({ key }) => key === picked);
    const to = { ArrowLeft: at + 1, ArrowRight: at === -1 ? 0 : at - 1, Home: events.length - 1, End: 0 }[
      event.key
    ];
    const next = to === undefined ? undefined : events[Math.min(events.length - 1, Math.max(0, to))];
    if (next) {
      pick(next);
      event.preventDefault();
    } else if (event.key === 'Escape') pick(null);
    else if (event.key === 'Enter' && at !== -1)
      document.querySelector<HTMLAnchorElement>('.picked a')?.click();
  };
}

interface DrawnProps {
  readonly of: Event;
  readonly axis: TimeAxis;
  readonly isPicked: boolean;
  readonly onPick: (event: Event) => void;
}

function Drawn({ of, axis, isPicked, onPick }: DrawnProps) {
  const { fromMs, untilMs, tone } = of;
  const isPoint = untilMs === fromMs;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keyboard goes through the marks at the chart itself.
    <g
      class={`mark ${tone} ${isPicked ? 'is-picked' : ''}`}
      onPointerDown={(event) => event.stopPropagation()}
      onClick={() => onPick(of)}
    >
      <title>
        {of.text}. {of.sentence}
      </title>
      {isPoint ? <Point of={of} x={axis.place(fromMs)} /> : <Span of={of} axis={axis} />}
    </g>
  );
}

function Point({ of: { shape }, x }: { readonly of: Event; readonly x: number }) {
  const y = bandTop + bandHeight / 2;
  if (shape === 'no') return <path class="cross" d={`M${x - 5} ${y - 5}l10 10M${x + 5} ${y - 5}l-10 10`} />;
  if (shape === 'square') return <rect x={x - 5} y={y - 5} width={10} height={10} rx={2} />;
  return <circle class={shape} cx={x} cy={y} r={shape === 'small' ? 3 : 5.5} />;
}

function Span({
  of: { fromMs, untilMs, text, parts },
  axis,
}: {
  readonly of: Event;
  readonly axis: TimeAxis;
}) {
  const start = axis.place(fromMs);
  const end = axis.place(untilMs ?? nowMs.value);
  const width = Math.max(4, end - start);
  // What stands in a span must fit in it; six and a half pixels are the width of a letter.
  const letters = Math.floor((width - 10) / 6.5);
  return (
    <>
      <rect x={start} y={bandTop} width={width} height={bandHeight} rx={3} />
      {parts.map(({ fromMs: from, tone }, at) => {
        const x = Math.max(start, axis.place(from));
        const until = parts[at + 1] ? axis.place(parts[at + 1]!.fromMs) : start + width;
        return (
          <rect
            key={from}
            class={`step ${tone}`}
            x={x}
            y={bandTop}
            width={Math.max(1, until - x)}
            height={bandHeight}
          />
        );
      })}
      {letters > 4 && (
        <text class="in-span" x={start + 5} y={bandTop + 12}>
          {text.length > letters ? `${text.slice(0, letters - 1)}…` : text}
        </text>
      )}
    </>
  );
}

function Breaks({ axis, height }: { readonly axis: TimeAxis; readonly height: number }) {
  return (
    <g>
      {axis.stretches
        .filter(({ isBreak }) => isBreak)
        .map(({ start, end, fromMs, untilMs }) => (
          <g key={start}>
            <rect class="break" x={start} y={0} width={end - start} height={height}>
              <title>{describeSpan(untilMs - fromMs)} in which nothing happened</title>
            </rect>
            <text class="break-text" x={(start + end) / 2} y={height + 14} text-anchor="middle">
              ⋯
            </text>
          </g>
        ))}
    </g>
  );
}

function Ticks({ axis, y }: { readonly axis: TimeAxis; readonly y: number }) {
  const offset = -new Date(axis.stretches.at(-1)!.untilMs).getTimezoneOffset() * 60_000;
  const { at, areDays } = timeTicks(axis, 96, offset);
  const end = axis.stretches.at(-1)!.end;
  return (
    <g>
      {at
        .filter((tick) => axis.place(tick) < end - 44)
        .map((tick) => (
          <g key={tick}>
            <path class="axis" d={`M${axis.place(tick)} ${y}v5`} />
            <text x={axis.place(tick) + 3} y={y + 16}>
              {areDays
                ? formatDay(new Date(tick), nowMs.value)
                : formatTime(new Date(tick).toISOString(), nowMs.value)}
            </text>
          </g>
        ))}
    </g>
  );
}

interface SelectionProps {
  readonly axis: TimeAxis;
  readonly onZoom: (fromMs: number, untilMs: number) => void;
  readonly children: preact.ComponentChildren;
}

/** Drawing over a stretch zooms into it. */
function Selection({ axis, onZoom, children }: SelectionProps) {
  const box = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<{ readonly from: number; readonly to: number } | null>(null);
  const xOf = (event: PointerEvent): number =>
    event.clientX - (box.current?.getBoundingClientRect().left ?? 0);
  const end = (): void => {
    if (drawn && Math.abs(drawn.to - drawn.from) > 12) {
      const [low, high] = [Math.min(drawn.from, drawn.to), Math.max(drawn.from, drawn.to)];
      onZoom(axis.timeAt(low), axis.timeAt(high));
    }
    setDrawn(null);
  };
  return (
    <div
      class="selection"
      ref={box}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        setDrawn({ from: xOf(event), to: xOf(event) });
      }}
      onPointerMove={(event) => drawn && setDrawn({ ...drawn, to: xOf(event) })}
      onPointerUp={end}
      onPointerLeave={end}
    >
      {children}
      {drawn && Math.abs(drawn.to - drawn.from) > 4 && (
        <div
          class="drawn"
          style={{
            left: `${Math.min(drawn.from, drawn.to)}px`,
            width: `${Math.abs(drawn.to - drawn.from)}px`,
          }}
        />
      )}
    </div>
  );
}
