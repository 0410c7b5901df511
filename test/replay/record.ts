/**
 * Records finished orchestrations for the replay tests:
 *
 *   node test/replay/record.ts HOME/host/durable.db INSTANCE NAME "what was going on"
 *
 * writes test/replay/NAME.json. A history that is there already is never written again.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parseEvents } from '../../local/functions-host/durable/history.ts';
import type { RecordedHistory } from './history-file.ts';

const [file, instanceId, name, story] = process.argv.slice(2);
if (!file || !instanceId || !name || !story) {
  console.error('usage: node test/replay/record.ts DURABLE_FILE INSTANCE NAME STORY');
  process.exit(2);
}
const target = fileURLToPath(new URL(`${name}.json`, import.meta.url));
if (existsSync(target)) {
  console.error(`${target} is recorded already; choose another name`);
  process.exit(2);
}
const db = new DatabaseSync(file, { readOnly: true });
const row = db
  .prepare('SELECT name, execution_id, parent, status, output FROM instances WHERE id = ?')
  .get(instanceId);
if (row?.['status'] !== 'Completed') {
  console.error(
    `instance ${instanceId} is ${String(row?.['status'] ?? 'missing')}; a finished one is needed`,
  );
  process.exit(1);
}
const chunks = db.prepare('SELECT events FROM history WHERE instance_id = ? ORDER BY seq').all(instanceId);
const parent =
  row['parent'] === null
    ? null
    : (JSON.parse(String(row['parent'])) as { OrchestrationInstance: { InstanceId: string } });
const recorded: RecordedHistory = {
  orchestrator: String(row['name']),
  instanceId,
  executionId: String(row['execution_id']),
  parentInstanceId: parent?.OrchestrationInstance.InstanceId ?? null,
  story,
  output: JSON.parse(String(row['output'])),
  history: chunks.flatMap((chunk) => parseEvents(String(chunk['events']))),
};
writeFileSync(target, `${JSON.stringify(recorded, null, 1)}\n`);
console.log(`${target}: ${recorded.history.length} events`);
