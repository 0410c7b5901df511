import { mkdirSync, mkdtempSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchLocalCloud } from './local/launch/local-cloud.ts';
import { childrenOf, cpuMs, readMemory } from './bench/measure/process-facts.ts';
const N = Number(process.argv[2]);
const home = mkdtempSync('/tmp/scale/h-');
const folder = join(home, 'models'); mkdirSync(folder);
const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
for (let i = 0; i < N; i++) {
  const name = `model-${String(i).padStart(5, '0')}`;
  let text = tiny.replace('model: tiny', `model: ${name}`).replace('  registry: true', '  registry: true\n  schedules:\n    - name: weekly\n      cron: "0 3 * * 1"\n  absences:\n    - name: reports\n      of: metrics\n      for: P7D').replace('cooldown: PT0S','cooldown: PT0S\n  mode: observe');
  text = text.slice(0, text.indexOf('release:')) + `release:\n  target: { kind: online-endpoint, endpoint: e${name}, instanceType: Standard_DS2_v2 }\n  stages:\n    - stage: production\n      kind: production\n`;
  writeFileSync(join(folder, `${name}.yaml`), text);
}
const t0 = Date.now();
const tick = process.argv[3] ?? '0 * * * * *';
const world = await launchLocalCloud({ home: join(home, 'h'), modelsFolder: folder, env: { RATCHET_SCHEDULE_TICK: tick, RATCHET_WATCHDOG_TICK: process.argv[4] ?? '0 0 0 1 1 *', RATCHET_RECONCILE_TICK: process.argv[5] ?? '0 0 0 1 1 *' } });
console.log('started', Date.now() - t0, 'ms');
const pids = childrenOf(process.pid);
const names = pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, 3).join(' '));
console.log(names);
let last = pids.map((pid) => cpuMs([pid])!);
const used = () => { const now = pids.map((pid) => cpuMs([pid])!); const d = now.map((n, i) => Math.round(n - last[i]!)); last = now; return d.join('/'); };
const timed = async (name: string, path: string, init: RequestInit = {}) => {
  const s = Date.now(); used();
  const r = await fetch(`${world.apiRoot}/${path}`, init); const text = await r.text();
  console.log(name, r.status, `${Date.now() - s} ms`, 'cpu', used(), `${text.length} B`, r.status >= 400 ? text.slice(0, 300) : '');
};
console.log('cpu at start', used());
for (const path of ['models', 'models', 'models?limit=50', 'overview', 'overview', 'inbox', 'decisions', 'runs', 'fleet', 'models/model-00007', 'models/model-00007/serving', 'models/model-00007/timeline']) await timed(path, path);
for (let i = 0; i < 3; i++) await timed('report', 'models/model-00003/metrics', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ window: `w${i}`, observedAt: new Date().toISOString(), sample: 100, metrics: { accuracy: 0.99 } }) });
const host = world.hostUrl;
const status = async (id: string) => { const r = await fetch(`${host}/runtime/webhooks/durabletask/instances/${id}?showInput=true`); return r.status === 200 || r.status === 202 || r.status===500 ? (await r.json() as any) : null; };
const until = Date.now() + Number(process.argv[6] ?? 150) * 1000;
const seen = new Map<string, string>();
while (Date.now() < until) {
  for (const id of ['look-at-schedules', 'watch-runs', 'reconcile', 'look-for-lost-events']) {
    const s = await status(id);
    const line = s && `${s.runtimeStatus} ${s.createdTime} ${s.lastUpdatedTime} out ${JSON.stringify(s.output)?.length} in ${JSON.stringify(s.input)?.length}`;
    if (line && seen.get(id) !== line) { seen.set(id, line); console.log(id, line, 'cpu', used(), readMemory(pids[1]!).residentMb); }
  }
  await new Promise((r) => setTimeout(r, 500));
}
await world.stop();
rmSync(home, { recursive: true });
