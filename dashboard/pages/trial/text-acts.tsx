/** What can be done with the text: taken along, or given up. */
import { useState } from 'preact/hooks';
import type { UsedTrial } from './use-trial.ts';

export function TextActs({ model, trial }: { readonly model: string; readonly trial: UsedTrial }) {
  const { text, inForce, checked, setText } = trial;
  const [said, setSaid] = useState('');
  if (text === null) return null;
  const say = (what: string): void => {
    setSaid(what);
    setTimeout(() => setSaid(''), 4_000);
  };
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  };
  const download = async (): Promise<void> => {
    const file = await trial.write().catch((error: unknown) => error);
    if (file instanceof Error) return say(file.message);
    if (typeof file !== 'string') return say('The text has problems.');
    save(`${model}.yaml`, file);
    say('Without comments, and without what is the default.');
  };
  return (
    <span class="timeline-acts">
      <span class="dim" role="status">
        {said}
      </span>
      {inForce !== null && text !== inForce && (
        <button type="button" class="small" onClick={() => setText(inForce)}>
          Back to what is in force
        </button>
      )}
      {'clipboard' in navigator && (
        <button type="button" class="small" onClick={() => void copy()}>
          Copy the text
        </button>
      )}
      <button
        type="button"
        class="small"
        disabled={checked.problems.length > 0}
        onClick={() => void download()}
      >
        Download the model file
      </button>
    </span>
  );
}

function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/yaml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
