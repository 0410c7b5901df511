import { z } from 'zod';
import { type AssetKind, assetPattern } from '../domain/asset-id.ts';

const words = {
  codes: 'a code asset',
  environments: 'an environment',
  components: 'a component, always of one version',
} as const;

/** An asset of the workspace, or of a registry. */
export const asset = (kind: AssetKind) =>
  z
    .string()
    .regex(
      assetPattern(kind),
      `${words[kind]}, azureml:NAME:VERSION, or azureml://registries/REGISTRY/${kind}/NAME/versions/VERSION`,
    );
