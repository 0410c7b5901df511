import * as df from 'durable-functions';
import { parseDurationMs } from '../../shared/config/duration.ts';
import type { QueryTrigger } from '../../shared/config/schema.ts';
import { offerJudgements } from '../../shared/dispatch/offer-judgements.ts';
import { readClock } from '../../shared/dispatch/read-clock.ts';
import { recordChecks } from '../../shared/dispatch/record-checks.ts';
import type { CheckRow } from '../../shared/domain/check.ts';
import type { LogsTable } from '../../shared/domain/logs-table.ts';
import { RatchetError } from '../../shared/errors.ts';
import { unjudgedCheck } from '../../shared/signals/check-row.ts';
import type { QueryMeasurement } from '../../shared/signals/measurement.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'query-logs',
  async (measurement, context) => {
    const { pinned, rule: name, tick } = measurement;
    const { model, triggers } = pinned.config;
    const asked = nameOf(measurement);
    const { judgeRows, describePassedOver, tickOf } = await import('../../shared/signals/judge-rows.ts');
    const record = (checks: readonly CheckRow[]) => recordChecks(model, checks, (why) => context.warn(why));
    const refuse = async (why: string, rule?: QueryTrigger) => {
      context.error(why);
      if (rule) await record([unjudgedCheck(rule, tickOf(rule, model, tick), 'failed', `${why}.`)]);
      return { breaches: 0, recoveries: 0, note: why };
    };
    const rule = triggers.queries.find((query) => query.name === name);
    if (!rule) return refuse(`${asked}: the model file of this measurement has no such rule`);
    const table = await ask(rule, measurement).catch(async (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      const isLast = await hasNoMoreTime(df.getClient(context), measurement);
      if (isLast) await record([unjudgedCheck(rule, tickOf(rule, model, tick), 'failed', `${why}.`)]);
      throw error;
    });
    if ('refusal' in table) return refuse(table.refusal, rule);
    const judged = judgeRows(rule, table, { model, tick });
    if ('problem' in judged) return refuse(`${asked}: ${judged.problem}`, rule);
    const { breaches, recoveries } = await offerJudgements(df.getClient(context), judged.judgements, pinned);
    const passedOver = describePassedOver(judged);
    await record(judged.checks);
    const note = breaches + recoveries > 0 ? '' : `nothing to judge: ${passedOver}`;
    context.info(`${asked}: ${breaches} breaches, ${recoveries} good; ${passedOver}`);
    return { breaches, recoveries, note };
  },
  { extraInputs: [df.input.durableClient()] },
);

/** Tries come 40 s apart (measure): after the last of them nobody else is there to say that it failed. */
async function hasNoMoreTime(
  client: Parameters<typeof readClock>[0],
  { until }: QueryMeasurement,
): Promise<boolean> {
  return until !== undefined && Date.parse(await readClock(client)) > Date.parse(until) - 60_000;
}

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
