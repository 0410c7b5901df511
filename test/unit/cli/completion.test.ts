import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();
const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

async function scriptOf(shell: string): Promise<string> {
  out.length = 0;
  expect(await main(['completion', shell])).toBe(0);
  return out.join('\n');
}

/** What bash offers after these words, the last of them under the cursor. */
async function offered(...words: string[]): Promise<string[]> {
  const script = await scriptOf('bash');
  const asked = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _ratchet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${script}\n${asked}`], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('ratchet completion', () => {
  it('offers in bash the commands, their actions and their options', async () => {
    expect(await offered('ratchet', 'rel')).toEqual(['releases', 'release']);
    expect(await offered('ratchet', 'local', 'p')).toEqual(['publish', 'pipeline']);
    expect(await offered('ratchet', 'init', '--t')).toEqual(['--target', '--task']);
    expect(await offered('ratchet', 'runs', '--as')).toEqual(['--as']);
    expect(await offered('ratchet', 'completion', '')).toEqual(
      expect.arrayContaining(['bash', 'zsh', 'fish', 'powershell']),
    );
    expect(await offered('ratchet', 'nothing', '')).toEqual([]);
  });

  it.skipIf(!isThere('zsh'))('is a script that zsh reads', async () => {
    const { status, stderr } = spawnSync(
      'zsh',
      ['-f', '-c', `autoload -U compinit; compinit -D\n${await scriptOf('zsh')}`],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.skipIf(!isThere('fish'))('is a script that fish reads', async () => {
    const { status, stderr } = spawnSync('fish', ['-N', '-c', await scriptOf('fish')], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('names every command in every shell, with nothing that a shell would run', async () => {
    await main(['--help']);
    const commands = out.join('\n').matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm);
    const names = [...commands].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(30);
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
      const script = await scriptOf(shell);
      expect(
        names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(script)),
        shell,
      ).toEqual([]);
      expect(script.replaceAll('$(compgen', ''), shell).not.toMatch(/`|\$\(/);
    }
  });

  it('says which shells there are', async () => {
    expect(await main(['completion', 'tcsh'])).toBe(2);
    expect(err[0]).toContain('expected bash, zsh, fish, powershell, got "tcsh"');
  });
});
