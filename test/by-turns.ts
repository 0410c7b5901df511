import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of projects that go side by side are taken from each by turns, the larger ones first: some projects mostly wait,
 * others mostly work, and what is left at the end is short.
 */
export default class ByTurns extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const taken = new Map<string, number>();
    const sorted = (await super.sort(files)).map((file) => {
      const { name, config } = file.project;
      const turn = taken.get(name) ?? 0;
      taken.set(name, turn + 1);
      return { file, group: config.sequence.groupOrder, turn };
    });
    sorted.sort((one, other) => one.group - other.group || one.turn - other.turn);
    return sorted.map(({ file }) => file);
  }
}
