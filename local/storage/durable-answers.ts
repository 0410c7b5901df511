import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Work } from '../clock/work.ts';
import type { LogLevel } from '../cloud-context.ts';

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

interface AnswerDependencies {
  readonly work: Work;
  /** Called before the answer to a successful change goes out; what it does is then part of the answer. */
  commit(request: IncomingMessage, response: ServerResponse, status: number): void;
  log(level: LogLevel, message: string): void;
}

/**
 * Puts `commit` between what a server has done and what it answers.
 *
 * A server writes its status line when the change is made, be it by `end`, `write` or `writeHead`: node calls
 * `writeHead` for all three. When the commit fails nothing is answered: the client sees a broken connection, as after
 * a crash, and asks again.
 */
export function commitBeforeAnswers(server: Server, { work, commit, log }: AnswerDependencies): void {
  const listeners = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.once('close', work.begin());
    if (!reading.has(request.method ?? '')) {
      const writeHead = response.writeHead;
      response.writeHead = ((status: number, ...rest: unknown[]) => {
        response.writeHead = writeHead;
        try {
          if (status < 400) commit(request, response, status);
        } catch (error) {
          log('error', `${request.method} ${request.url} could not be made durable: ${String(error)}`);
          response.destroy();
          return response;
        }
        return Reflect.apply(writeHead, response, [status, ...rest]) as ServerResponse;
      }) as typeof writeHead;
    }
    for (const listener of listeners) listener(request, response);
  });
}
