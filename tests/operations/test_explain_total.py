"""Where totals come from: days, months, years, sites; and what is frozen of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from core.errors import NotFoundError, RequestError
from core.evidence import Explanation, FigureId
from core.facts import GeneratedSpan
from core.intervals import Reliability
from core.quantities import Quantity
from core.readings import Reading, SlotShare
from core.retention import Deletion
from core.texts import Finding
from operations.evidence.freezing import of_body, to_body
from operations.evidence.leaves import PARTS_MAX, of_parts
from operations.evidence.total import explain_total
from tests.operations.explaining import STROM, Asked, asked, codes, dial, leaves, part, slot
from tests.operations.places import IMPORT, SLOT

OCTOBER = datetime(2026, 9, 30, 22, tzinfo=UTC)
MONTH = f"total/2026-10/{STROM}/energy_import_wh"
DAYS = 3


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[Asked]:
    """Return a school whose meters counted through October's first days, with quarter hours computed."""
    async with asked(tmp_path / "data") as opened:
        await opened.put(*dial(OCTOBER - SLOT, 96 * DAYS + 4))
        await opened.put(*dial(OCTOBER - SLOT, 96 * DAYS + 4, 500.0, "meter:halle", rise=10.0))
        await opened.compute()
        yield opened


async def forget(school: Asked, before_utc: datetime) -> None:
    """Delete all registers' readings before an instant, on record, as the rule would."""
    deletion = Deletion(
        rule="meter_registers",
        keep="P10Y",
        reason="§ 147 AO",
        before_utc=before_utc,
        begun_at_utc=school.now_utc,
    )
    await school.stores.ledger.save_deletion(deletion)
    gone = await school.stores.readings.forget_readings("meter_registers", [IMPORT], before_utc, ["meter"])
    assert gone > 0


def tamper(school: Asked, change: str) -> None:
    with sqlite3.connect(school.folder / "ledger.sqlite") as ledger:
        assert ledger.execute(f"update statement set {change}").rowcount == 1


async def test_a_day_is_its_quarter_hours_and_agrees_with_its_readings(school: Asked) -> None:
    told = await school.explain(f"total/2026-10-02/{STROM}/energy_import_wh")
    assert (told.value, codes(told)) == (Decimal("9600.000"), ["evidence.agrees"])
    assert told.details["share"] == "measured"
    begin, end = part(told, "evidence.border_begin"), part(told, "evidence.border_end")
    assert begin.value is not None
    assert end.value is not None
    assert end.value - begin.value == told.value
    slots = part(told, "evidence.slots").parts
    assert len(slots) == 96
    assert sum(each.value or 0 for each in slots) == told.value
    deeper = await school.explain(slots[7].figure)
    assert (deeper.value, codes(deeper)) == (slots[7].value, ["evidence.agrees"])


async def test_a_month_is_its_days_and_a_year_its_months(school: Asked) -> None:
    month = await school.explain(MONTH)
    days = part(month, "evidence.days").parts
    assert [day.figure for day in days[:2]] == [
        f"total/2026-10-01/{STROM}/energy_import_wh",
        f"total/2026-10-02/{STROM}/energy_import_wh",
    ]
    assert sum(day.value or 0 for day in days) == month.value
    assert "evidence.agrees" in codes(month)
    year = await school.explain(f"total/2026/{STROM}/energy_import_wh")
    assert codes(year) == ["evidence.sum_agrees", "evidence.period_open"]
    assert MONTH in {each.figure for each in part(year, "evidence.months").parts}


async def test_a_site_is_the_sum_of_its_supply_meters_and_names_the_silent(school: Asked) -> None:
    await school.put(Reading("meter:wasser", Quantity.VOLUME_M3, OCTOBER, 12.5))
    told = await school.explain("total/2026-10-02/site:schule/energy_import_wh")
    assert (told.value, codes(told)) == (Decimal("10560.000"), ["evidence.sum_agrees"])
    meters = part(told, "evidence.supply_meters").parts
    assert [each.figure for each in meters] == [
        "total/2026-10-02/meter:halle/energy_import_wh",
        f"total/2026-10-02/{STROM}/energy_import_wh",
    ]
    water = await school.explain("total/2026-10-02/site:schule/volume_m3.water")
    assert codes(water) == [
        "evidence.not_recomputed",
        "evidence.silent",
        "evidence.nothing_known",
    ]
    assert water.findings[1].params == {"source": "meter:wasser"}


