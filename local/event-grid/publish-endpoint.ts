import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock/clock.ts';
import type { TopicName } from '../cloud-context.ts';
import { readBody } from '../http/body.ts';
import { RequestError } from '../http/request-error.ts';
import { refuseAccess } from './access.ts';
import type { StoredEvent } from './event.ts';
import { BadEventError, parsePublished } from './parse-published.ts';
import { isTopicName, topicId } from './topics.ts';

const maxBodyBytes = 1024 * 1024;

interface PublishDependencies {
  readonly key: string;
  readonly clock: Clock;
  /** The events are on disk when this returns. */
  accept(topic: TopicName, events: readonly StoredEvent[]): void;
}

/** `POST /topics/{topic}/api/events`: the answer 200 goes out only after the events were committed. */
export async function answerPublish(
  request: IncomingMessage,
  response: ServerResponse,
  topic: string,
  dependencies: PublishDependencies,
): Promise<void> {
  const { key, clock, accept } = dependencies;
  if (!isTopicName(topic)) {
    request.resume();
    return refuse(
      response,
      404,
      'NotFound',
      `no topic '${topic}'; the topics are workspace, storage and ratchet`,
    );
  }
  const refusal = refuseAccess(request.headers, key, clock.now());
  if (refusal !== null) {
    request.resume();
    return refuse(response, 401, 'Unauthorized', `${refusal}; send the topic's key in aeg-sas-key`);
  }
  try {
    const text = (await readBody(request, maxBodyBytes)).toString('utf8');
    const contentType = request.headers['content-type'] ?? '';
    accept(topic, parsePublished(parseJson(text), contentType, topicId(topic), clock.now()));
  } catch (error) {
    if (error instanceof RequestError && error.status === 413) {
      const limit = `the request is larger than ${maxBodyBytes} bytes; send fewer events at a time`;
      return refuse(response, 413, 'PayloadTooLarge', limit);
    }
    if (error instanceof RequestError) return refuse(response, error.status, error.code, error.message);
    if (!(error instanceof BadEventError)) throw error;
    return refuse(response, 400, 'BadRequest', error.message);
  }
  response.writeHead(200, { 'content-length': 0 }).end();
}

export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ error: { code, message, details: [{ code, message }] } });
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadEventError(`the body is not JSON: ${(error as Error).message}`);
  }
}
