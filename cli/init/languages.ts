/** The languages that there are skeletons in, and what runs them. */
export const languages = ['python', 'python-sklearn', 'node'] as const;
export type Language = (typeof languages)[number];

interface LanguageKind {
  /** As a model file's command and a person's shell name it. */
  readonly program: string;
  readonly extension: 'py' | 'mjs';
  /** Of the skeleton, besides the model. */
  readonly files: readonly string[];
  /** Arguments that end well where the machine has what the skeleton needs. */
  readonly probe: readonly string[];
  readonly needs: string;
  readonly epochs: number;
}

const python = { program: 'python3', extension: 'py' } as const;

export const languageKinds: Readonly<Record<Language, LanguageKind>> = {
  python: {
    ...python,
    files: ['rows.py', 'scaling.py', 'train.py', 'evaluate.py'],
    probe: ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'],
    needs: 'Python 3.8 or newer, as python3',
    epochs: 20,
  },
  'python-sklearn': {
    ...python,
    files: ['rows.py', 'train.py', 'evaluate.py'],
    probe: ['-c', 'import sklearn.ensemble'],
    needs: 'Python with scikit-learn (python3 -m pip install scikit-learn)',
    epochs: 100,
  },
  node: {
    program: 'node',
    extension: 'mjs',
    files: ['rows.mjs', 'scaling.mjs', 'train.mjs', 'evaluate.mjs'],
    probe: ['--version'],
    needs: 'Node',
    epochs: 20,
  },
};
