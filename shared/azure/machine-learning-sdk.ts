/** A CommonJS package: bundled, it has names only where they are imported statically, as here. */
export { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
