// TypeScript: types are taken out before the script runs, every line stays where it is.
interface Issue {
  id: number;
  state: "open" | "closed";
  assignee: string | null;
  votes: number;
}
type Load = Record<string, { open: number; votes: number }>;

const { issues } = (await tools.demo.list_issues({ limit: input.limit as number })) as { issues: Issue[] };

function add<T extends Issue>(load: Load, issue: T): Load {
  const person = issue.assignee ?? "nobody";
  const before = load[person] ?? { open: 0, votes: 0 };
  return { ...load, [person]: { open: before.open + 1, votes: before.votes + issue.votes } };
}

return issues.filter((issue) => issue.state === "open").reduce(add, {} satisfies Load);
