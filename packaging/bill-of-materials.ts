/** What the package is made of, as CycloneDX 1.6 writes it in JSON (cyclonedx.org/docs/1.6/json). Pure. */
import type { Part } from './parts-of.ts';

interface Application {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

export function billOfMaterials({ name, version, license }: Application, parts: readonly Part[]): object {
  const ref = purlOf(name, version);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': ref, ...licensed({ name, version, license }) } },
    components: parts.map((part) => ({
      type: 'library',
      'bom-ref': purlOf(part.name, part.version),
      ...licensed(part),
      purl: purlOf(part.name, part.version),
    })),
    dependencies: [{ ref, dependsOn: parts.map((part) => purlOf(part.name, part.version)) }],
  };
}

function licensed({ name, version, license }: Application): object {
  const isExpression = /\s/.test(license);
  return { name, version, licenses: [isExpression ? { expression: license } : { license: { id: license } }] };
}

/** `pkg:npm/%40azure/identity@4.0.0` (github.com/package-url/purl-spec). */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
}
