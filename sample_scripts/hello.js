// Hello: the demo server's issues, counted by assignee.
// F5 runs it, F8 stops it. Watch the calls arrive in 3 Trace.
const page = await tools.demo.list_issues({ state: "open", limit: input.limit });
console.log(`${page.total} open issues, looking at ${page.issues.length}`);

const counts = {};
for (const issue of page.issues) {
  const full = await tools.demo.get_issue({ id: issue.id });
  const who = full.assignee ?? "nobody";
  counts[who] = (counts[who] ?? 0) + 1;
  if (who === "nobody") console.warn(`#${issue.id} has no owner: ${issue.title}`);
}

await tools.demo.sleep({ ms: 300 });
return { greeting: `Hello, ${input.name}!`, counts };
