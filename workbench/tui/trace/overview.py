"""A long run in one line: how many calls began when, and where some failed."""

from __future__ import annotations

from dataclasses import field

from workbench.util.dataclass import dataclass

_BUCKETS = 512
_LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Overview:
    """Calls by time, in slices that double as the run grows: its cost does not grow with it."""

    slice_ms: float = 1.0
    began: list[int] = field(default_factory=lambda: [0] * _BUCKETS)
    failed: list[int] = field(default_factory=lambda: [0] * _BUCKETS)

    def started(self, at_ms: float) -> None:
        self.began[self._slice(at_ms)] += 1

    def failure(self, at_ms: float) -> None:
        """The call that began then failed."""
        self.failed[self._slice(at_ms)] += 1

    def _slice(self, at_ms: float) -> int:
        while at_ms >= self.slice_ms * _BUCKETS:
            self.slice_ms *= 2
            self.began, self.failed = _halved(self.began), _halved(self.failed)
        return max(0, int(at_ms / self.slice_ms))

    def line(self, scale_ms: float, width: int) -> list[tuple[str, bool]]:
        """Texts of ``width`` cells together, and for each whether calls failed there."""
        if width <= 0:
            return []
        counts, bad = [0] * width, [0] * width
        for index in range(_BUCKETS):
            if self.began[index]:
                cell = min(width - 1, int(index * self.slice_ms / scale_ms * width))
                counts[cell] += self.began[index]
                bad[cell] += self.failed[index]
        most = max(counts) or 1
        parts: list[tuple[str, bool]] = []
        for count, failures in zip(counts, bad, strict=True):
            sign = _LEVELS[(count * len(_LEVELS) - 1) // most] if count else " "
            if parts and parts[-1][1] == bool(failures):
                parts[-1] = (parts[-1][0] + sign, parts[-1][1])
            else:
                parts.append((sign, bool(failures)))
        return parts


def _halved(counts: list[int]) -> list[int]:
    pairs = [counts[n] + counts[n + 1] for n in range(0, _BUCKETS, 2)]
    return pairs + [0] * (_BUCKETS - len(pairs))
