import type { DurableResponse } from '../../contract.ts';
import { timestamp } from '../engine.ts';
import { type ArrivingEvent, EventType } from '../history.ts';
import { type InstanceRow, isFinished } from '../store/records.ts';
import {
  accepted,
  type Client,
  gone,
  type Handler,
  header,
  noInstance,
  readJsonText,
  refusal,
} from './client.ts';

export const raiseEvent: Handler = (client, request, [id = '', name = '']) => {
  const type = header(request, 'content-type') ?? '';
  if (!type.toLowerCase().startsWith('application/json')) {
    return refusal(400, 'Only application/json request content is supported.');
  }
  const input = readJsonText(request.body);
  if (input === undefined || input === null) return refusal(400, 'The event content is not valid JSON.');
  return sendTo(client, id, (Timestamp) => ({
    EventType: EventType.EventRaised,
    EventId: -1,
    Timestamp,
    Name: name,
    Input: input,
  }));
};

export const terminate: Handler = (client, { query }, [id = '']) =>
  sendTo(client, id, control(EventType.ExecutionTerminated, query));

export const suspend: Handler = (client, { query }, [id = '']) =>
  sendTo(client, id, control(EventType.ExecutionSuspended, query), (row) => row.status !== 'Suspended');

export const resume: Handler = (client, { query }, [id = '']) =>
  sendTo(client, id, control(EventType.ExecutionResumed, query), (row) => row.status === 'Suspended');

type Control = Extract<ArrivingEvent, { EventType: 3 | 19 | 20 }>;

function control(type: Control['EventType'], query: URLSearchParams): (now: string) => Control {
  const reason = query.get('reason') ?? '';
  return (Timestamp) => ({ EventType: type, EventId: -1, Timestamp, Input: reason });
}

/** Puts an event into the instance's queue, for whichever execution runs then. */
function sendTo(
  { engine }: Client,
  id: string,
  make: (now: string) => ArrivingEvent,
  allowed: (row: InstanceRow) => boolean = () => true,
): Promise<DurableResponse> {
  const { store, commits } = engine;
  return commits.write(() => {
    const row = store.instance(id);
    if (!row) return noInstance(id);
    if (isFinished(row.status)) return gone;
    if (!allowed(row)) return refusal(500, 'Something went wrong while processing your request');
    store.send(id, null, make(timestamp(engine)));
    return accepted;
  });
}
