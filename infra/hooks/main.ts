/** Called by azd before and after what it does (azure.yaml): `npm run azure STEP`. (PowerShell keeps a `--` for itself.). */
import { runWith } from './run.ts';
import { isStep, steps, takeStep } from './steps.ts';

const [step = ''] = process.argv.slice(2);
if (!isStep(step)) {
  console.error(
    `npm run azure: expected one of ${steps.join(', ')}; found ${step || 'nothing'}; azd calls it`,
  );
  process.exitCode = 2;
} else {
  try {
    await takeStep(step, process.env, runWith, console.log);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
