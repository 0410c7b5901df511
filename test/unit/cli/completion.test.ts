import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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

/** What a zsh at a terminal shows after these letters and two tabs. */
function offeredInZsh(cwd: string, line: string): string {
  const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', zshAtTerminal, 'zsh', line], {
    ...{ cwd, encoding: 'utf8', env: { ...process.env, TERM: 'xterm', HOME: cwd } },
  });
  expect(stderr).toBe('');
  return stripVTControlCharacters(stdout).replaceAll(/[^\S\n]+/g, ' ');
}

/** It ends when what was shown has the line and nothing has come for a second: a busy machine takes its time. */
const zshAtTerminal = `
  zmodload zsh/zpty
  zpty shell zsh -f -i
  zpty -w shell 'PS1=; autoload -U compinit; compinit -D -u; source ./ratchet.zsh; bindkey "^I" complete-word; print IS-"READY"'
  zpty -r -m shell shown '*IS-READY*'
  zpty -w -n shell "$1"$'\\t\\t'
  shown= quiet=0
  while (( quiet < 30 )); do
    if zpty -r -t shell more; then shown+=$more quiet=0; else (( quiet++ )); sleep 0.05; fi
  done
  print -r -- "$shown"
`;

describe('ratchet completion', () => {
  beforeAll(() => {
    const installing = {
      zsh: 'Debian: apt-get install zsh',
      fish: 'Debian: apt-get install fish',
      pwsh: 'with the .NET SDK: dotnet tool install --global PowerShell',
    };
    for (const [shell, how] of Object.entries(installing))
      if (!isThere(shell)) console.warn(`${shell} is not installed: its completion is not tried (${how})`);
  });

  it('offers in bash the commands, their actions and their options', async () => {
    expect(await offered('ratchet', 'rel')).toEqual(['releases', 'release']);
    expect(await offered('ratchet', 'local', 'p')).toEqual(['publish', 'pipeline']);
    expect(await offered('ratchet', 'local', 'publish', 'p')).toEqual([]);
    expect(await offered('ratchet', 'init', '--t')).toEqual(['--target', '--task']);
    expect(await offered('ratchet', 'runs', '--as')).toEqual(['--as']);
    expect(await offered('ratchet', 'completion', '')).toEqual(
      expect.arrayContaining(['bash', 'zsh', 'fish', 'powershell']),
    );
    expect(await offered('ratchet', 'nothing', '')).toEqual([]);
  });

  it.skipIf(!isThere('zsh'))('offers in zsh the commands, their actions and their options', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zsh-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'ratchet.zsh'), await scriptOf('zsh'));
    writeFileSync(join(folder, 'a-file.txt'), '');
    expect(offeredInZsh(folder, 'ratchet watc')).toContain('ratchet watch');
    expect(offeredInZsh(folder, 'ratchet local p')).toMatch(/pipeline +publish/);
    expect(offeredInZsh(folder, 'ratchet local p')).not.toContain('a-file.txt');
    expect(offeredInZsh(folder, 'ratchet init --ta')).toMatch(/--target +--task/);
    expect(offeredInZsh(folder, 'ratchet validate a-')).toContain('a-file.txt');
  });

  it.skipIf(!isThere('fish'))('offers in fish the commands, their actions and their options', async () => {
    const script = await scriptOf('fish');
    const folder = mkdtempSync(join(tmpdir(), 'fish-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a-file.txt'), '');
    const offers = (line: string): string[] => {
      const { stdout, stderr } = spawnSync('fish', ['-N', '-c', `${script}\ncomplete -C '${line}'`], {
        ...{ cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } },
      });
      expect(stderr).toBe('');
      return stdout
        .split('\n')
        .filter((row) => row !== '')
        .map((row) => row.split('\t')[0]!);
    };
    expect(offers('ratchet rel')).toEqual(['release', 'releases']);
    expect(offers('ratchet local ')).toEqual(expect.arrayContaining(['publish', 'upload']));
    expect(offers('ratchet local ')).not.toContain('a-file.txt');
    expect(offers('ratchet init --t')).toEqual(['--target', '--task']);
    expect(offers('ratchet validate a-')).toEqual(['a-file.txt']);
  });

  it.skipIf(!isThere('pwsh'))(
    'offers in PowerShell the commands, their actions and their options',
    { timeout: 120_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pwsh-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'a-file.txt'), '');
      writeFileSync(join(folder, 'ratchet.ps1'), await scriptOf('powershell'));
      /** What is offered with the cursor at `|`. */
      const expected: Readonly<Record<string, string[]>> = {
        'ratchet rel|': ['releases', 'release'],
        'ratchet --v|': ['--version'],
        'ratchet local p|': ['publish', 'pipeline'],
        'ratchet local publish p|': [],
        'ratchet local publish a-|': [`.${sep}a-file.txt`],
        'ratchet init --t|': ['--target', '--task'],
        'ratchet runs --as|': ['--as'],
        'ratchet validate a-|': [`.${sep}a-file.txt`],
        'ratchet nothing a|': [`.${sep}a-file.txt`],
        'ratchet rel[|': [],
        // The cursor is not at the end, nor the command at the beginning.
        'ratchet rel| --json': ['releases', 'release'],
        'cd .; ratchet local pu| --json': ['publish'],
        'ratchet local pub|lish': ['publish'],
      };
      const lines = Object.keys(expected);
      writeFileSync(join(folder, 'lines.json'), JSON.stringify(lines));
      const ask = `
        $ErrorActionPreference = 'Stop'
        Get-Content ratchet.ps1 | Out-String | Invoke-Expression
        Remove-Item ratchet.ps1
        $lines = Get-Content lines.json | ConvertFrom-Json
        Remove-Item lines.json
        $all = foreach ($line in $lines) {
          $offers = TabExpansion2 $line.Replace('|', '') $line.IndexOf('|')
          , @($offers.CompletionMatches | ForEach-Object { $_.CompletionText })
        }
        ConvertTo-Json -Compress -Depth 3 @($all)`;
      const { stdout, stderr } = spawnSync('pwsh', ['-NoLogo', '-NoProfile', '-Command', ask], {
        ...{ cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } },
      });
      expect(stderr).toBe('');
      const offered = JSON.parse(stdout) as string[][];
      expect(Object.fromEntries(lines.map((line, at) => [line, offered[at]]))).toEqual(expected);
    },
  );

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
