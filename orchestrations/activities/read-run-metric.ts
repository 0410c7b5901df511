import * as df from 'durable-functions';
import { offerJudgements } from '../../shared/dispatch/offer-judgements.ts';
import { judgeRun } from '../../shared/signals/judge-run.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'read-run-metric',
  async (measurement, context) => {
    const { pinned, rule: name, runId } = measurement;
    const rule = pinned.config.triggers.runs.find((candidate) => candidate.name === name);
    const run = await (await wiring.runsMetrics()).findRun(runId);
    const judged = rule ? judgeRun(rule, measurement, run) : { unjudged: 'the model file has no such rule' };
    if ('unjudged' in judged) {
      const { model } = pinned.config;
      context.info(`run ${runId} is not judged by rule ${name} of model ${model}: ${judged.unjudged}`);
      return { breaches: 0, recoveries: 0, note: judged.unjudged };
    }
    return { ...(await offerJudgements(df.getClient(context), [judged], pinned)), note: '' };
  },
  { extraInputs: [df.input.durableClient()] },
);
