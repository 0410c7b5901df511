/** The result of a log query. */
export interface LogsTable {
  readonly columns: readonly LogsColumn[];
  /** A datetime is ISO 8601 in UTC, a dynamic value parsed, an absent value null. */
  readonly rows: readonly (readonly unknown[])[];
}

export interface LogsColumn {
  readonly name: string;
  /** As KQL names it: long, real, datetime, string … */
  readonly type: string;
}
