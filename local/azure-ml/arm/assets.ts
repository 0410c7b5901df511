/** PUT, GET, DELETE and list for models, data, code and environments, which differ in little but their names. */

import type { Reply } from '../../http/json-exchange.ts';
import { notFound, userError } from '../../http/service-error.ts';
import { type Blobs, holdsFiles } from '../blobs.ts';
import { checkComponent } from '../check-component.ts';
import {
  type Details,
  DetailsSchema,
  mergeDetails,
  noDetails,
  problemsOf,
  sameDefinition,
  withoutDetails,
} from '../details.ts';
import type { Request } from '../http.ts';
import type { Locator } from '../locate.ts';
import type { Params, Routes } from '../match.ts';
import { parseInferenceConfig } from '../serving/container.ts';
import type { Asset, AssetStore, Container } from '../store/assets.ts';
import type { AssetKind } from '../uris.ts';
import { listReply } from './listing.ts';
import { armResource, checkName, checkVersion, propertiesOf } from './resource.ts';

interface KindRules {
  readonly kind: AssetKind;
  readonly noun: string;
  /** The field that says where the asset lies. */
  readonly uri?: 'modelUri' | 'dataUri' | 'codeUri';
  readonly defaults: Readonly<Record<string, unknown>>;
}

const kinds: readonly KindRules[] = [
  { kind: 'models', noun: 'Model', uri: 'modelUri', defaults: { modelType: 'custom_model' } },
  { kind: 'data', noun: 'Data asset', uri: 'dataUri', defaults: {} },
  { kind: 'codes', noun: 'Code asset', uri: 'codeUri', defaults: {} },
  { kind: 'environments', noun: 'Environment', defaults: {} },
  { kind: 'components', noun: 'Component', defaults: {} },
];

/** What the service fills in and takes back without comment. */
const readOnly = ['provisioningState', 'environmentType', 'latestVersion', 'nextVersion', 'isAnonymous'];
const dataTypes = ['uri_file', 'uri_folder', 'mltable'];

export function assetRoutes(
  assets: AssetStore,
  locator: Locator,
  blobs: Pick<Blobs, 'exists' | 'list'>,
): Routes {
  const routes = kinds.flatMap((rules) => {
    const { kind } = rules;
    const container = `/${kind}/:name`;
    const version = `${container}/versions/:version`;
    return Object.entries({
      [`GET /${kind}`]: (request) =>
        listReply(request, assets.containers(kind), (item) => containerBody(rules, item, assets)),
      [`GET ${container}`]: (_request, params) => ({
        status: 200,
        body: containerBody(rules, findContainer(rules, params, assets), assets),
      }),
      [`PUT ${container}`]: (request, params) => putContainer(rules, request, params, assets),
      [`DELETE ${container}`]: (_request, { name = '' }) => ({
        status: assets.removeContainer(kind, name) ? 200 : 204,
      }),
      [`GET ${container}/versions`]: (request, params) => listVersions(rules, request, params, assets),
      [`GET ${version}`]: (_request, params) => ({
        status: 200,
        body: versionBody(findVersion(rules, params, assets)),
      }),
      [`PUT ${version}`]: (request, params) => putVersion(rules, request, params, assets, locator, blobs),
      [`DELETE ${version}`]: (_request, params) => ({
        status: assets.remove(kind, params['name'] ?? '', params['version'] ?? '') ? 200 : 204,
      }),
    } satisfies Routes);
  });
  return Object.fromEntries(routes);
}

async function putVersion(
  rules: KindRules,
  request: Request,
  params: Params,
  assets: AssetStore,
  locator: Locator,
  blobs: Pick<Blobs, 'exists' | 'list'>,
): Promise<Reply> {
  const { name = '', version = '' } = params;
  checkName(`${rules.noun} name`, name);
  checkVersion(`${rules.noun} version`, version);
  if (rules.kind === 'models' && !assets.find(rules.kind, name, version))
    await checkModelFiles(request, locator, blobs);
  // From here on nothing is waited for: nobody comes between a look and what is made of it.
  const existing = assets.find(rules.kind, name, version);
  if (rules.kind === 'models' && !existing) checkModelVersion(version);
  const { fixed, change } = parseAsset(rules, propertiesOf(request.body));
  if (rules.kind === 'components') checkComponent(name, version, fixed, locator, assets);
  if (existing) {
    if (!sameDefinition(existing.fixed, fixed)) throw changed(rules, existing, fixed);
    const asset = assets.setDetails(existing, mergeDetails(existing.details, change));
    return { status: 200, body: versionBody(asset) };
  }
  if (assets.isDeleted(rules.kind, name, version)) {
    throw userError(
      `${rules.noun} ${name}, version ${version}, was deleted, it cannot be recreated; choose a different version.`,
    );
  }
  if (rules.uri) {
    checkUri(rules, String(fixed[rules.uri]));
    locator.locate(`properties.${rules.uri}`, String(fixed[rules.uri]), rules.kind);
  }
  const asset = assets.add(rules.kind, name, version, fixed, mergeDetails(noDetails, change));
  return { status: 201, body: versionBody(asset) };
}

/**
 * Versions of models are numbers, those of other assets any text (azureml-examples issue 2725, MachineLearningNotebooks
 * issue 289). Versions that are texts are left from when this emulator took them.
 */
function checkModelVersion(version: string): void {
  if (/^[1-9]\d{0,8}$/.test(version)) return;
  throw userError(
    `Model version: ${JSON.stringify(version)} is no positive integer; take the container's nextVersion`,
  );
}

