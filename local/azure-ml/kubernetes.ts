/**
 * The one Kubernetes cluster that is attached to this workspace, as far as online endpoints need it: its deployments are run
 * here as those of managed endpoints are.
 *
 * Sources: "Online endpoints and deployments for real-time inference" (managed versus Kubernetes: no mirrored traffic, no logs and
 * no metrics by the service), "Create and select Kubernetes instance types". Where nobody says, the narrower reading.
 */
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';

const { clusterId } = localCloud;
export const clusterName = clusterId.slice(clusterId.lastIndexOf('/') + 1);

/** Of its InstanceType resources, by name. */
const instanceTypes: Readonly<Record<string, object>> = {
  defaultinstancetype: {
    resources: { requests: { cpu: '100m', memory: '2Gi' }, limits: { cpu: '2', memory: '2Gi' } },
  },
  small: { resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } },
};

/** As the workspace lists it. */
export const cluster = {
  computeType: 'Kubernetes',
  provisioningState: 'Succeeded',
  description: 'This machine, as a cluster.',
  isAttachedCompute: true,
  properties: { namespace: 'default', defaultInstanceType: 'defaultinstancetype', instanceTypes },
};

/** Throws a UserError where an endpoint is to be on a compute that is no cluster. */
export function checkCluster(compute: string): void {
  if (compute.replace(/^azureml:/, '').toLowerCase() === clusterId.toLowerCase()) return;
  throw userError(`properties.compute: must be a Kubernetes compute of this workspace: ${clusterId}`);
}

interface OnCompute {
  readonly endpointComputeType: 'Managed' | 'Kubernetes';
  readonly instanceType?: string | undefined;
}

/** Throws a UserError where a deployment is not of the kind of its endpoint, or runs on no machine of it. */
export function checkPlace(asked: OnCompute, compute: string | undefined): void {
  const expected = compute === undefined ? 'Managed' : 'Kubernetes';
  if (asked.endpointComputeType !== expected)
    throw userError(`properties.endpointComputeType: must be ${expected}, as that of the endpoint`);
  const { instanceType } = asked;
  if (expected === 'Kubernetes' && instanceType !== undefined && !Object.hasOwn(instanceTypes, instanceType))
    throw userError(
      `properties.instanceType: the cluster has no instance type ${instanceType}; it has ${Object.keys(instanceTypes).join(', ')}`,
    );
}
