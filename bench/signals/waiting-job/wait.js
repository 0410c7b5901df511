// A training job that is under way for as long as anybody measures: signals that come meanwhile join its run.
setTimeout(() => process.exit(1), 3_600_000);
