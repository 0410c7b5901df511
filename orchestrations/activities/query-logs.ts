import * as df from 'durable-functions';
import { parseDurationMs } from '../../shared/config/duration.ts';
import type { QueryTrigger } from '../../shared/config/schema.ts';
import { offerJudgements } from '../../shared/dispatch/offer-judgements.ts';
import type { LogsTable } from '../../shared/domain/logs-table.ts';
import { RatchetError } from '../../shared/errors.ts';
import type { QueryMeasurement } from '../../shared/signals/measurement.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'query-logs',
  async (measurement, context) => {
    const { pinned, rule: name, tick } = measurement;
    const { model, triggers } = pinned.config;
    const asked = nameOf(measurement);
    const refuse = (why: string) => {
      context.error(why);
      return { breaches: 0, recoveries: 0, note: why };
    };
    const rule = triggers.queries.find((query) => query.name === name);
    if (!rule) return refuse(`${asked}: the model file of this measurement has no such rule`);
    const table = await ask(rule, measurement);
    if ('refusal' in table) return refuse(table.refusal);
    const { judgeRows } = await import('../../shared/signals/judge-rows.ts');
    const judged = judgeRows(rule, table, { model, tick });
    if ('problem' in judged) return refuse(`${asked}: ${judged.problem}`);
    const { breaches, recoveries } = await offerJudgements(df.getClient(context), judged.judgements, pinned);
    const passedOver = describePassedOver(judged);
    const note = breaches + recoveries > 0 ? '' : `nothing to judge: ${passedOver}`;
    context.info(`${asked}: ${breaches} breaches, ${recoveries} good; ${passedOver}`);
    return { breaches, recoveries, note };
  },
  { extraInputs: [df.input.durableClient()] },
);

/** A refusal is an answer: asking again would bring the same one. */
async function ask(
  rule: QueryTrigger,
  measurement: QueryMeasurement,
): Promise<LogsTable | { readonly refusal: string }> {
  const { pinned, tick } = measurement;
  const asked = nameOf(measurement);
  const to = new Date(tick);
  const from = new Date(to.getTime() - parseDurationMs(rule.lookBack)!);
  const subject = { model: pinned.config.model, rule: rule.name };
  try {
    const logs = await wiring.logs();
    return await logs.query({ text: rule.query, from, to, asked, subject });
  } catch (error) {
    if (!(error instanceof RatchetError) || error.retryable) throw error;
    return { refusal: error.code === 'azure-refused' ? error.message : `${asked}: ${error.message}` };
  }
}

function nameOf({ pinned, rule, tick }: QueryMeasurement): string {
  return `query ${rule} of model ${pinned.config.model} at ${tick}`;
}

function describePassedOver(counts: { rows: number; skipped: number; small: number; cut: number }): string {
  const { rows, skipped, small, cut } = counts;
  const parts = [
    skipped > 0 ? `${skipped} without a number or a window` : '',
    small > 0 ? `${small} over too small a sample` : '',
    cut > 0 ? `${cut} windows before the latest passed over` : '',
  ].filter((part) => part !== '');
  return [rows === 0 ? 'no rows' : `${rows} rows`, ...parts].join(', ');
}
