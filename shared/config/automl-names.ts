/** The metrics of a task, as MLflow names them. */
export const automlMetrics = {
  classification: [
    'AUC_weighted',
    'accuracy',
    'norm_macro_recall',
    'average_precision_score_weighted',
    'precision_score_weighted',
  ],
  regression: [
    'normalized_root_mean_squared_error',
    'normalized_mean_absolute_error',
    'r2_score',
    'spearman_correlation',
  ],
} as const;

/** The algorithms of a task, as specification 2024-04-01 names them (ClassificationModels, RegressionModels). */
export const automlAlgorithms = {
  classification: [
    'LogisticRegression',
    'SGD',
    'MultinomialNaiveBayes',
    'BernoulliNaiveBayes',
    'SVM',
    'LinearSVM',
    'KNN',
    'DecisionTree',
    'RandomForest',
    'ExtremeRandomTrees',
    'LightGBM',
    'GradientBoosting',
    'XGBoostClassifier',
  ],
  regression: [
    'ElasticNet',
    'GradientBoosting',
    'DecisionTree',
    'KNN',
    'LassoLars',
    'SGD',
    'RandomForest',
    'ExtremeRandomTrees',
    'LightGBM',
    'XGBoostRegressor',
  ],
} as const;
