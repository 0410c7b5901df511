/** Metrics of 2 to 50 classes. */
import { type Cell, cellOf } from '../cell.ts';
import { classifiers } from '../populations/multiclass.ts';

export function* multiclassCells(): Generator<Cell> {
  const sizes = [
    [2, 100, 'equal'],
    [3, 500, 'unequal'],
    [10, 500, 'equal'],
    [10, 2000, 'unequal'],
    [50, 2000, 'equal'],
    [50, 5000, 'unequal'],
  ] as const;
  const metrics = [
    'accuracy',
    'balanced_accuracy',
    'matthews',
    'precision_macro',
    'recall_macro',
    'f1_macro',
    'precision_weighted',
    'f1_weighted',
    'precision@c1',
    'recall@c1',
    'f1@c1',
    'roc_auc_ovr',
  ];
  const losses = ['log_loss', 'brier', 'ece'];
  const sure = { tops: [0.7, 0.99], sureness: 1.5 } as const;
  for (const [count, rows, shares] of sizes) {
    const what = `${count} classes, ${shares}`;
    const alone = () => classifiers({ count, shares }, sure, null);
    const equal = () => classifiers({ count, shares }, sure, sure);
    // All of them where the classes are unequal and few, elsewhere those that hang on the classes most.
    const dense = shares === 'unequal' && count <= 10;
    const wanted = dense
      ? metrics
      : ['balanced_accuracy', 'matthews', 'f1_macro', 'recall@c1', ...(count < 50 ? ['roc_auc_ovr'] : [])];
    for (const metric of wanted) yield cellOf(metric, 'atLeast', rows, [what, alone]);
    for (const metric of losses) yield cellOf(metric, 'atMost', rows, [what, alone]);
    for (const metric of dense ? [...metrics, ...losses] : ['f1_macro', 'log_loss']) {
      yield cellOf(metric, 'superiority', rows, [what, equal]);
    }
  }
  const classes = { count: 10, shares: 'unequal' } as const;
  const pair = () =>
    classifiers(classes, { tops: [0.6, 0.99], sureness: 1.5 }, { tops: [0.7, 0.99], sureness: 1.2 });
  for (const metric of [...metrics, ...losses]) {
    yield cellOf(metric, 'non-inferiority', 2000, ['10 classes, unequal, less often right', pair]);
  }
  const micro = ['precision_micro', 'recall_micro', 'f1_micro', 'recall_weighted'];
  for (const metric of micro)
    yield cellOf(metric, 'atLeast', 500, ['10 classes, unequal', () => classifiers(classes, sure, null)]);
}
