/** A job does what it likes with links, files and processes: nothing outside of its folder is read, written or left running. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../until.ts';
import { idOf, openWorkspace, type Workspace } from './workspace-fixture.ts';

const datastore = 'azureml://datastores/workspaceblobstore/paths';
let workspace: Workspace;
/** A folder of somebody else's, with what no job may see or change. */
let elsewhere: string;

beforeAll(async () => {
  workspace = await openWorkspace();
  elsewhere = join(workspace.home, 'elsewhere');
  for (const folder of ['inputs', 'tmp', 'home', 'logs']) {
    mkdirSync(join(elsewhere, folder), { recursive: true });
    writeFileSync(join(elsewhere, folder, 'private.txt'), 'private');
  }
  writeFileSync(join(elsewhere, 'private.txt'), 'private');
  await workspace.addCode('hostile', {
    'run.js': `
      const fs = require('node:fs');
      const { spawn, spawnSync } = require('node:child_process');
      const path = require('node:path');
      const [, , output, elsewhere, deed] = process.argv;
      const job = path.dirname(process.cwd());
      require('./deeds.js')[deed]({ fs, spawn, spawnSync, path, output, elsewhere, job });
    `,
    'deeds.js': `
      const swap = ({ fs }, folder, target) => {
        fs.rmSync(folder, { recursive: true, force: true });
        fs.symlinkSync(target, folder);
      };
      module.exports = {
        folder: (c) => swap(c, c.output, c.elsewhere),
        'folder above': (c) => { c.fs.mkdirSync(c.elsewhere + '/result', { recursive: true });
          c.fs.writeFileSync(c.elsewhere + '/result/private.txt', 'private'); swap(c, c.job + '/outputs', c.elsewhere); },
        file: (c) => c.fs.symlinkSync(c.elsewhere + '/private.txt', c.output + '/innocent.txt'),
        'folder within': (c) => { c.fs.mkdirSync(c.output + '/a'); c.fs.symlinkSync(c.elsewhere, c.output + '/a/b'); },
        'relative link': (c) => c.fs.symlinkSync(c.path.relative(c.output, c.elsewhere + '/private.txt'), c.output + '/x'),
        'dangling link': (c) => c.fs.symlinkSync('/nowhere/at/all', c.output + '/x'),
        'sibling with our name in front': (c) => { c.fs.mkdirSync(c.output + '-2');
          c.fs.writeFileSync(c.output + '-2/private.txt', 'private'); c.fs.symlinkSync(c.output + '-2/private.txt', c.output + '/x'); },
        'folder of artifacts': (c) => { c.fs.writeFileSync(c.output + '/fine.txt', 'fine'); c.fs.symlinkSync(c.elsewhere, 'outputs'); },
        'working folder': (c) => { c.fs.writeFileSync(c.output + '/fine.txt', 'fine'); c.fs.mkdirSync(c.elsewhere + '/outputs', { recursive: true });
          c.fs.writeFileSync(c.elsewhere + '/outputs/private.txt', 'private'); c.fs.renameSync(c.job + '/code', c.job + '/old'); c.fs.symlinkSync(c.elsewhere, c.job + '/code'); },
        'own folder': (c) => { c.fs.renameSync(c.job, c.job + '-moved'); c.fs.symlinkSync(c.elsewhere, c.job); },
        'folder of all jobs': (c) => { const jobs = c.path.dirname(c.job); const name = c.path.basename(c.job);
          const stolen = c.elsewhere + '/jobs'; c.fs.mkdirSync(stolen + '/' + name + '/outputs/result', { recursive: true });
          c.fs.writeFileSync(stolen + '/' + name + '/outputs/result/private.txt', 'private');
          c.fs.renameSync(jobs, jobs + '-moved'); c.fs.symlinkSync(stolen, jobs); },
        logs: (c) => { c.fs.writeFileSync(c.output + '/fine.txt', 'fine'); console.log('said');
          c.fs.writeFileSync(c.elsewhere + '/logs/std_log.txt', 'private'); swap(c, c.job + '/logs', c.elsewhere + '/logs'); },
        'inner link': (c) => { c.fs.mkdirSync(c.output + '/blobs'); c.fs.writeFileSync(c.output + '/blobs/1', 'weights');
          c.fs.symlinkSync('blobs/1', c.output + '/model.bin'); },
        pipe: (c) => { c.fs.writeFileSync(c.output + '/fine.txt', 'fine'); c.spawnSync('mkfifo', [c.output + '/pipe']); },
        daemons: (c) => {
          const pids = [{}, { env: {} }].map((options, n) =>
            c.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: n === 0, stdio: 'ignore', ...options }).pid);
          const nested = "const { spawn } = require('child_process'); const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); require('fs').writeFileSync(process.argv[1], String(pid)); process.exit()";
          c.spawnSync(process.execPath, ['-e', nested, c.job + '/nested'], { detached: true });
          pids.push(Number(c.fs.readFileSync(c.job + '/nested', 'utf8')));
          c.fs.writeFileSync(c.elsewhere + '/pids.json', JSON.stringify(pids));
          c.fs.writeFileSync(c.output + '/fine.txt', 'fine');
          process.exit();
        },
      };
    `,
    'overwrite.js': `
      const fs = require('node:fs');
      const [, , input, output] = process.argv;
      const before = fs.readFileSync(input, 'utf8');
      fs.chmodSync(input, 0o600);
      fs.appendFileSync(input, ' and more');
      fs.writeFileSync(output + '/seen.txt', before);
    `,
  });
  await workspace.upload({ 'data/kept.txt': 'as uploaded' });
});
afterAll(() => workspace.close());

