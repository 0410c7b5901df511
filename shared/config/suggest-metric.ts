import { metricNames } from './metric-catalog.ts';
import { suggest } from './suggest.ts';

/** What others call the metrics that Ratchet computes; letters and digits alone, without a `score` at the end. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  accuracy: ['acc', 'categoricalaccuracy', 'binaryaccuracy'],
  balanced_accuracy: ['bacc', 'balancedacc'],
  precision: ['ppv', 'positivepredictivevalue'],
  recall: ['tpr', 'truepositiverate', 'sensitivity', 'hitrate'],
  false_positive_rate: ['fpr', 'fallout', 'specificity', 'tnr', 'truenegativerate'],
  false_negative_rate: ['fnr', 'missrate'],
  f1: ['f1', 'fscore', 'f', 'fmeasure', 'dice'],
  f1_macro: ['macrof1'],
  f1_micro: ['microf1'],
  f1_weighted: ['weightedf1'],
  matthews: ['mcc', 'phi', 'matthewscorrcoef'],
  expected_cost: ['cost', 'meancost', 'averagecost', 'totalcost'],
  roc_auc: ['auc', 'auroc', 'aucroc', 'areaundercurve', 'gini'],
  roc_auc_ovr: ['aucovr', 'aucmacro', 'macroauc', 'rocaucmacro'],
  pr_auc: ['ap', 'averageprecision', 'auprc', 'aucpr', 'prc'],
  log_loss: ['crossentropy', 'binarycrossentropy', 'categoricalcrossentropy', 'bce', 'nll', 'deviance'],
  brier: ['brierscoreloss', 'brierloss'],
  recall_at_fpr: ['tpratfpr', 'sensitivityatspecificity', 'recallatspecificity'],
  precision_at: ['precisionatk', 'patk', 'topkprecision', 'liftatk'],
  calibration_slope: ['slope', 'coxslope'],
  calibration_intercept: ['calibrationinthelarge', 'citl', 'coxintercept'],
  ece: ['calibrationerror', 'expectedcalibrationerror'],
  mae: ['meanabsoluteerror', 'l1'],
  rmse: ['mse', 'rootmeansquarederror', 'meansquarederror', 'l2'],
  median_absolute_error: ['medae', 'medianae', 'mad', 'medianerror'],
  mae_trimmed: ['trimmedmae', 'trimmedmeanabsoluteerror'],
  mape: ['meanabsolutepercentageerror'],
  r2: ['rsquared', 'explainedvariance'],
  coverage_error: ['quantilecoverage'],
  interval_coverage: ['coverage', 'picp', 'predictionintervalcoverage', 'empiricalcoverage'],
  interval_score: ['winkler', 'winklerloss', 'meanintervalscore'],
  pinball: ['quantileloss', 'pinballloss', 'meanpinballloss'],
};

/** `; did you mean "roc_auc"?` for the metric that others call so, or one that is spelled nearly so, or nothing. */
export function suggestMetric(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const asCalled = [plain, plain.replace(/score$/, '')];
  const meant = metricNames.find((known) => {
    const names = [known.replaceAll('_', ''), ...(otherNames[known] ?? [])];
    return asCalled.some((called) => called !== '' && names.includes(called));
  });
  return meant ? `; did you mean "${meant}"?` : suggest(name, metricNames);
}
