"""Where a quarter hour comes from: its borders, what was decided, where its readings came in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.intervals import Resolution
from core.people import Actor, Role
from core.periods import Period
from core.ports import Direction, Frame
from core.quantities import Quantity
from core.readings import Reading
from core.work import MeterEventKind
from tests.operations.explaining import STROM, Asked, asked, codes, dial, leaves, part, slot
from tests.operations.places import IMPORT, POWER, SLOT

BEGIN = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[Asked]:
    async with asked(tmp_path / "data") as opened:
        yield opened


async def test_a_quarter_hour_is_its_end_less_its_begin(school: Asked) -> None:
    await school.put(*dial(BEGIN, 5), received_at_utc=BEGIN + timedelta(hours=2))
    await school.compute()
    told = await school.explain(slot(BEGIN + SLOT))
    assert (told.value, told.unit, codes(told)) == (Decimal("100.000"), "Wh", ["evidence.agrees"])
    begin, end = part(told, "evidence.border_begin"), part(told, "evidence.border_end")
    assert begin.value is not None
    assert end.value is not None
    assert end.value - begin.value == told.value
    (read,) = end.parts
    assert (read.value, read.title.code) == (Decimal("1200.0"), "evidence.reading.at")
    assert read.citation is not None
    assert read.citation.channel == "mqtt:main tele/schule/SENSOR"
    assert read.citation.received_at_utc == BEGIN + timedelta(hours=2)
    assert read.details == {"quality": "measured", "step": "counted"}


async def test_a_border_between_readings_names_both(school: Asked) -> None:
    await school.put(*dial(BEGIN - timedelta(minutes=7), 6))
    await school.compute()
    told = await school.explain(slot(BEGIN))
    begin = part(told, "evidence.border_begin")
    assert [each.title.code for each in begin.parts] == ["evidence.reading.before", "evidence.reading.after"]
    assert begin.value == Decimal("1046.667")
    assert codes(told) == ["evidence.agrees"]


async def test_what_is_kept_wrongly_is_found(school: Asked) -> None:
    await school.put(*dial(BEGIN, 5))
    await school.compute()
    store = school.stores.readings
    rows = (await store.amounts(Resolution.SLOT, [(STROM, IMPORT)], Period(BEGIN, BEGIN + SLOT)))[STROM, IMPORT]
    rows.thousandths[:] = 99_000
    await store.put_amounts(Resolution.SLOT, {(STROM, IMPORT): rows})
    told = await school.explain(slot(BEGIN))
    assert codes(told) == ["evidence.differs"]
    assert told.findings[0].params == {"stored": "99.000", "recomputed": "100.000"}


async def test_jitter_a_glitch_and_a_reset_are_named(school: Asked) -> None:
    minute = timedelta(minutes=1)
    values = [1000.0, 1010.0, 1009.5, 1020.0, 0.0, 1030.0, 1040.0]
    readings = [Reading(STROM, IMPORT, BEGIN + number * minute, value) for number, value in enumerate(values)]
    await school.put(*readings, *dial(BEGIN + SLOT, 3, 1100.0))
    await school.compute()
    told = await school.explain(slot(BEGIN))
    decided = {leaf.value: leaf.details["step"] for leaf in part(told, "evidence.decided").parts}
    assert decided == {Decimal("1009.5"): "held", Decimal("0.0"): "glitch"}
    assert (told.value, codes(told)) == (Decimal("100.000"), ["evidence.agrees"])


async def test_a_register_that_was_reset_is_explained(school: Asked) -> None:
    await school.put(*dial(BEGIN, 4, 50_000.0), *dial(BEGIN + 4 * SLOT, 5, 20.0))
    await school.compute()
    told = await school.explain(slot(BEGIN + 3 * SLOT))
    assert part(told, "evidence.border_end").parts[0].details["step"] == "reset"
    assert codes(told) == ["evidence.agrees"]


async def test_a_booked_exchange_is_cited_with_who_booked_it_and_why(school: Asked) -> None:
    at = BEGIN + SLOT + timedelta(minutes=5)
    await school.put(*dial(BEGIN, 2), *dial(BEGIN + 2 * SLOT, 3, 60.0))
    await school.book(MeterEventKind.EXCHANGE, at, 10.0, 1140.0)
    await school.compute()
    told = await school.explain(slot(BEGIN + SLOT))
    assert (told.value, codes(told)) == (Decimal("90.000"), ["evidence.agrees"])
    booking = next(leaf for leaf in leaves(told) if leaf.citation and leaf.citation.kind == "booking")
    assert (booking.value, booking.details["end_value"]) == (Decimal("10.0"), "1140.0 Wh")
    assert (booking.details["booked_by"], booking.details["reason"]) == ("anna", "Eichfrist")


async def test_in_a_long_gap_the_course_is_not_known(school: Asked) -> None:
    await school.put(*dial(BEGIN, 2), *dial(BEGIN + timedelta(hours=30), 3, 2000.0))
    await school.compute()
    told = await school.explain(slot(BEGIN + timedelta(hours=5)))
    assert (told.details["share"], told.details["missing_s"]) == ("estimated", "900")
    around = part(told, "evidence.border_begin").parts
    assert [leaf.value for leaf in around] == [Decimal("1100.0"), Decimal("2000.0")]
    assert codes(told) == ["evidence.agrees"]


async def test_a_late_reading_waits_to_be_computed_and_then_agrees(school: Asked) -> None:
    await school.put(*dial(BEGIN, 3), *dial(BEGIN + 4 * SLOT, 4, 1400.0))
    await school.compute()
    await school.put(Reading(STROM, IMPORT, BEGIN + 3 * SLOT, 1390.0))
    late = await school.explain(slot(BEGIN + 2 * SLOT))
    assert codes(late) == ["evidence.differs", "evidence.waits"]
    assert late.findings[0].params == {"stored": "100.000", "recomputed": "190.000"}
    await school.compute()
    told = await school.explain(slot(BEGIN + 2 * SLOT))
    assert (told.value, codes(told)) == (Decimal("190.000"), ["evidence.agrees"])


async def test_energy_that_only_power_witnesses_is_explained_by_power(school: Asked) -> None:
    minute = timedelta(minutes=1)
    await school.put(*(Reading("meter:pv", POWER, BEGIN + number * minute, -4000.0) for number in range(40)))
    await school.compute()
    told = await school.explain(slot(BEGIN, "meter:pv", Quantity.ENERGY_EXPORT_WH))
    assert (told.value, told.how and told.how.code) == (Decimal("1000.000"), "evidence.how_power")
    assert part(told, "evidence.border_begin").parts[0].unit == "W"
    mean = await school.explain(slot(BEGIN, "meter:pv", POWER))
    assert (mean.value, mean.how and mean.how.code) == (Decimal("-4000.0"), "evidence.how_mean")
    assert codes(told) == codes(mean) == ["evidence.agrees"]


async def test_a_stations_quarter_hour_ends_at_its_frames(school: Asked) -> None:
    received = BEGIN + timedelta(seconds=2)
    texts = [
        b'[2,"7","Heartbeat",{}]',
        b'[2,"8","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"2026-11-21T08:00:00Z"}]}]',
    ]
    for text in texts:
        await school.stores.journal.append(Frame("lis", "c1", Direction.IN, received, "ocpp1.6", text))
    source = "station:lis/1"
    await school.put(*dial(BEGIN, 1, 5000.0, source), received_at_utc=received + timedelta(milliseconds=30))
    await school.put(*dial(BEGIN + SLOT, 3, 5100.0, source))
    await school.compute()
    told = await school.explain(slot(BEGIN, source))
    (read,) = part(told, "evidence.border_begin").parts
    (frame,) = read.parts
    assert frame.citation is not None
    assert (frame.citation.reference, frame.citation.channel) == ("2", "ocpp lis")
    assert frame.details["message"] == texts[1].decode()
    assert frame.citation.at_utc == received


async def test_what_is_not_computed_says_why(school: Asked) -> None:
    empty = await school.explain(slot(BEGIN))
    assert (empty.value, codes(empty)) == (None, ["evidence.no_readings"])
    await school.put(*dial(BEGIN, 3))
    early = await school.explain(slot(BEGIN + 2 * SLOT))
    assert codes(early) == ["evidence.not_over"]
    waiting = await school.explain(slot(BEGIN))
    assert codes(waiting) == ["evidence.only_recomputed", "evidence.not_computed_yet"]


@pytest.mark.parametrize(
    ("figure", "code"),
    [
        ("unsinn", "evidence.figure_id_invalid"),
        ("wurst/2026/lra/paid_eur", "evidence.report_unknown"),
        (f"interval/2026-11-21T08:07Z/{STROM}/energy_import_wh", "evidence.slot_invalid"),
        (f"interval/2026-11/{STROM}/energy_import_wh", "evidence.slot_invalid"),
        (f"interval/2026-11-21T08:00Z/{STROM}/colour", "evidence.quantity_unknown"),
        ("interval/2026-11-21T08:00Z/meter:nichts/energy_import_wh", "evidence.scope_unknown"),
        ("interval/2026-11-21T08:00Z/x/energy_import_wh", "evidence.scope_unknown"),
        (f"total/2026-13/{STROM}/energy_import_wh", "evidence.period_invalid"),
        (f"total/0000/{STROM}/energy_import_wh", "evidence.period_invalid"),
        (f"total/9999/{STROM}/energy_import_wh", "evidence.period_invalid"),
        (f"total/2026-11/{STROM}/power_w", "evidence.no_totals"),
        ("total/2026-11/site:nichts/energy_import_wh", "sites.unknown"),
        ("total/2026-11/site:schule/odometer_m", "evidence.not_for_sites"),
        ("total/2026-11/site:schule/volume_m3.wein", "evidence.variant_unknown"),
        (f"total/2026-10/{STROM}/energy_import_wh@r1", "evidence.version_unknown"),
    ],
)
async def test_an_id_that_means_nothing_is_refused_with_the_reason(school: Asked, figure: str, code: str) -> None:
    assert await school.why_not(figure) == code


async def test_who_may_not_see_the_site_may_not_see_its_figures(school: Asked) -> None:
    other = Actor("dora", Role.VIEWER, frozenset({"bauhof"}))
    for figure in (
        slot(BEGIN),
        f"total/2026-11/{STROM}/energy_import_wh",
        "total/2026-11/site:schule/energy_import_wh",
    ):
        assert await school.why_not(figure, other) == "error.site_out_of_scope"
        assert await school.why_not(f"{figure}@r1", other) == "error.site_out_of_scope"
