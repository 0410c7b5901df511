/** The worker that plays policies, so that the page goes on: it asks the service as whoever looks at the page. */
import './without-eval.ts';
import { read, ServiceError } from '../service/ask.ts';
import type { Question, Told } from './messages.ts';
import { PolicyTrial, type Trying } from './try-policy.ts';

const trial = new PolicyTrial();
const tell = (told: Told): void => self.postMessage(told);

function answer(question: Question, trying: Trying) {
  switch (question.kind) {
    case 'open':
      return trial.open(trying);
    case 'check':
      return trial.check(trying, question.asks);
    case 'play':
      return trial.play(trying, question.asks);
    case 'write':
      return trial.write(trying, question.asks);
  }
}

addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  const { id, model } = data;
  try {
    const progress = (sentence: string): void => tell({ id, progress: sentence });
    tell({ id, answer: await answer(data, { model, ask: (path) => read(path), tell: progress }) });
  } catch (error) {
    const { status, code } = error instanceof ServiceError ? error : { status: -1, code: 'trial-failed' };
    tell({ id, refusal: { status, code, message: error instanceof Error ? error.message : String(error) } });
  }
});