async def test_a_month_in_which_a_meter_took_anothers_place_is_measured(school: Asked) -> None:
    inventory, change = school.house.inventory(), date(2026, 10, 2)
    meters = {
        **inventory.meters,
        "strom": replace(inventory.meters["strom"], valid_to=change),
        "halle": replace(inventory.meters["halle"], valid_from=change, valid_to=date(2026, 10, 4)),
    }
    school.house = replace(school.house, inventory=lambda: replace(inventory, meters=meters))
    await school.compute()
    days = {row.period: row for row in (await school.totals("site:schule", "2026-10")).totals}
    assert {name: (row.value, row.share) for name, row in days.items()} == {
        "2026-10-01": (Decimal("9600.000"), SlotShare.MEASURED),
        "2026-10-02": (Decimal("960.000"), SlotShare.MEASURED),
        "2026-10-03": (Decimal("960.000"), SlotShare.MEASURED),
    }
    whole = (await school.totals("site:schule", "2026-10")).whole
    assert (whole.value, whole.share, whole.measured_percent) == (Decimal("11520.000"), SlotShare.MEASURED, 100)
    told = await school.explain("total/2026-10/site:schule/energy_import_wh")
    assert (told.details["share"], "missing_s" in told.details) == ("measured", False)
    assert {each.details["share"] for each in part(told, "evidence.supply_meters").parts} == {"measured"}


async def test_totals_are_shown_with_the_ids_that_explain_them(school: Asked) -> None:
    totals = await school.totals(period="2026-10")
    assert (totals.name, totals.quantities) == ("Hauptzähler", (IMPORT,))
    assert (totals.whole.figure, totals.whole.share) == (MONTH, SlotShare.MISSING)
    for row in (totals.whole, *totals.totals):
        told = await school.explain(row.figure)
        assert told.value == row.value
    day = await school.totals(period="2026-10-02")
    assert len(day.totals) == 96
    assert (day.whole.reliability, totals.whole.reliability) == (Reliability.WHOLE, Reliability.NOT_RELIABLE)
    school.now_utc = OCTOBER + timedelta(days=DAYS, hours=4)
    assert (await school.totals(period="2026-10")).whole.reliability is Reliability.AT_LEAST
    assert day.totals[0].figure == slot(OCTOBER + timedelta(days=1))
    assert (day.totals[0].value, day.totals[0].measured_percent) == (Decimal("100.000"), 100.0)
    assert sum(row.value or 0 for row in day.totals) == day.whole.value


async def test_the_present_month_is_shown_where_none_is_named(school: Asked) -> None:
    assert (await school.totals()).period == "2026-11"
    site = await school.totals("site:schule", "2026-10")
    assert (site.quantities, site.whole.value) == ((IMPORT,), Decimal("31900.000"))


async def test_what_the_demo_made_up_is_said_so(school: Asked) -> None:
    span = GeneratedSpan(source=STROM, start_utc=OCTOBER, end_utc=OCTOBER + timedelta(days=9), seed=1)
    await school.stores.ledger.mark_generated([span])
    assert "evidence.generated" in codes(await school.explain(MONTH))


async def test_deleted_readings_end_at_the_rule_that_deleted_them(school: Asked) -> None:
    await forget(school, OCTOBER + timedelta(days=30))
    for figure in (MONTH, slot(OCTOBER + SLOT)):
        told = await school.explain(figure)
        assert told.value is not None
        (rule,) = leaves(told)
        assert rule.citation is not None
        assert (rule.citation.reference, rule.citation.edition) == ("retention/meter_registers", "P10Y")
        assert rule.details["reason"] == "§ 147 AO"
        assert "evidence.not_recomputed" in codes(told)


async def test_what_was_frozen_is_explained_after_its_readings_are_gone(school: Asked) -> None:
    before = await school.explain(MONTH)
    made = await school.freeze("2026-10")
    assert (made.version, made.is_new, made.figures) == (1, True, (f"{MONTH}@r1",))
    await forget(school, OCTOBER + timedelta(days=30))
    told = await school.explain(f"{MONTH}@r1")
    assert (told.frozen, told.intact, told.value) == (True, True, before.value)
    assert codes(told)[:2] == ["evidence.intact", "evidence.today_same"]
    assert told.parts[:-1] == before.parts
    assert [leaf.citation for leaf in leaves(told)] == [leaf.citation for leaf in leaves(before)]
    assert told.details["digest"] == made.digest


async def test_freezing_what_says_the_same_makes_no_new_version(school: Asked) -> None:
    first = await school.freeze("2026-10")
    await forget(school, OCTOBER + timedelta(days=1))
    school.now_utc += timedelta(days=1)
    again = await school.freeze("2026-10", "noch einmal")
    assert (again.version, again.is_new, again.digest) == (1, False, first.digest)


