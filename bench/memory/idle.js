// A bare Node process: what any process of this runtime takes before it does anything. Ends with its parent.
process.stdin.resume();
