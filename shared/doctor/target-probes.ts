/** What serves a model, as the next release needs it: that it is there, and that one more deployment fits. */
import type { TargetConfig } from '../config/target-schema.ts';
import { counted } from '../domain/plural.ts';
import type { Wiring } from '../wiring.ts';
import { ok, warning } from './finding.ts';
import type { Probe } from './probe.ts';

/** Of an endpoint: how-to-manage-quotas. */
const deploymentsAtMost = 20;

type Releasing = Pick<Wiring, 'releaseTarget'>;

export function targetProbes(wiring: Releasing, model: string, target: TargetConfig): readonly Probe[] {
  const endpoint = targetProbe(wiring, model, target);
  return target.kind === 'online-endpoint' ? [endpoint, roomProbe(wiring, model, target)] : [endpoint];
}

function targetProbe(wiring: Releasing, model: string, target: TargetConfig): Probe {
  const check = `endpoint of ${model}`;
  return {
    check,
    role: 'AzureML Data Scientist on the workspace',
    settings: `release.target of ${model}`,
    async ask() {
      const observed = await (await wiring.releaseTarget(target)).observe();
      const count = observed.deployments.length;
      if (count >= deploymentsAtMost)
        return warning(
          check,
          `${target.endpoint} has ${count} deployments, and Azure Machine Learning allows ${deploymentsAtMost}: the next release cannot deploy its version`,
          'delete those that serve nothing: az ml online-deployment delete',
        );
      return ok(check, `${target.endpoint} is there, with ${counted(count, 'deployment')}`);
    },
  };
}

function roomProbe(wiring: Releasing, model: string, target: TargetConfig): Probe {
  const check = `quota of ${model}`;
  return {
    check,
    role: 'AzureML Data Scientist on the workspace',
    settings: `release.target of ${model}`,
    async ask() {
      const found = await (await wiring.releaseTarget(target)).askRoom();
      const { room, why } = found ?? { room: 'unknown', why: `${target.endpoint} is on Kubernetes` };
      switch (room) {
        case 'enough':
          return ok(check, why);
        case 'unknown':
          return warning(
            check,
            `not known before a deployment: ${why}`,
            'nothing, where the service is to refuse what does not fit; else give the identity of the app the role of its own on the subscription: docs/settings.md',
          );
        case 'taken':
        case 'never':
          return warning(
            check,
            `${why}: the next release cannot deploy its version`,
            'delete deployments that serve nothing, ask for fewer instances or another instanceType in release.target, or have the quota raised',
          );
      }
    },
  };
}
