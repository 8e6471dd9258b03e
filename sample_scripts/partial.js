// Error handling: some calls fail, the script goes on with what it has and says what is missing.
const found = [];
const missing = [];
for (const id of input.ids) {
  const answer = call_tool("demo", "get_issue", { id });
  if (answer.ok) {
    found.push({ id, title: answer.result.title });
  } else {
    missing.push({ id, code: answer.error.code, message: answer.error.message });
    console.warn(`issue ${id}: ${answer.error.message}`);
  }
}
({ found, missing });
