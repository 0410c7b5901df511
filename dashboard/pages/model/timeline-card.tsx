import type { Timeline } from '../../../shared/domain/timeline.ts';
import { withQuery } from '../../address/query.ts';
import { Card } from '../../parts/facts.tsx';
import { Part } from '../../parts/part.tsx';
import { door } from '../../service/ask.ts';
import { useResource } from '../../service/resource.ts';
import { SpanControl, useSpan, zoomTo } from './span.tsx';
import { TimelineBody } from './timeline-body.tsx';

interface TimelineCardProps {
  readonly model: string;
  /** The service's time; null: it is not known yet. */
  readonly at: string | null;
}

export function TimelineCard({ model, at }: TimelineCardProps) {
  const { from, until } = useSpan(at);
  const base = `models/${encodeURIComponent(model)}/timeline`;
  const path = from && base + withQuery('', { from, until });
  const told = useResource<Timeline>(path);
  return (
    <Card
      title="Time line"
      acts={
        <span class="timeline-acts">
          <SpanControl shown={told.data} />
          <a href={`${door}/${path ?? base}`} target="_blank" rel="noreferrer">
            JSON
          </a>
        </span>
      }
    >
      <Part of={told} what="the time line">
        {(timeline) => <TimelineBody of={timeline} onZoom={zoomTo} />}
      </Part>
    </Card>
  );
}
