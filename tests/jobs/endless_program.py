"""Run by `test_kill.py`: runs a job that never ends, until it is killed; says on stdout that it has begun."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.work import JobRun, JobState
from jobs.lease import Lease
from store.open import open_embedded

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


async def main(folder: Path) -> None:
    stores = await open_embedded(folder / "data", lambda: NOW)
    async with Lease(stores.ledger, lambda: NOW).keep():
        begun = NOW - timedelta(minutes=1)
        await stores.ledger.save_run(
            JobRun(job="daily", period="2026-11-20", state=JobState.RUNNING, begun_at_utc=begun)
        )
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1])))
