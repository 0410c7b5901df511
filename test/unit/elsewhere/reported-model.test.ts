import { describe, expect, it } from 'vitest';
import { trainingJobOf } from '../../../shared/domain/lineage.ts';
import { locateModel } from '../../../shared/elsewhere/reported-model.ts';

const runId = 'spam-filter-20020902-1f2e3d4c';
const workspaceId =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w';
const asked = { runId, attempt: 2, job: `${runId}-train-2`, workspaceId };
const at = (path: string) => ({ model: `azureml://datastores/workspaceblobstore/paths/${path}` });

describe('where the model of a training elsewhere lies', () => {
  it('is the folder of the attempt where nothing is reported', () => {
    expect(locateModel([], asked)).toEqual({ path: `runs/${runId}/model-2/`, uri: null });
  });

  it('is where the report says, below a folder of its own name, and known as that of its run', () => {
    const long = `azureml://subscriptions/s/resourceGroups/G/workspaces/w/datastores/workspaceblobstore/paths/spark/${asked.job}/best`;
    const found = { path: `spark/${asked.job}/best/`, uri: at(`spark/${asked.job}/best/`).model };
    expect(locateModel([at(`spark/${asked.job}/best/`)], asked)).toEqual(found);
    expect(locateModel([{ model: long }, { model: long }], asked), 'told twice').toEqual(found);
    expect(trainingJobOf(found.uri)).toEqual({ runId, attempt: 2 });
    expect(trainingJobOf(at('spark/somebody-train/best/').model)).toBeNull();
  });

  it.each([
    ['another datastore', { model: `azureml://datastores/lake/paths/${asked.job}/` }],
    [
      'another workspace',
      {
        model: `azureml://subscriptions/s/resourcegroups/g/workspaces/x/datastores/workspaceblobstore/paths/${asked.job}/`,
      },
    ],
    ['an address of the storage', { model: `https://a.blob.core.windows.net/azureml/${asked.job}/` }],
    ['another run', at(`runs/${runId.replace('4c', '4d')}/model/`)],
    ['an earlier attempt', at(`spark/${runId}-train/`)],
    ['a name that only begins so', at(`spark/${asked.job}0/`)],
    ['what leads up', at(`spark/${asked.job}/../other/`)],
    ['what leads nowhere', at(`spark/./${asked.job}/`)],
    ['an escape', at(`spark/${asked.job}/%2e%2e/other`)],
    ['an empty folder name', at(`spark//${asked.job}/`)],
    ['the whole datastore', at('')],
  ])('is not %s', (_, report) => {
    expect(locateModel([report], asked)).toMatchObject({
      error: expect.stringMatching(/^the model that it reports must lie (?:in the default|below a folder)/),
    });
  });

  it.each([
    ['no object', null],
    ['nothing', {}],
    ['no text', { model: 7 }],
    ['more than a model', { ...at(asked.job), metrics: {} }],
  ])('is not said by a report that has %s', (_, report) => {
    expect(locateModel([report], asked)).toMatchObject({
      error: expect.stringContaining('its report must be'),
    });
  });

  it('is not known where two reports differ', () => {
    const reports = [at(`a/${asked.job}`), at(`b/${asked.job}`)];
    expect(locateModel(reports, asked)).toEqual({ error: 'it reports 2 models that differ; report one' });
  });
});
