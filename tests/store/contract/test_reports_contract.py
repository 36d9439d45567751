"""What every book of reports must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.documents import DocumentFormat, ReportFilter, ReportRecord
from core.errors import ConflictError
from store.ledger.ledger import SqlLedger

MADE = ReportRecord(
    kind="energy",
    period="2025",
    scope="site:lra",
    site="lra",
    format=DocumentFormat.PDF,
    language="de",
    version=1,
    file_name="energiebericht.pdf",
    size_byte=3,
    digest="d",
    reason="",
    made_by="anna",
    made_at_utc=datetime(2026, 1, 7, 8, tzinfo=UTC),
)


async def test_a_report_comes_back_with_every_byte(ledger: SqlLedger) -> None:
    kept = await ledger.keep_report(MADE, b"\x00\xffz")
    assert replace(kept, id=0) == MADE
    assert await ledger.report(kept.id) == kept
    assert await ledger.report_content(kept.id) == b"\x00\xffz"
    assert (await ledger.report(77), await ledger.report_content(77)) == (None, None)


async def test_a_version_is_kept_once_and_in_its_turn(ledger: SqlLedger) -> None:
    await ledger.keep_report(MADE, b"a")
    for version in (1, 3):
        with pytest.raises(ConflictError):
            await ledger.keep_report(replace(MADE, version=version), b"b")
    await ledger.keep_report(replace(MADE, version=2, reason="Zähler getauscht"), b"b")
    assert [each.version for each in (await ledger.reports(ReportFilter())).items] == [2, 1]


async def test_reports_are_listed_by_site_and_page_by_page(ledger: SqlLedger) -> None:
    await ledger.keep_report(MADE, b"a")
    await ledger.keep_report(replace(MADE, scope="all", site=None), b"b")
    assert (await ledger.reports(ReportFilter(sites=frozenset({"lra"})))).total == 1
    assert (await ledger.reports(ReportFilter(sites=frozenset()))).total == 0
    first = await ledger.reports(ReportFilter(limit=1))
    second = await ledger.reports(ReportFilter(limit=1, cursor=first.next_cursor))
    assert [each.scope for page in (first, second) for each in page.items] == ["all", "site:lra"]
