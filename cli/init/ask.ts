/** Asks a person in a terminal for what was not given. */
import { createInterface } from 'node:readline/promises';

interface Question {
  readonly text: string;
  /** Taken where the answer is empty. */
  readonly usual: string;
  /** Null: any text. */
  readonly choices: readonly string[] | null;
}

export type Ask = (question: Question) => Promise<string>;

/** One reader for all questions: lines that come early wait for theirs. */
export async function withQuestions<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const ask: Ask = async (question) => {
    const choices = question.choices === null ? '' : `, one of ${question.choices.join(', ')}`;
    for (;;) {
      const answer =
        (await reader.question(`${question.text}${choices} [${question.usual}]: `)).trim() || question.usual;
      if (question.choices === null || question.choices.includes(answer)) return answer;
      process.stderr.write(
        `  expected one of ${question.choices.join(', ')}, got ${JSON.stringify(answer)}\n`,
      );
    }
  };
  try {
    return await work(ask);
  } finally {
    reader.close();
  }
}
