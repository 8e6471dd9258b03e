// Conditional: post to a channel only when there is something to say.
const { items } = await tools.demo.search_issues({ query: input.query });
const open = items.filter((issue) => issue.state === "open");
if (open.length === 0) {
  return { posted: false, reason: `nothing open about "${input.query}"` };
}
const lines = open.map((issue) => `#${issue.id} ${issue.title}`);
const message = await tools.demo.post_message({ channel: input.channel, text: lines.join("\n") });
return { posted: true, issues: open.length, message };
