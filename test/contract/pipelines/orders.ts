import type { PipelineOrder } from '../../../shared/domain/pipeline.ts';

export const startedAt = '2026-03-10T06:00:00.000Z';

export const orderOf = (key: string, more: Partial<PipelineOrder> = {}): PipelineOrder => ({
  ...{ key, stage: 'staging', model: { name: 'spam-filter', version: '4', modelUri: '' } },
  ...{ previousVersion: '3', digest: 'd'.repeat(64), askedAt: startedAt },
  ...more,
});
