import { entityId } from '../turns/entity-batch.ts';
import { newId } from '../turns/executions.ts';
import { accepted, type Handler, readJsonText, refusal } from './client.ts';

export const readEntity: Handler = ({ engine }, _request, [name = '', key = '']) => {
  const row = engine.store.entity(entityId(name, key));
  if (!row?.exists) return { status: 404 };
  return { status: 200, body: JSON.parse(row.state ?? 'null') };
};

export const signalEntity: Handler = ({ engine }, { query, body }, [name = '', key = '']) => {
  const input = readJsonText(body);
  if (input === undefined) return refusal(400, 'The operation input is not valid JSON.');
  return engine.commits.write(() => {
    const signal = {
      op: query.get('op') ?? '',
      id: newId(),
      signal: true,
      ...(input === null ? {} : { input }),
    };
    engine.store.sendToEntity(entityId(name, key), signal);
    return accepted;
  });
};
