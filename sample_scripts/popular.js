// Loop with filtering: page through every issue, keep the ones with many votes.
const popular = [];
let offset = 0;
while (offset !== null) {
  const page = await tools.demo.list_issues({ state: "all", limit: 5, offset });
  for (const issue of page.issues) {
    if (issue.votes >= input.votes) popular.push({ id: issue.id, votes: issue.votes, title: issue.title });
  }
  offset = page.next_offset;
}
popular.sort((a, b) => b.votes - a.votes);
