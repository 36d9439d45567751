"""What the live page shows, made once for all who see the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable

Parts = dict[str, str]
"""The HTML of each part of a page, by the id of its element."""


class Board:
    """Keeps parts for a moment: ten open pages of one scope and language cost no more than one."""

    def __init__(self, fresh_s: float) -> None:
        self._fresh_s = fresh_s
        self._made: dict[Hashable, tuple[float, asyncio.Task[Parts]]] = {}

    async def parts(self, key: Hashable, make: Callable[[], Awaitable[Parts]]) -> Parts:
        """Return the parts of `key`, made anew if they are older than `fresh_s`; what `make` raises is raised."""
        now_s = time.monotonic()
        made_s, making = self._made.get(key, (0.0, None))
        if making is None or now_s - made_s >= self._fresh_s:
            self._forget_before(now_s - self._fresh_s)
            making = asyncio.ensure_future(_made(make))
            self._made[key] = (now_s, making)
        return await asyncio.shield(making)  # one page that closes must not take it from the others

    def _forget_before(self, old_s: float) -> None:
        for key in [key for key, (made_s, making) in self._made.items() if made_s <= old_s and making.done()]:
            del self._made[key]


async def _made(make: Callable[[], Awaitable[Parts]]) -> Parts:
    return await make()
