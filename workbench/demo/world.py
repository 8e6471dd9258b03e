"""The demo's data: an issue tracker and a chat of a small team, the same in every process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any, Literal, TypeAlias

from workbench.util.dataclass import dataclass

Row: TypeAlias = dict[str, Any]
State: TypeAlias = Literal["open", "closed"]

LABELS: dict[str, str] = {
    "bug": "Something does not work",
    "feature": "Something new",
    "docs": "Words, not code",
    "p1": "Drop everything",
    "p2": "This week",
    "p3": "Some day",
    "security": "Handle with care",
}

USERS: tuple[Row, ...] = (
    {"handle": "amy", "name": "Amy Okafor", "team": "web", "timezone": "Europe/Paris"},
    {"handle": "ben", "name": "Ben Lindqvist", "team": "web", "timezone": "Europe/Stockholm"},
    {"handle": "chie", "name": "Chie Tanaka", "team": "data", "timezone": "Asia/Tokyo"},
    {"handle": "dmitri", "name": "Dmitri Sokolov", "team": "data", "timezone": "Europe/Tallinn"},
    {"handle": "eva", "name": "Eva Moreno", "team": "platform", "timezone": "America/Bogota"},
    {"handle": "femi", "name": "Femi Adeyemi", "team": "platform", "timezone": "Africa/Lagos"},
)

CHANNELS: tuple[Row, ...] = (
    {"name": "general", "topic": "Everyone", "members": 6},
    {"name": "web", "topic": "Site and dashboard", "members": 2},
    {"name": "incidents", "topic": "What is on fire now", "members": 6},
    {"name": "releases", "topic": "What went out", "members": 4},
)

# title, labels, assignee, votes; "-" closes an issue, an empty assignee means nobody
_ISSUES = """
Login page is blank in Safari 17|bug p1|amy|42
Export to CSV loses the header row|bug p2||17
Dark theme for the dashboard|feature p3|ben|88
Webhook deliveries are retried for ever|bug p1||31
-Document the rate limits|docs p2|eva|6
Session cookie lacks SameSite|security p1|femi|12
Search ignores accents|bug p3||9
-Upgrade the job queue|feature p2|dmitri|4
Weekly digest arrives twice|bug p2|chie|23
Add keyboard shortcuts to the board|feature p3||35
Typo on the pricing page|docs p3||1
Import hangs on files over 2 GB|bug p2|dmitri|14
-API returns 500 for unknown locale|bug p1|ben|27
Two-factor codes fail after the clock change|bug security p1||53
Show avatars in comments|feature p3|amy|11
Table of contents for the handbook|docs p3|eva|3
Graphs are cut off on small screens|bug p2|amy|19
-Audit log for administrators|feature security p2|femi|46
Attachment names with spaces break|bug p3||8
Slow query on the activity page|bug p2|chie|22
Bulk edit of labels|feature p2||29
-Broken links in the changelog|docs p3|ben|2
Password reset mail lands in spam|bug p1|eva|38
Offer a public status page|feature p2||64
""".strip().splitlines()


class Missing(Exception):
    """What was asked for does not exist; the message says what does."""


@dataclass(slots=True)
class World:
    """The state of one demo process. Changes live as long as it does."""

    issues: dict[int, Row] = field(default_factory=dict)
    messages: list[Row] = field(default_factory=list)

    @classmethod
    def fresh(cls) -> World:
        world = cls()
        for number, line in enumerate(_ISSUES, start=101):
            title, labels, assignee, votes = line.split("|")
            world.issues[number] = {
                "id": number,
                "title": title.removeprefix("-"),
                "state": "closed" if title.startswith("-") else "open",
                "labels": labels.split(),
                "assignee": assignee or None,
                "votes": int(votes),
                "created_at": f"2026-{1 + number % 9:02}-{1 + number * 7 % 28:02}T09:30:00Z",
                "comments": [],
            }
        return world

    # -- issues ------------------------------------------------------------------------

    def select(
        self,
        state: str = "all",
        labels: list[str] | None = None,
        assignee: str | None = None,
    ) -> Iterator[Row]:
        """Issues by number; ``assignee`` "none" selects those that nobody has."""
        for issue in self.issues.values():
            if state not in ("all", issue["state"]):
                continue
            if labels and not set(labels) <= set(issue["labels"]):
                continue
            if assignee is not None and (issue["assignee"] or "none") != assignee:
                continue
            yield issue

    def search(self, query: str) -> list[Row]:
        """Issues with every word of the query in title or labels, most votes first."""
        words = query.lower().split()
        found = [
            issue
            for issue in self.issues.values()
            if all(
                word in f"{issue['title']} {' '.join(issue['labels'])}".lower() for word in words
            )
        ]
        return sorted(found, key=lambda issue: -issue["votes"])

    def issue(self, number: int) -> Row:
        try:
            return self.issues[number]
        except KeyError:
            least, most = min(self.issues), max(self.issues)
            raise Missing(f"no issue {number}; issues are numbered {least} to {most}") from None

    def create(self, title: str, labels: list[str], assignee: str | None) -> Row:
        self._check(labels, assignee)
        number = max(self.issues) + 1
        self.issues[number] = {
            "id": number,
            "title": title,
            "state": "open",
            "labels": list(labels),
            "assignee": assignee,
            "votes": 0,
            "created_at": "2026-11-23T12:00:00Z",
            "comments": [],
        }
        return self.issues[number]

    def update(self, number: int, changes: Row) -> Row:
        self._check(changes.get("labels", []), changes.get("assignee"))
        issue = self.issue(number)
        issue.update(changes)
        return issue

    def comment(self, number: int, author: str, text: str) -> Row:
        self.user(author)
        comments: list[Row] = self.issue(number)["comments"]
        comments.append({"id": len(comments) + 1, "author": author, "text": text})
        return comments[-1]

    def stats(self) -> Row:
        by_label = {
            label: sum(label in issue["labels"] for issue in self.select("open"))
            for label in LABELS
        }
        return {
            "open": sum(1 for _ in self.select("open")),
            "closed": sum(1 for _ in self.select("closed")),
            "unassigned": sum(1 for _ in self.select("open", assignee="none")),
            "open_by_label": by_label,
        }

    # -- people and chat ---------------------------------------------------------------

    def user(self, handle: str) -> Row:
        for user in USERS:
            if user["handle"] == handle:
                return user
        known = ", ".join(user["handle"] for user in USERS)
        raise Missing(f"no user {handle!r}; the team is {known}")

    def post(self, channel: str, text: str) -> Row:
        names = [known["name"] for known in CHANNELS]
        if channel not in names:
            raise Missing(f"no channel {channel!r}; there are {', '.join(names)}")
        self.messages.append({"id": len(self.messages) + 1, "channel": channel, "text": text})
        return self.messages[-1]

    def _check(self, labels: list[str], assignee: str | None) -> None:
        unknown = [label for label in labels if label not in LABELS]
        if unknown:
            raise Missing(f"no label {unknown[0]!r}; there are {', '.join(LABELS)}")
        if assignee is not None:
            self.user(assignee)