async def test_a_new_version_wants_a_reason_and_the_old_one_stays(school: Asked) -> None:
    await school.freeze("2026-10")
    await school.put(*dial(OCTOBER + timedelta(days=DAYS, hours=1), 8, 29_850.0))
    await school.compute()
    with pytest.raises(RequestError, match=r"evidence\.reason_missing version=1"):
        await school.freeze("2026-10")
    second = await school.freeze("2026-10", "Nachlieferung")
    assert (second.version, second.reason) == (2, "Nachlieferung")
    old, new = await school.explain(f"{MONTH}@r1"), await school.explain(f"{MONTH}@r2")
    assert codes(old)[:2] == ["evidence.intact", "evidence.today_differs"]
    assert codes(new)[:2] == ["evidence.intact", "evidence.today_same"]
    assert old.value != new.value
    assert [each.version for each in (await school.totals(period="2026-10")).versions] == [2, 1]


@pytest.mark.parametrize(
    "change",
    [
        "body = replace(body, '1000', '1001')",
        "inputs_digest = 'x'",
        "digest = 'x'",
        """body = '{"figures":{"energy_import_wh":{"explanation":[]}}}'""",
        """body = '{"figures":{"energy_import_wh":null}}'""",
        """body = '{"figures":7}'""",
        """body = '[1]'""",
        "body = substr(body, 1, 100)",
        "body = ''",
    ],
)
async def test_tampered_evidence_is_shown_as_not_intact(school: Asked, change: str) -> None:
    await school.freeze("2026-10")
    tamper(school, change)
    told = await school.explain(f"{MONTH}@r1")
    assert (told.frozen, told.intact) == (True, False)
    assert codes(told)[0] == "evidence.not_intact"
    assert (await school.totals(period="2026-10")).versions[0].version == 1
    with pytest.raises(RequestError, match=r"evidence\.newest_not_intact version=1"):
        await school.freeze("2026-10", "noch einmal")


async def test_only_what_is_over_and_known_is_frozen(school: Asked) -> None:
    with pytest.raises(RequestError, match=r"evidence\.freeze_open"):
        await school.freeze("2026-11")
    with pytest.raises(NotFoundError, match=r"evidence\.nothing_to_freeze"):
        await school.freeze("2025-10")
    assert await school.why_not(f"total/2025-10/{STROM}/energy_import_wh@r1") == "evidence.version_unknown"


async def test_a_frozen_quarter_hour_too_would_be_told_by_its_version(school: Asked) -> None:
    assert await school.why_not(f"{slot(OCTOBER)}@r3") == "evidence.version_unknown"


async def test_an_explanation_comes_back_from_a_statement_as_it_was(school: Asked) -> None:
    explanation = await explain_total(school.house, FigureId.parse(MONTH), school.call)
    assert of_body(to_body(explanation)) == explanation


def test_very_many_parts_are_counted_and_not_spelled_out() -> None:
    one = Explanation(title=Finding.of("evidence.part", period="x"))
    (group,) = of_parts([one] * (PARTS_MAX + 7), Finding.of("evidence.slots", count=PARTS_MAX + 7))
    assert (len(group.parts), group.parts_left_out) == (PARTS_MAX, 7)


async def test_an_auditor_can_check_a_statement_with_sha256_alone(school: Asked) -> None:
    made = await school.freeze("2026-10")
    with sqlite3.connect(school.folder / "ledger.sqlite") as ledger:
        (row,) = ledger.execute("select kind, period, scope, body, inputs_digest, digest from statement").fetchall()
    *about, body, inputs_digest, digest = row
    said = f'[{",".join(map(json.dumps, about))},{body},"{inputs_digest}"]'
    figures = body.removeprefix('{"figures":').removesuffix("}")
    assert made.digest == digest == sha256(said.encode()).hexdigest()
    assert inputs_digest == sha256(figures.encode()).hexdigest()


async def test_months_of_a_meter_read_by_hand_are_explained_though_nothing_is_known_of_their_course(
    tmp_path: Path,
) -> None:
    ends = [datetime(2026, 5, 31, 22, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC)]
    mid, month = datetime(2026, 8, 12, 9, tzinfo=UTC), f"total/2026-{{}}/{STROM}/energy_import_wh"
    async with asked(tmp_path / "data") as place:
        await place.put(*(Reading(STROM, IMPORT, at, 1000.0 * n) for n, at in enumerate([*ends, mid])))
        await place.compute()
        told = {row.period: (row.share, row.value) for row in (await place.totals(period="2026")).totals}
        assert told.keys() == {"2026-06", "2026-07", "2026-08"}
        assert told["2026-06"] == (SlotShare.MEASURED, Decimal(1000))
        assert [told[name][0] for name in ("2026-07", "2026-08")] == [SlotShare.ESTIMATED, SlotShare.MISSING]
        assert sum(value for _, value in told.values()) == Decimal(2000)
        for name, (share, value) in told.items():
            explained = await place.explain(month.format(name[-2:]))
            assert (explained.value, explained.details["share"]) == (value, share)
            assert codes(explained) == ["evidence.agrees"]
