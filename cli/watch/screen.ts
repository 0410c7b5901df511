/** Where a watcher shows what it sees: lines that stay, and in a terminal below them one that says how it stands now. */
export interface Screen {
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Takes the place of the one before. */
  readonly status: (line: string) => void;
  readonly close: () => void;
}

const clearLine = '\r\u001b[2K';

/** Lines go to standard output; the status to standard error, and only where that is a terminal. */
export function openScreen(terminal: NodeJS.WriteStream = process.stderr): Screen {
  if (!terminal.isTTY) return { say: (line) => console.log(line), status: () => {}, close: () => {} };
  return {
    say(line) {
      terminal.write(clearLine);
      console.log(line);
    },
    status: (line) => void terminal.write(`${clearLine}${line.slice(0, Math.max(20, terminal.columns - 1))}`),
    close: () => void terminal.write(clearLine),
  };
}
