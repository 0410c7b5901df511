import { useState } from 'preact/hooks';
import { door } from '../service/ask.ts';

/** A command as somebody would type it, to take along. */
export function Command({ line }: { readonly line: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <span class="command">
      <code tabIndex={0}>{line}</code>
      {/* A page that is not served over TLS may not write there. */}
      {'clipboard' in navigator && (
        <button type="button" class="small" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      )}
    </span>
  );
}

interface SourcesProps {
  /** Below the door. */
  readonly json: string;
  readonly command: string;
}

/** Where the same is to be had by a program, and by a command. */
export function Sources({ json, command }: SourcesProps) {
  return (
    <footer class="sources">
      <a href={`${door}/${json}`} target="_blank" rel="noreferrer">
        JSON
      </a>
      <Command line={command} />
    </footer>
  );
}
