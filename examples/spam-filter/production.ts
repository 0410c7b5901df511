/**
 * The stand-in for the application that uses the spam filter in production.
 *
 * Owns: what becomes of a mail that was scored, or could not be, and what it reports about its own decisions.
 * Does not own: which version answers; it asks the endpoint, as any of its clients would.
 *
 * Invariant: a mail that nobody could score is delivered, for lost mail is what users mind.
 */
import { Agent, request } from 'node:https';
import { metricsOf, type Tally, tally } from './tally.ts';

interface ProductionSettings {
  /** Name of the model in the API. */
  readonly model: string;
  /** Of the online endpoint. */
  readonly scoringUri: string;
  readonly key: string;
  /** Certificate of whoever vouches for the endpoint; omitted: those the system trusts. */
  readonly ca?: Buffer;
  /** Root of Ratchet's API, such as `http://127.0.0.1:7071/api`. */
  readonly apiRoot: string;
  /** Function key, where the API asks for one. */
  readonly apiKey?: string;
}

interface Breach {
  readonly signalId: string;
  readonly rule: string;
  readonly summary: string;
}

interface LabelledMail {
  readonly text: string;
  readonly label: 0 | 1;
}

/** How production did on some mail. */
export interface Served {
  readonly tally: Tally;
  /** By deployment: how many mails it was asked to score, and how many of them it could not. */
  readonly asked: ReadonlyMap<string, { readonly mails: number; readonly failed: number }>;
}

export interface Production {
  /** Has the endpoint score each mail by itself. The labels come from the users, after the fact. */
  serve(mails: readonly LabelledMail[]): Promise<Served>;
  /** Reports what was served in a window of time; answers the thresholds the report broke. */
  report(window: { startMs: number; endMs: number }, tally: Tally): Promise<readonly Breach[]>;
  stop(): void;
}

/** As many requests are under way at once. */
const atOnce = 8;

export function startProduction(settings: ProductionSettings): Production {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce, ...(settings.ca && { ca: settings.ca }) });
  return {
    serve: (mails) => serveMails((text) => askEndpoint(settings, agent, text), mails),
    report: (window, served) => reportMetrics(settings, window, served),
    stop: () => agent.destroy(),
  };
}

interface Answer {
  readonly deployment: string;
  /** Null where it could not score the mail. */
  readonly label: 0 | 1 | null;
}

/** Asks for one mail after the other, some at once. */
export async function serveMails(
  ask: (text: string) => Promise<Answer>,
  mails: readonly LabelledMail[],
): Promise<Served> {
  const asked = new Map<string, { mails: number; failed: number }>();
  const said = new Map<LabelledMail, 0 | 1>();
  const left = mails.values();
  const askOn = async (): Promise<void> => {
    for (const mail of left) {
      const { deployment, label } = await ask(mail.text);
      const known = asked.get(deployment) ?? { mails: 0, failed: 0 };
      asked.set(deployment, { mails: known.mails + 1, failed: known.failed + (label === null ? 1 : 0) });
      said.set(mail, label ?? 0);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, askOn));
  return { tally: tally(mails, (mail) => said.get(mail)!), asked };
}

function askEndpoint({ scoringUri, key }: ProductionSettings, agent: Agent, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const sent = request(scoringUri, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const deployment = String(response.headers['azureml-model-deployment'] ?? '');
        const body = Buffer.concat(chunks).toString();
        resolve({ deployment, label: response.statusCode === 200 ? readLabel(body) : null });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ mails: [{ text }] }));
  });
}

function readLabel(body: string): 0 | 1 {
  const { predictions } = JSON.parse(body) as { predictions: readonly { label: 0 | 1 }[] };
  return predictions[0]!.label;
}

async function reportMetrics(
  settings: ProductionSettings,
  window: { startMs: number; endMs: number },
  served: Tally,
): Promise<readonly Breach[]> {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const response = await fetch(`${settings.apiRoot}/models/${settings.model}/metrics`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(settings.apiKey && { 'x-functions-key': settings.apiKey }),
    },
    body: JSON.stringify({
      observedAt: new Date(window.endMs).toISOString(),
      window: `${day(window.startMs)}/${day(window.endMs)}`,
      sample: served.sample,
      metrics: metricsOf(served),
    }),
  });
  if (response.status !== 202) {
    throw new Error(
      `metrics of ${settings.model}: the API answered ${response.status}: ${await response.text()}`,
    );
  }
  return ((await response.json()) as { breaches: Breach[] }).breaches;
}
