import { describeMissing, findFunction } from '../engine.ts';
import { entityId } from '../turns/entity-batch.ts';
import { newId } from '../turns/executions.ts';
import { accepted, type Handler, readJsonText, refusal } from './client.ts';
import { refuseEntityKey } from './ids.ts';

export const readEntity: Handler = ({ engine }, _request, [name = '', key = '']) => {
  const row = engine.store.entity(entityId(name, key));
  if (!row?.exists) return { status: 404 };
  return { status: 200, body: JSON.parse(row.state ?? 'null') };
};

/** A DELETE signals the operation `delete`; what the entity makes of that is its own affair. */
export const signalEntity: Handler = ({ engine }, { method, query, body }, [name = '', key = '']) => {
  const badKey = refuseEntityKey(key);
  if (badKey !== null) return refusal(400, badKey);
  if (!findFunction(engine, name, 'entityTrigger')) {
    return refusal(400, describeMissing(engine, name, 'entityTrigger'));
  }
  const input = readJsonText(body);
  if (input === undefined) return refusal(400, 'The operation input is not valid JSON.');
  return engine.commits.write(() => {
    const signal = {
      op: method.toUpperCase() === 'DELETE' ? 'delete' : (query.get('op') ?? ''),
      id: newId(),
      signal: true,
      ...(input === null ? {} : { input }),
    };
    engine.store.sendToEntity(entityId(name, key), signal);
    return accepted;
  });
};
