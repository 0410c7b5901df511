import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { onTestFinished } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { type EventGrid, type EventGridOptions, startEventGrid } from '../../../local/event-grid/index.ts';
import { until } from '../../until.ts';

export const startMs = Date.parse('2026-01-01T00:00:00Z');
export const key = Buffer.from('a key of the topics, in base64').toString('base64');

export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-event-grid-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export interface Received {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Webhook {
  readonly url: string;
  readonly port: number;
  /** Notifications, in order of arrival; handshakes are not among them. */
  readonly notifications: Received[];
  readonly handshakes: Received[];
  /** The status to answer notifications with. */
  status: number;
  /** False: it answers the handshake without the code. */
  agrees: boolean;
  close(): Promise<void>;
}

/** A webhook that agrees to the handshake and answers notifications as told. */
export async function startWebhook(port = 0): Promise<Webhook> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? null : JSON.parse(text);
    const received = { method: request.method ?? '', headers: request.headers, body };
    if (request.method === 'OPTIONS') {
      webhook.handshakes.push(received);
      response.writeHead(200, { 'webhook-allowed-origin': '*', allow: 'POST' }).end();
    } else if (request.headers['aeg-event-type'] === 'SubscriptionValidation') {
      webhook.handshakes.push(received);
      const [{ data }] = body as [{ data: { validationCode: string } }];
      const validationResponse = webhook.agrees ? data.validationCode : '';
      response.writeHead(200).end(JSON.stringify({ validationResponse }));
    } else {
      webhook.notifications.push(received);
      response.writeHead(webhook.status).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  const webhook: Webhook = {
    url: `http://127.0.0.1:${address.port}/hook`,
    port: address.port,
    notifications: [],
    handshakes: [],
    status: 200,
    agrees: true,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => webhook.close());
  return webhook;
}

export interface Running {
  readonly grid: EventGrid;
  readonly clock: VirtualClock;
  readonly work: Work;
  readonly log: string[];
  /** Stops the emulator now, not only after the test. */
  stop(): Promise<void>;
}

export async function startGrid(options: Partial<EventGridOptions> & { home: string }): Promise<Running> {
  const clock = new VirtualClock(startMs);
  const work = new Work();
  const log: string[] = [];
  const grid = await startEventGrid({
    clock,
    work,
    port: 0,
    key,
    subscriptions: [],
    log: (_level, message) => log.push(message),
    ...options,
  });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= grid.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { grid, clock, work, log, stop };
}

/** Waits until the subscription's endpoint has agreed. */
export async function untilValidated(grid: EventGrid, name: string): Promise<void> {
  await until(() => {
    if (!grid.subscriptions().find((subscription) => subscription.name === name)?.validated) {
      throw new Error(`${name} is not validated`);
    }
  });
}

export async function untilIdle(work: Work): Promise<void> {
  await until(() => {
    if (work.busy > 0) throw new Error(`${work.busy} pieces of work under way`);
  });
}

export function publisher(grid: EventGrid, usedKey = key) {
  return new EventGridPublisherClient(
    grid.endpoint('ratchet'),
    'EventGrid',
    new AzureKeyCredential(usedKey),
    { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } },
  );
}

export function event(id: string, subject = 'models/churn', eventType = 'Ratchet.ModelReleased') {
  return { id, subject, eventType, dataVersion: '1.0', eventTime: new Date(startMs), data: { n: id } };
}