/** The forms the service's own clients send: they resolve a short datastore path before they register it. */
function checkUri({ kind }: KindRules, value: string): void {
  if (kind === 'models' && /^azureml:\/\/datastores\//i.test(value)) {
    throw userError(
      `properties.modelUri: ${JSON.stringify(value)} is the short form of a datastore path; send azureml://subscriptions/.../resourcegroups/.../workspaces/.../datastores/.../paths/...`,
    );
  }
}

/** A model is registered where its files are. What else is wrong with the request is told by those who look at it next. */
async function checkModelFiles(
  request: Request,
  locator: Locator,
  blobs: Pick<Blobs, 'exists' | 'list'>,
): Promise<void> {
  const { modelUri } = propertiesOf(request.body);
  if (typeof modelUri !== 'string' || modelUri === '') return;
  const location = locator.locate('properties.modelUri', modelUri, 'models');
  if (await holdsFiles(blobs, location)) return;
  throw userError(
    `ModelAssetPathNotFoundInStorage: No blobs found in storage at model asset path: ${location.container}/${location.path}`,
  );
}

function parseAsset(rules: KindRules, properties: Record<string, unknown>) {
  const change = DetailsSchema.safeParse(properties);
  if (!change.success) throw userError(`The asset cannot be read: ${problemsOf('properties', change.error)}`);
  const fixed = { ...rules.defaults, ...withoutDetails(properties) };
  for (const key of readOnly) delete fixed[key];
  if (rules.uri && (typeof fixed[rules.uri] !== 'string' || fixed[rules.uri] === '')) {
    throw userError(`properties.${rules.uri}: missing; say where the ${rules.noun.toLowerCase()} lies`);
  }
  if (rules.kind === 'data' && !dataTypes.some((type) => type === fixed['dataType'])) {
    throw userError(
      `properties.dataType: ${JSON.stringify(fixed['dataType'])} is none of ${dataTypes.join(', ')}`,
    );
  }
  if (rules.kind === 'environments' && !fixed['image'] && !fixed['build']) {
    throw userError('properties: neither image nor build; an environment is made of one of them');
  }
  if (rules.kind === 'environments') parseInferenceConfig(fixed['inferenceConfig']);
  if (rules.kind === 'models') checkTagLengths(change.data.tags ?? {});
  return { fixed, change: change.data };
}

const tagLength = 256;

/** The limit of Resource Manager's tags. Nobody says that the registry takes more. */
function checkTagLengths(tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (value.length > tagLength)
      throw userError(`properties.tags.${key}: ${value.length} characters; ${tagLength} at most`);
  }
}

function changed(rules: KindRules, existing: Asset, fixed: Record<string, unknown>) {
  const keys = [...new Set([...Object.keys(existing.fixed), ...Object.keys(fixed)])];
  const different = keys.filter((key) => !sameDefinition([existing.fixed[key]], [fixed[key]]));
  // In these words: azure-ai-ml compares them.
  if (rules.uri && different.includes(rules.uri)) return userError('Asset paths cannot be updated.');
  return userError(
    `${rules.noun} ${existing.name}, version ${existing.version}, already exists, and ${different.join(', ')} cannot be changed. Only description, tags, properties and isArchived can be updated; register a new version instead.`,
  );
}

function putContainer(rules: KindRules, request: Request, { name = '' }: Params, assets: AssetStore): Reply {
  checkName(`${rules.noun} name`, name);
  const properties = propertiesOf(request.body);
  const change = DetailsSchema.safeParse(properties);
  if (!change.success)
    throw userError(`The container cannot be read: ${problemsOf('properties', change.error)}`);
  const fixed = withoutDetails(properties);
  for (const key of readOnly) delete fixed[key];
  const existing = assets.findContainer(rules.kind, name);
  const details: Details = mergeDetails(existing?.details ?? noDetails, change.data);
  const container = assets.putContainer(rules.kind, name, fixed, details);
  return { status: existing ? 200 : 201, body: containerBody(rules, container, assets) };
}

function listVersions(rules: KindRules, request: Request, params: Params, assets: AssetStore): Reply {
  const container = findContainer(rules, params, assets);
  const version = request.query.get('version');
  const versions = assets.versions(rules.kind, container.name);
  const wanted = versions.filter((asset) => version === null || asset.version === version);
  return listReply(request, wanted, versionBody);
}

function findContainer(rules: KindRules, { name = '' }: Params, assets: AssetStore): Container {
  const container = assets.findContainer(rules.kind, name);
  if (!container) throw notFound(`${rules.noun} ${name}`);
  return container;
}

function findVersion(rules: KindRules, { name = '', version = '' }: Params, assets: AssetStore): Asset {
  const asset = assets.find(rules.kind, name, version);
  if (!asset) throw notFound(`${rules.noun} ${name}, version ${version},`);
  return asset;
}

function containerBody(rules: KindRules, container: Container, assets: AssetStore): object {
  const nextVersion = String(assets.nextVersion(rules.kind, container.name));
  const latestVersion = assets.versions(rules.kind, container.name)[0]?.version;
  return armResource(`${rules.kind}/${container.name}`, rules.kind, container, {
    ...container.fixed,
    ...container.details,
    ...(latestVersion !== undefined && { latestVersion }),
    nextVersion,
  });
}

function versionBody(asset: Asset): object {
  const path = `${asset.kind}/${asset.name}/versions/${asset.version}`;
  const properties = { ...asset.fixed, ...asset.details, isAnonymous: false };
  return armResource(path, `${asset.kind}/versions`, asset, properties);
}
