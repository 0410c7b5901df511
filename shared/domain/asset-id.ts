/** How a model file names an asset of Azure ML, and the id that a request names it by. Pure. */

export type AssetKind = 'codes' | 'environments' | 'components';

/** `azureml:NAME:VERSION`, an asset of the workspace. */
const ofWorkspace = '^azureml:[^:@/\\s]+:[^:@/\\s]+$';

/** One of a registry, which several workspaces share: always with its version, for a label moves. */
const ofRegistry = (kind: AssetKind): string =>
  `^azureml://registries/[A-Za-z0-9][A-Za-z0-9_-]{1,32}/${kind}/[A-Za-z0-9][A-Za-z0-9_.-]{0,254}/versions/[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$`;

export const assetPattern = (kind: AssetKind): RegExp => new RegExp(`${ofWorkspace}|${ofRegistry(kind)}`);

/** The asset as requests name it: a resource id of the workspace, and one of a registry as it stands. */
export function assetId(workspaceId: string, kind: AssetKind, asset: string): string {
  if (isOfRegistry(asset)) return asset;
  const [, name, version] = asset.split(':');
  return `${workspaceId}/${kind}/${name}/versions/${version}`;
}

/** Whether it is one of a registry, which has its own address and its own roles. */
export const isOfRegistry = (asset: string): boolean => asset.startsWith('azureml://');

/** The name alone, without its version. */
export const nameOf = (component: string): string =>
  (isOfRegistry(component) ? component.split('/').at(-3) : component.split(':')[1]) ?? component;

/** In place of the name of a compute target: machines that the service brings and takes away. */
export const serverless = 'serverless';
