import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../cli/ratchet.js', import.meta.url));

/** Has the command line write what the service has recorded of the model, for ratchet backtest. Throws where it fails. */
export function exportEvents(model: string, file: string, service: { apiRoot: string; token: string }): void {
  const url = service.apiRoot.replace(/\/api$/, '');
  const args = ['export', 'events', model, '--out', file, '--url', url, '--token', service.token];
  const { status, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the events could not be exported: ${stderr.trim()}`);
}
