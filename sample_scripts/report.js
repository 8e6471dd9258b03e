// Aggregation: many rows in, one small table out.
const { issues } = await tools.demo.list_issues({ state: "all", limit: 100 });
const people = {};
for (const { assignee, state, votes } of issues) {
  const row = (people[assignee ?? "nobody"] ??= { open: 0, closed: 0, votes: 0 });
  row[state] += 1;
  row.votes += votes;
}
({ total: issues.length, people });
