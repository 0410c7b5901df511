import { type Trace, tracedKinds } from '../shared/domain/trace.ts';
import { RatchetError } from '../shared/errors.ts';
import { readIds } from '../shared/http/read-id.ts';
import { serve } from '../shared/http/serve.ts';
import { idsOf } from '../shared/telemetry/trace-ids.ts';
import { wiring } from '../shared/wiring.ts';

/** The trace of a signal, a run or a release, and what is kept of it where a setting says who keeps it. */
serve('get-trace', {
  route: 'traces/{kind}/{*id}',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const given = (request.params['kind'] ?? '').slice(0, 40);
    const kind = tracedKinds.find((each) => each === given);
    if (kind === undefined)
      throw new RatchetError(
        'not-found',
        `${JSON.stringify(given)} has no traces; ${tracedKinds.join(', ')} have: GET /api/traces/run/RUN`,
      );
    const store = await wiring.traces();
    const traces: Trace[] = [];
    for (const id of readIds(request)) {
      const { traceId } = idsOf(kind, id);
      const found = (await store?.find(traceId)) ?? { spans: [], isCut: false };
      traces.push({ kind, id: id.slice(0, 1_000), traceId, isRead: store !== null, ...found });
    }
    return { jsonBody: { trace: traces.find(({ spans }) => spans.length > 0) ?? traces.at(-1) } };
  },
});
