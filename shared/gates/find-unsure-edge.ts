/** The edge of a metric that leaves a share of the rows out: where it is, the rows beyond it must tell. */
import { parseMetricName } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { findPlainUnits } from './dependence.ts';
import { countRows } from './find-too-few.ts';
import type { Rows } from './rows.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';

/** How many even rows each one beyond the edge is worth: ten are enough for a second look, and not for a fifth. */
const evenRowsPerRowBeyond = 4;

/** How many rows, or units, are left out, and the share that is; null of metrics that leave none out. */
function beyondEdge(metric: string, rows: Rows): { readonly share: number; readonly beyond: number } | null {
  const parsed = parseMetricName(metric);
  if (parsed?.base !== 'mae_trimmed') return null;
  const share = parsed.parameter!;
  const effective = countRows(rows).effective;
  return { share, beyond: share * Math.min(effective, findPlainUnits(rows)?.seen.count ?? effective) };
}

/** An edge beyond which too few rows lie to tell where it is. */
export function findUnsureEdge(metric: string, rows: Rows): NoInference | null {
  const edge = beyondEdge(metric, rows);
  if (!edge || edge.beyond >= leastUnits * (1 - 1e-9)) return null;
  const units = findPlainUnits(rows)?.seen;
  const few = Math.floor(edge.beyond);
  const beyond = units ? `${few} ${units.plural}` : counted(few, 'row');
  return {
    why: `${metric} leaves ${beyond} out, and an interval needs ${leastUnits} beyond the edge: about ${Math.ceil(leastUnits / edge.share)} ${units?.plural ?? 'rows'}`,
  };
}

/** How many even rows tell as much as those beyond the edge do of where it is. */
export function evenRowsOfEdge(metric: string, rows: Rows): Inference['evenRows'] {
  const edge = beyondEdge(metric, rows);
  if (!edge) return undefined;
  const most = evenRowsPerRowBeyond * edge.beyond;
  return { low: most, high: most };
}
