"""The live public page: what may be made public of shares, computed once in ten minutes, for whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from console.throttle import Throttle
from operations.house import House
from operations.transparency.figures import public_shares
from reports.public_page import public_files

KEPT_FOR: Final = timedelta(minutes=10)
ASKED_MOST: Final = 120
ASKED_WITHIN_S: Final = 60.0


class Publication:
    """Keeps the files of the public page, so that many readers are no more work than one."""

    def __init__(self) -> None:
        self._throttle = Throttle(limit=ASKED_MOST, span_s=ASKED_WITHIN_S)
        self._files: Mapping[str, bytes] = {}
        self._made_at_utc: datetime | None = None
        self._making = asyncio.Lock()

    def wait_s(self, address: str) -> float:
        """Count a request of an address and return 0, or how long it has to wait."""
        return self._throttle.wait_s(address)

    async def files(self, house: House, now_utc: datetime) -> Mapping[str, bytes]:
        """Return all files by name, not older than ten minutes."""
        async with self._making:
            if self._made_at_utc is None or now_utc - self._made_at_utc >= KEPT_FOR:
                shares = await public_shares(house)
                self._files = await asyncio.to_thread(public_files, shares)
                self._made_at_utc = now_utc
        return self._files
