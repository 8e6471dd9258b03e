// Compose: the open bugs that nobody owns, each with the person it should go to.
// One call's result is the next one's argument; only the answer leaves the script.
const { issues } = await tools.demo.list_issues({ assignee: "none", labels: ["bug"], limit: input.limit });

const out = [];
for (const issue of issues) {
  const { comments } = await tools.demo.get_issue({ id: issue.id });
  out.push({
    id: issue.id,
    title: issue.title,
    discussed_by: [...new Set(comments.map((comment) => comment.author))],
  });
}
return { unowned: out.length, issues: out };
