"""Publishing revenue shares: pages and open data as files, to be put on the district's own website."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen

from operations.house import Call, House
from operations.reports.export_rows import FileRef
from operations.share_papers.export import kept_file
from operations.transparency.figures import public_shares
from reports.public_data import PublicStatus
from reports.public_page import archive_of, public_files

ARCHIVE = "kreiswatt-public-shares.zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishShares:
    """What is to be published: with `contract_sums` also sums of contracts between few, if all of them agree.

    `licence` is that of the data, such as `dl-de/by-2-0`.
    """

    contract_sums: bool = False
    licence: Annotated[str, MaxLen(100)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesPublished:
    """A ZIP of pages and open data: of which `settled_years` and how many `municipalities`.

    `left_open` have no numbers yet.
    """

    file: FileRef
    settled_years: tuple[int, ...]
    municipalities: int
    left_open: int
    settled_at_utc: datetime | None


async def publish_shares(house: House, request: PublishShares, call: Call) -> SharesPublished:
    """Return the files; the same data give the same bytes."""
    shares = await public_shares(house, contract_sums=request.contract_sums, licence=request.licence)
    return SharesPublished(
        file=await kept_file(house, ARCHIVE, archive_of(public_files(shares)), call),
        settled_years=shares.years,
        municipalities=len({row.key for row in shares.rows}),
        left_open=sum(row.status is PublicStatus.OPEN for row in shares.rows),
        settled_at_utc=shares.settled_at_utc,
    )
