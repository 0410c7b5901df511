import { describe, expect, it } from 'vitest';
import { buildAutoml } from '../../../shared/azure/build-automl.ts';
import type { AutomlConfig } from '../../../shared/config/automl-schema.ts';

const workspaceId =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw';
const inStore =
  'azureml://subscriptions/s/resourcegroups/rg/workspaces/mlw/datastores/workspaceblobstore/paths';

const automl: AutomlConfig = {
  kind: 'automl',
  task: 'classification',
  targetColumn: 'left',
  primaryMetric: 'AUC_weighted',
  compute: 'cpu',
  prepare: {
    command: 'python prepare.py ${{inputs.data}} ${{inputs.manifest}} ${{inputs.months}} ${{outputs.table}}',
    code: 'azureml:churn:1',
    environment: 'azureml:py:4',
    compute: 'big',
    resources: { instanceCount: 1, instanceType: 'Standard_E8s_v3' },
    environmentVariables: { LOG: 'info' },
    timeout: 'PT30M',
  },
  limits: {
    ...{ maxTrials: 20, maxConcurrentTrials: 4, trialTimeout: 'PT15M', timeout: 'PT2H' },
    ...{ earlyTermination: true, exitScore: 0.95 },
  },
  algorithms: { allowed: ['LogisticRegression', 'LightGBM', 'XGBoostClassifier', 'SGD', 'LinearSVM', 'KNN'] },
  ensembles: ['voting'],
  featurization: 'auto',
  validation: { folds: 5 },
  weightColumn: 'weight',
  positiveLabel: 'yes',
  identity: { type: 'managed' },
  settings: { months: 6 },
  tags: { team: 'mail' },
};
const request = {
  runId: 'churn-20020902-1f2e3d4c',
  model: 'churn',
  phase: 'train' as const,
  dataPath: 'churn/',
  job: automl,
  challenger: null,
  champion: null,
};
const jobOf = (changes: Partial<AutomlConfig> = {}) =>
  buildAutoml({ ...request, job: { ...automl, ...changes } }, workspaceId).job;

describe('a training by AutoML', () => {
  it('is one pipeline, whose output is the best model', () => {
    const { jobs, inputs, ...job } = jobOf();
    expect(job).toEqual({
      jobType: 'Pipeline',
      displayName: 'churn-20020902-1f2e3d4c-train',
      experimentName: 'churn',
      computeId: `${workspaceId}/computes/cpu`,
      identity: { identityType: 'Managed' },
      outputs: {
        model: {
          jobOutputType: 'mlflow_model',
          uri: `${inStore}/runs/churn-20020902-1f2e3d4c/model/`,
          mode: 'ReadWriteMount',
        },
      },
      settings: { continue_on_step_failure: false, force_rerun: true },
      tags: { team: 'mail', ratchetRun: 'churn-20020902-1f2e3d4c', ratchetPhase: 'train' },
    });
    expect(Object.keys(jobs ?? {})).toEqual(['prepare', 'automl']);
    expect(inputs).toMatchObject({ months: { jobInputType: 'literal', value: '6' } });
  });

  it('has the AutoML job as the clients of the service send one in a pipeline', () => {
    expect(jobOf().jobs?.['automl']).toEqual({
      type: 'automl',
      name: 'automl',
      display_name: 'automl',
      task: 'classification',
      primary_metric: 'auc_weighted',
      target_column_name: 'left',
      training_data: '${{parent.jobs.prepare.outputs.table}}',
      limits: {
        ...{ max_trials: 20, max_concurrent_trials: 4, trial_timeout_minutes: 15, timeout_minutes: 120 },
        ...{ enable_early_termination: true, exit_score: 0.95 },
      },
      featurization: { mode: 'auto' },
      training: {
        ...{ enable_vote_ensemble: true, enable_stack_ensemble: false, enable_model_explainability: false },
        allowed_training_algorithms: [
          ...['logistic_regression', 'light_gbm', 'xg_boost_classifier', 'sgd', 'linear_svm', 'knn'],
        ],
      },
      n_cross_validations: 5,
      weight_column_name: 'weight',
      positive_label: 'yes',
      log_verbosity: 'info',
      outputs: { best_model: { type: 'literal', value: '${{parent.outputs.model}}' } },
      tags: { ratchetStep: 'automl' },
    });
  });

  it('says nothing of what the model file leaves to the service', () => {
    const { algorithms: _, weightColumn: __, positiveLabel: ___, ensembles: ____, ...rest } = automl;
    const job = { ...rest, validation: { share: 0.2 } };
    const node = buildAutoml({ ...request, job }, workspaceId).job.jobs?.['automl'];
    expect(node).toMatchObject({
      validation_data_size: 0.2,
      training: { enable_vote_ensemble: true, enable_stack_ensemble: true },
    });
    for (const field of ['n_cross_validations', 'weight_column_name', 'positive_label'])
      expect(node).not.toHaveProperty(field);
  });

  it('has the command before it as a component that writes a table, on machines of its own', () => {
    const { component, job } = buildAutoml(request, workspaceId);
    expect(component).toMatchObject({
      name: 'ratchet-churn-prepare',
      version: expect.stringMatching(/^[0-9a-f]{32}$/),
      componentSpec: {
        type: 'command',
        command: expect.stringContaining('${{outputs.table}}'),
        code: `azureml:${workspaceId}/codes/churn/versions/1`,
        inputs: { data: { type: 'uri_folder' }, manifest: { type: 'uri_file' }, months: { type: 'string' } },
        outputs: { table: { type: 'mltable' } },
      },
    });
    expect(job.jobs?.['prepare']).toEqual({
      type: 'command',
      name: 'prepare',
      display_name: 'prepare',
      componentId: `${workspaceId}/components/ratchet-churn-prepare/versions/${component.version}`,
      computeId: `${workspaceId}/computes/big`,
      inputs: Object.fromEntries(
        ['data', 'manifest', 'months'].map((name) => [
          name,
          { job_input_type: 'literal', value: `\${{parent.inputs.${name}}}` },
        ]),
      ),
      outputs: { table: { job_output_type: 'mltable', mode: 'ReadWriteMount' } },
      limits: { job_limits_type: 'Command', timeout: 'PT30M' },
      resources: { instance_count: 1, instance_type: 'Standard_E8s_v3' },
      environment_variables: { LOG: 'info' },
      tags: { ratchetStep: 'prepare' },
    });
    expect(buildAutoml(request, workspaceId)).toEqual({ component, job });
  });

  it('leaves machines to the service where it is asked to', () => {
    const job = jobOf({ compute: 'serverless' });
    expect(job).not.toHaveProperty('computeId');
    expect(job.settings).toMatchObject({ default_compute: 'serverless' });
  });
});
