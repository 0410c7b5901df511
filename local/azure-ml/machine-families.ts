/**
 * Sizes of machines that deployments run on, by the families whose quotas they use. Pure.
 *
 * Source: "Managed online endpoints SKU list": families, cores, and which have no reserve.
 */
import { userError } from '../http/service-error.ts';

export interface Family {
  /** As sizes name it; usages say `label` and more. */
  readonly family: string;
  readonly label: string;
  readonly cores: Readonly<Record<string, number>>;
  readonly gpus?: number;
  readonly skipsReserve?: boolean;
}

export const families: readonly Family[] = [
  {
    family: 'standardDSv2Family',
    label: 'Standard DSv2 Family',
    cores: {
      Standard_DS1_v2: 1,
      Standard_DS2_v2: 2,
      Standard_DS3_v2: 4,
      Standard_DS4_v2: 8,
      Standard_DS5_v2: 16,
    },
  },
  {
    family: 'standardFSv2Family',
    label: 'Standard FSv2 Family',
    cores: { Standard_F2s_v2: 2, Standard_F4s_v2: 4, Standard_F8s_v2: 8, Standard_F16s_v2: 16 },
  },
  {
    family: 'standardESv3Family',
    label: 'Standard ESv3 Family',
    cores: { Standard_E2s_v3: 2, Standard_E4s_v3: 4, Standard_E8s_v3: 8 },
  },
  {
    family: 'standard NCASv3_T4 Family',
    label: 'Standard NCASv3_T4 Family',
    cores: { Standard_NC4as_T4_v3: 4, Standard_NC8as_T4_v3: 8 },
    gpus: 1,
  },
  {
    family: 'standardNCADSA100v4Family',
    label: 'Standard NCADSA100v4 Family',
    cores: { Standard_NC24ads_A100_v4: 24 },
    gpus: 1,
    skipsReserve: true,
  },
];

/** Families by their names. Throws a UserError that names one which is not there. */
export function checkFamilies(limits: Readonly<Record<string, number>>): void {
  const unknown = Object.keys(limits).find((name) => !families.some(({ family }) => family === name));
  if (unknown !== undefined)
    throw userError(
      `quota: ${JSON.stringify(unknown)} is no family; use one of ${families.map(({ family }) => family).join(', ')}`,
    );
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const familyOf = (size: string): Family | undefined =>
  families.find(({ cores }) => Object.keys(cores).some((name) => same(name, size)));

/** What so many machines of a size use, in cores, with the fifth that the service reserves; 0 of a size that is not listed. */
export function coresOf(size: string, machines: number): number {
  const family = familyOf(size);
  if (!family) return 0;
  const [, each] = Object.entries(family.cores).find(([name]) => same(name, size))!;
  return (family.skipsReserve ? machines : Math.ceil((machines * 12) / 10)) * each;
}
