/** How Azure Machine Learning names a version of a model. Pure. */
import type { DeployedModel } from './deployment.ts';

/** `NAME:VERSION`, or `azureml:NAME:VERSION` as the command line of Azure ML writes it. */
const shortId = /^(?:azureml:)?([^\s:/]{1,255}):([^\s:/]{1,128})$/;
/** The resource id of a version, in a workspace or in a registry, with or without `azureml:` before it. */
const longId = /\/(?:registries\/([^\s/]{1,64})\/)?models\/([^\s:/]{1,255})\/versions\/([^\s:/]{1,128})$/i;

/** Null where the text names no model. */
export function readModelId(id: string): DeployedModel | null {
  const [, registry, longName, longVersion] = longId.exec(id) ?? [];
  if (longName !== undefined && longVersion !== undefined) {
    return { name: longName, version: longVersion, ...(registry && { registry }) };
  }
  const [, name, version] = shortId.exec(id) ?? [];
  return name === undefined || version === undefined ? null : { name, version };
}
