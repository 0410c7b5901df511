/** The completion of each shell, as a script that it reads. Nothing in it is asked of the service. */
import type { CommandWords } from './words.ts';

export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell';
type Words = readonly CommandWords[];

export const completionScripts: Readonly<Record<Shell, (commands: Words) => string>> = {
  bash,
  zsh,
  fish,
  powershell,
};

const namesOf = (commands: Words): string => commands.map(({ name }) => name).join(' ');

function bash(commands: Words): string {
  return [
    '_ratchet() {',
    '  local words',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words='${namesOf(commands)} --help --version'`,
    '  else',
    '    local actions',
    '    case "${COMP_WORDS[1]}" in',
    ...commands.map(
      ({ name, actions, options }) =>
        `      ${name}) actions='${actions.join(' ')}' words='${options.join(' ')}' ;;`,
    ),
    '    esac',
    '    if [ "$COMP_CWORD" -eq 2 ]; then words="$actions $words"; fi',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _ratchet ratchet',
  ].join('\n');
}

function zsh(commands: Words): string {
  return [
    '#compdef ratchet',
    '_ratchet() {',
    '  local -a commands',
    '  commands=(',
    ...commands.map(({ name, summary }) => `    ${single(`${name}:${summary.replaceAll(':', '\\:')}`)}`),
    '  )',
    '  if (( CURRENT == 2 )); then',
    "    _describe 'command' commands",
    '    return',
    '  fi',
    '  local -a actions options',
    '  case "$words[2]" in',
    ...commands.map(
      ({ name, actions, options }) =>
        `    ${name}) actions=(${actions.join(' ')}) options=(${options.join(' ')}) ;;`,
    ),
    '  esac',
    '  if [[ $PREFIX == -* ]]; then',
    '    compadd -a options',
    '  elif (( CURRENT == 3 && $#actions )); then',
    '    compadd -a actions',
    '  else',
    '    _files',
    '  fi',
    '}',
    'compdef _ratchet ratchet',
  ].join('\n');
}

function fish(commands: Words): string {
  return commands
    .flatMap(({ name, summary, actions, options }) => [
      `complete -c ratchet -n __fish_use_subcommand -f -a ${name} -d ${single(summary)}`,
      ...actions.map(
        (action) =>
          `complete -c ratchet -n '__fish_seen_subcommand_from ${name}; and test (count (commandline -opc)) -eq 2' -f -a ${action}`,
      ),
      ...options.map(
        (option) => `complete -c ratchet -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`,
      ),
    ])
    .join('\n');
}

function powershell(commands: Words): string {
  return [
    'Register-ArgumentCompleter -Native -CommandName ratchet -ScriptBlock {',
    '  param($word, $line, $position)',
    // What stands before the cursor decides, not what comes after it.
    '  $given = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position })',
    '  $actions = @{',
    ...commands.flatMap(({ name, actions }) =>
      actions.length === 0 ? [] : [`    '${name}' = '${actions.join(' ')}'`],
    ),
    '  }',
    '  $options = @{',
    ...commands.map(({ name, options }) => `    '${name}' = '${options.join(' ')}'`),
    '  }',
    `  $all = '${namesOf(commands)} --help --version'`,
    '  if ($given.Count -gt 1) {',
    '    $name = $given[1].ToString()',
    '    $all = $options[$name]',
    '    if ($given.Count -eq 2) { $all = $actions[$name] + " " + $all }',
    '  }',
    `  $begun = $word.Trim("'", '"')`,
    '  "$all" -split " " | Where-Object { $_ -ne "" -and $_.StartsWith($begun) } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    '  }',
    '}',
  ].join('\n');
}

/** In single quotes, as fish and zsh read them. */
const single = (text: string): string => `'${text.replaceAll("'", '’')}'`;
