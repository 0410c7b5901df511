import { breach } from './write-models.ts';

export interface Sent {
  /** Null: the report broke no rule, so it asked for nothing. */
  readonly signalId: string | null;
  readonly sentAtMs: number;
  /** When the service had answered. */
  readonly answeredAtMs: number;
}

interface Batch {
  readonly apiRoot: string;
  readonly models: readonly string[];
  readonly count: number;
  readonly concurrency: number;
  /** Whether the reports break a rule. */
  readonly breaking: boolean;
  /** Makes the windows of this batch its own: a window reported again asks for nothing new. */
  readonly name: string;
}

/** Sends `count` reports over the models in turn, at most `concurrency` under way. */
export async function sendReports(batch: Batch): Promise<Sent[]> {
  const sent: Sent[] = [];
  let next = 0;
  const sendOn = async (): Promise<void> => {
    while (next < batch.count) {
      const index = next++;
      sent.push(await sendReport(batch, index));
    }
  };
  await Promise.all(Array.from({ length: batch.concurrency }, sendOn));
  return sent;
}

async function sendReport({ apiRoot, models, breaking, name }: Batch, index: number): Promise<Sent> {
  const model = models[index % models.length]!;
  const sentAtMs = nowMs();
  const response = await fetch(`${apiRoot}/models/${model}/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      window: `${name}-${index}`,
      observedAt: new Date(sentAtMs).toISOString(),
      sample: breach.sample,
      metrics: breaking ? { [breach.metric]: breach.breaking } : { [breach.unwatched]: 1 },
    }),
  });
  const text = await response.text();
  const answeredAtMs = nowMs();
  if (response.status !== 202)
    throw new Error(`a report of ${model} was answered ${response.status}: ${text}`);
  const { breaches } = JSON.parse(text) as { breaches: { signalId: string }[] };
  if (breaches.length !== (breaking ? 1 : 0)) {
    throw new Error(`a report must break ${breaking ? 'one rule' : 'no rule'}; the answer was ${text}`);
  }
  return { signalId: breaches[0]?.signalId ?? null, sentAtMs, answeredAtMs };
}

/** Milliseconds since the Unix epoch, with fractions, so that it compares to what other processes stamp. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
