"""A script of 100 lines as a model writes it in TypeScript, and the same without its types.

Types stand in a third of its lines: an interface at the head, parameters, some results and variables.
"""

from __future__ import annotations

import re

_HEAD = """\
‹interface Issue {
  id: number;
  title: string;
  labels: string[];
  assignee: string | null;
}

interface Summary { label: string; open: number; oldest: string | null }
›
const wanted‹: string[]› = input.labels ?? ["bug", "p1"];
const limit = input.limit ?? 50;
const seen = new Map‹<number, Issue>›();
const problems‹: string[]› = [];
"""
_PART = """\

// Part {n}: one page after the other, until there is nothing new.
async function load{n}(label‹: string›, page‹: number› = 1)‹: Promise<Issue[]>› {
  const found‹: Issue[]› = [];
  for (let at = page; at < page + 3; at++) {
    const answer = await read(label, at);
    if (!answer.ok) {
      problems.push(`${label}: ${answer.error.message}`);
      break;
    }
    for (const issue of answer.result‹ as Issue[]›) {
      if (!seen.has(issue.id)) found.push(issue);
      seen.set(issue.id, issue);
    }
    if (answer.result.length < limit) break;
  }
  return found;
}

function summary{n}(label‹: string›, issues‹: Issue[]›)‹: Summary› {
  const open = issues.filter((issue) => issue.assignee === null);
  const oldest = issues.map((issue) => issue.title).sort()[0] ?? null;
  return { label, open: open.length, oldest };
}
"""
_TAIL = """\

async function read(label‹: string›, page‹: number›) {
  return { ok: true, result: [{ id: page, title: label, labels: [label], assignee: null }] };
}

const lines‹: Summary[]› = [];
for (const label of wanted) {
  const issues = await load1(label);
  lines.push(summary1(label, issues));
}
lines.sort((a, b) => b.open - a.open);
const most = lines[0]‹!›;
({ most, lines: lines.length, seen: seen.size, problems })
"""
_TYPES = re.compile("‹(.*?)›", re.S)
_WHOLE = _HEAD + "".join(_PART.replace("{n}", str(n)) for n in (1, 2, 3)) + _TAIL
TYPED = _TYPES.sub(r"\1", _WHOLE)
UNTYPED = _TYPES.sub(lambda found: re.sub(r"[^\n]", " ", found[1]), _WHOLE)
