import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { GateReportDocument } from '../../../shared/domain/gate-report.ts';
import { GateReportSchema } from '../../../shared/domain/gate-report-schema.ts';
import { reports } from './sample-reports.ts';

type Mutable<T> = { -readonly [Key in keyof T]: Mutable<T[Key]> };

const published = z.fromJSONSchema(JSON.parse(readFileSync('docs/schema/gate-report.schema.json', 'utf8')));

describe('the schema of the gate report', () => {
  it('has the very fields of the type', () => {
    // The assignments are the test: they fail to compile where the schema and the type part.
    const schemaToType = (report: z.infer<typeof GateReportSchema>): GateReportDocument => report;
    const typeToSchema = (report: Mutable<GateReportDocument>): z.infer<typeof GateReportSchema> => report;
    expect([schemaToType, typeToSchema]).toHaveLength(2);
  });

  it.each(Object.entries(reports))('describes a report of %s, and leaves no field out', (_, makeReport) => {
    const stored = JSON.parse(JSON.stringify(makeReport())) as unknown;
    expect(GateReportSchema.parse(stored)).toEqual(stored);
    expect(published.safeParse(stored).error).toBeUndefined();
  });

  it('as it is published refuses what is no report', () => {
    const report = reports['a binary model']!();
    for (const wrong of [
      { ...report, verdict: 'fine' },
      { ...report, schemaVersion: report.schemaVersion + 1 },
      { ...report, gates: [{ ...report.gates[0], limit: 'high' }] },
      { ...report, curves: undefined },
    ]) {
      expect(published.safeParse(JSON.parse(JSON.stringify(wrong))).success).toBe(false);
    }
  });
});
