"""What was odd about a thing is told with it."""

from __future__ import annotations

import pytest

from core.facts import Notice
from core.texts import Finding
from tests.district import District

SOURCES = [
    ("meters.show", "schule-strom", "meter:schule-strom"),
    ("stations.show", "lis-01", "station:lis-01"),
    ("vehicles.show", "lk-e-101", "vehicle:lk-e-101"),
]


@pytest.mark.parametrize(("row", "id_", "source"), SOURCES)
async def test_a_thing_shows_what_was_odd_about_it_and_not_about_others(
    district: District, row: str, id_: str, source: str
) -> None:
    now_utc = district.clock()
    finding = Finding.of("payload.time_missing")
    for each, count in ((source, 3), ("meter:elsewhere", 1)):
        notice = Notice(source=each, finding=finding, first_seen_utc=now_utc, last_seen_utc=now_utc, count=count)
        await district.stores.ledger.notice([notice])
    notices = (await district.ask(row, id=id_)).notices
    assert [(each.notice.code, each.count, each.last_age_s) for each in notices] == [("payload.time_missing", 3, 0.0)]
