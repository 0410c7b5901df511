import { type Command, readArgs, UsageError } from './command.ts';
import { completionScripts, type Shell } from './completion/scripts.ts';
import { type CommandWords, wordsOf } from './completion/words.ts';

const shells = Object.keys(completionScripts) as readonly Shell[];

/** `commands` is asked when it runs: this command is one of them. */
export function completionOf(commands: () => Readonly<Record<string, Command>>): Command {
  return {
    summary: 'Print the completion script for a shell: bash, zsh, fish or PowerShell.',
    usage: [
      `ratchet completion ${shells.join('|')}`,
      'bash:        source <(ratchet completion bash)                         in ~/.bashrc',
      'zsh:         source <(ratchet completion zsh)                          in ~/.zshrc, after compinit',
      'fish:        ratchet completion fish | source                          in ~/.config/fish/config.fish',
      'PowerShell:  ratchet completion powershell | Out-String | Invoke-Expression    in $PROFILE',
    ].join('\n'),
    async run(args) {
      const [shell, ...more] = readArgs(args, {}).positionals;
      if (shell === undefined || more.length > 0 || !(shells as readonly string[]).includes(shell))
        throw new UsageError(
          `expected ${shells.join(', ')}, got ${shell === undefined ? 'nothing' : JSON.stringify(shell)}`,
        );
      const words: readonly CommandWords[] = Object.entries(commands()).map(([name, command]) =>
        wordsOf(name, command),
      );
      console.log(completionScripts[shell as Shell](words));
      return 0;
    },
  };
}
