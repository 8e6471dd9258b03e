// Parallel: independent calls run at once. Watch the bars of the trace overlap.
const started = Date.now();
const [stats, channels, ...naps] = await Promise.all([
  tools.demo.issue_stats(),
  tools.demo.list_channels(),
  ...input.naps.map((ms) => tools.demo.sleep({ ms })),
]);

// The same as a batch: envelopes in the order of the calls, at most two at a time.
const batch = call_tools(
  input.naps.map((ms) => ({ server: "demo", tool: "sleep", args: { ms } })),
  { max_parallel: 2 },
);
console.log(`took ${Date.now() - started} ms`);
({ stats, channels, slept: naps.map((nap) => nap.slept_ms), batch: batch.map((answer) => answer.ok) });
