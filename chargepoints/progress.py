"""Up to which journal frame everything has been stored, while many stations' frames are under way."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class _Mark(NamedTuple):
    ticket: int
    frame: int


class Progress:
    """Finds a frame such that nothing at or before it is still under way.

    Who is about to journal a frame takes a ticket and gives it back once the frame's effects are
    gathered. Frame ids grow with the begin of journalling, so all frames up to the highest one
    gathered belong to tickets taken by then: once these are back and a write has followed, all
    effects up to that frame are stored.
    """

    def __init__(self, stored: int) -> None:
        self.stored = stored
        self._taken = 0
        self._open: dict[int, None] = {}
        self._highest = stored
        self._marks: deque[_Mark] = deque()

    def take(self) -> int:
        """Return a ticket for a frame that is about to be journalled."""
        self._taken += 1
        self._open[self._taken] = None
        return self._taken

    def give_back(self, ticket: int, frame: int = 0) -> None:
        """Say that the effects of a ticket's frame are gathered (or that it came to none)."""
        del self._open[ticket]
        self._highest = max(self._highest, frame)

    def before_write(self) -> int:
        """Return the frame that will be stored with all before it, once what is gathered now is written."""
        if not self._marks or self._marks[-1].frame < self._highest:
            self._marks.append(_Mark(self._taken, self._highest))
        oldest_open = next(iter(self._open), self._taken + 1)
        reached = self.stored
        while self._marks and self._marks[0].ticket < oldest_open:
            reached = self._marks.popleft().frame
        return reached

    def written(self, frame: int) -> None:
        """Say that the write is done."""
        self.stored = max(self.stored, frame)
