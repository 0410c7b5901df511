/** The edge of a metric that leaves a share of the rows out: where it is, the rows beyond it must tell. */
import { parseMetricName } from '../config/metric-catalog.ts';
import { counted } from '../domain/plural.ts';
import { findPlainUnits } from './dependence.ts';
import { countRows } from './find-too-few.ts';
import type { Rows } from './rows.ts';
import type { NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';

/** How many rows, or units, are left out, and the share that is; null of metrics that leave none out. */
function findEdge(metric: string, rows: Rows): { readonly share: number; readonly beyond: number } | null {
  const parsed = parseMetricName(metric);
  if (parsed?.base !== 'mae_trimmed') return null;
  const share = parsed.parameter!;
  const effective = countRows(rows).effective;
  return { share, beyond: share * Math.min(effective, findPlainUnits(rows)?.seen.count ?? effective) };
}

/** An edge beyond which too few rows lie to tell where it is. */
export function findUnsureEdge(metric: string, rows: Rows): NoInference | null {
  const edge = findEdge(metric, rows);
  if (!edge || edge.beyond >= leastUnits * (1 - 1e-9)) return null;
  const units = findPlainUnits(rows)?.seen;
  const few = Math.floor(edge.beyond);
  const beyond = units ? `${few} ${units.plural}` : counted(few, 'row');
  return {
    why: `${metric} leaves ${beyond} out, and an interval needs ${leastUnits} beyond the edge: about ${Math.ceil(leastUnits / edge.share)} ${units?.plural ?? 'rows'}`,
  };
}

/** How many rows, or units, lie beyond the edge of a metric that has one. */
export const countBeyondEdge = (metric: string, rows: Rows): number | undefined =>
  findEdge(metric, rows)?.beyond;