let count = 0;
/** Runs one deed; answers the job's end, and what was uploaded of it. */
async function run(deed: string) {
  const name = `deed-${++count}`;
  await workspace.submit(name, {
    codeId: idOf('codes', 'hostile'),
    command: `node run.js \${{outputs.result}} \${{inputs.elsewhere}} '${deed}'`,
    inputs: { elsewhere: { jobInputType: 'literal', value: elsewhere } },
    outputs: { result: { jobOutputType: 'uri_folder', uri: `${datastore}/out/${name}/` } },
  });
  const job = await workspace.untilEnded(name);
  const uploaded: Record<string, string> = {};
  for (const prefix of [`out/${name}/`, `ExperimentRun/dcid.${name}/outputs/`]) {
    for await (const blob of workspace.container.listBlobsFlat({ prefix })) {
      uploaded[blob.name.slice(prefix.length)] = await workspace.read(blob.name);
    }
  }
  return {
    name,
    status: job.status,
    code: job.properties?.['errorCode'],
    message: job.properties?.['errorMessage'],
    uploaded,
  };
}

describe('an output', () => {
  it.each([
    [
      'folder',
      /^outputs\.result: the job removed its folder, or replaced it by a link; write the files themselves/,
    ],
    ['folder above', /^outputs\.result: the job removed its folder, or replaced it by a link/],
    ['file', /^outputs\.result: "innocent\.txt" is a link to a place outside its folder; write the files/],
    ['folder within', /^outputs\.result: "a\/b" is a link to a place outside/],
    ['relative link', /^outputs\.result: "x" is a link to a place outside/],
    ['dangling link', /^outputs\.result: "x" is a link to nothing/],
    ['sibling with our name in front', /^outputs\.result: "x" is a link to a place outside/],
    ['own folder', /^outputs\.result: the job removed its folder, or replaced it by a link/],
    ['folder of all jobs', /^outputs\.result: the job removed its folder, or replaced it by a link/],
  ])('whose %s leads elsewhere fails the job, and nothing is uploaded', async (deed, message) => {
    const { status, code, message: said, uploaded } = await run(deed);
    expect({ status, code, uploaded }).toEqual({ status: 'Failed', code: 'OutputRefused', uploaded: {} });
    expect(said).toMatch(message);
    expect(said).not.toContain(workspace.home);
  });

  it.each(['folder of artifacts', 'working folder'])(
    'of ./outputs whose %s leads elsewhere fails the job, and nothing of there is uploaded',
    async (deed) => {
      const { status, code, uploaded } = await run(deed);
      expect({ status, code, uploaded }).toEqual({
        status: 'Failed',
        code: 'OutputRefused',
        uploaded: { 'fine.txt': 'fine' },
      });
    },
  );

  it('with a link to a file of its own is uploaded with the content twice', async () => {
    const { status, uploaded } = await run('inner link');
    expect({ status, uploaded }).toEqual({
      status: 'Completed',
      uploaded: { 'blobs/1': 'weights', 'model.bin': 'weights' },
    });
  });

  it.runIf(process.platform !== 'win32')('with a pipe keeps nobody waiting', async () => {
    expect(await run('pipe')).toMatchObject({ status: 'Completed', uploaded: { 'fine.txt': 'fine' } });
  });
});

it('a log that was replaced by a link is read nowhere else', async () => {
  const { name, status } = await run('logs');
  expect(status).toBe('Completed');
  const answer = await workspace.fetch(
    `/artifact/v2.0${'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/ratchet'}/artifacts/contentinfo/ExperimentRun/dcid.${name}/user_logs/std_log.txt`,
  );
  expect(answer.status).toBe(404);
});

it('what a job put in the place of its own folder is left alone', () => {
  for (const folder of ['inputs', 'tmp', 'home', 'logs']) {
    expect(readFileSync(join(elsewhere, folder, 'private.txt'), 'utf8')).toBe('private');
  }
});

it.runIf(process.platform === 'linux')(
  'what a job has started ends with it, in whatever session',
  async () => {
    expect(await run('daemons')).toMatchObject({ status: 'Completed' });
    const pids = JSON.parse(readFileSync(join(elsewhere, 'pids.json'), 'utf8')) as number[];
    expect(pids).toHaveLength(3);
    for (const pid of pids) await until(() => !isAlive(pid));
  },
);

/** A process that ended and was not asked after by its parent is as dead. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

it('a job that writes to its input changes a copy: the next one reads what was uploaded', async () => {
  const uri = `${datastore}/data/kept.txt`;
  for (const name of ['first-writer', 'second-writer']) {
    await workspace.submit(name, {
      codeId: idOf('codes', 'hostile'),
      command: 'node overwrite.js ${{inputs.kept}} ${{outputs.result}}',
      inputs: { kept: { jobInputType: 'uri_file', uri } },
      outputs: { result: { jobOutputType: 'uri_folder', uri: `${datastore}/out/${name}/` } },
    });
    expect((await workspace.untilEnded(name)).status).toBe('Completed');
    expect(await workspace.read(`out/${name}/seen.txt`)).toBe('as uploaded');
  }
  expect(await workspace.read('data/kept.txt')).toBe('as uploaded');
});
