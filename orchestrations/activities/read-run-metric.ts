import * as df from 'durable-functions';
import { offerJudgements } from '../../shared/dispatch/offer-judgements.ts';
import { readClock } from '../../shared/dispatch/read-clock.ts';
import { recordChecks } from '../../shared/dispatch/record-checks.ts';
import { judgeRun } from '../../shared/signals/judge-run.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'read-run-metric',
  async (measurement, context) => {
    const { pinned, rule: name, runId } = measurement;
    const rule = pinned.config.triggers.runs.find((candidate) => candidate.name === name);
    const run = await (await wiring.runsMetrics()).findRun(runId);
    const client = df.getClient(context);
    const { model } = pinned.config;
    const judged = rule
      ? judgeRun(rule, measurement, run, await readClock(client))
      : { unjudged: 'the model file has no such rule', check: null };
    const record = () => recordChecks(model, judged.check ? [judged.check] : [], (why) => context.warn(why));
    if ('unjudged' in judged) {
      await record();
      context.info(`run ${runId} is not judged by rule ${name} of model ${model}: ${judged.unjudged}`);
      return { breaches: 0, recoveries: 0, note: judged.unjudged };
    }
    const offered = await offerJudgements(client, [judged.judgement], pinned);
    await record();
    return { ...offered, note: '' };
  },
  { extraInputs: [df.input.durableClient()] },
);
