"""Savings by quarter hours: the grid's intensity when it was charged, beside the year's average."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.errors import ForbiddenError, NotFoundError, RequestError
from core.factors import Boundary
from core.facts import ChargeSession, Notice, Protocol, SessionState
from core.fleet import MatchBasis, SessionValuation
from core.intervals import Resolution
from core.inventory import Connector, Inventory, Station
from core.people import Actor, Role
from core.ports import Batch
from core.readings import Reading
from core.texts import Finding
from energy.series import Amounts
from fleet.savings.timed import session_slots
from fleet.sessions.charges import Charge
from operations.evidence.rows import Explained
from operations.explain import ExplainFigure, explain_figure
from operations.grid.series import QUANTITY, GridSeries
from operations.house import Call
from operations.savings.job import compute_savings
from operations.savings.keeping import SavingsDone
from operations.savings.rows import SavedRow, ShownSavings
from operations.savings.savings import ShowSavings, show_savings
from operations.schedule import JobWork
from tests.operations.places import IMPORT, NOW, SINCE, SLOT, Place, opened
from tests.operations.test_savings import call, day, inventory

OUTLET = "station:saeule/1"
DIRECT = GridSeries("eigene", Boundary.DIRECT, 15)
UPSTREAM = GridSeries("eigene", Boundary.CO2E_UPSTREAM, 15)
BY_SLOTS = {
    Boundary.TTW: "co2_avoided_g.ttw.location.time_resolved",
    Boundary.WTW: "co2e_avoided_g.wtw.location.time_resolved",
}
BEGIN = datetime(2026, 10, 7, 18, tzinfo=UTC)
DRAWN_WH = (2750, 2750, 1500, 500)
GRAMS = (412.0, 398.0, 355.0, 290.0)
PETROL_G = Decimal("7.7") * Decimal("2394.21825")  # of 100 km


def charging() -> Inventory:
    outlet = Connector(number=1, max_power_w=22_000, plug="type_2")
    station = Station(
        id="saeule", name="Säule", valid_from=SINCE, site="amt", maker="Alfen", model="Eve", connectors=(outlet,)
    )
    whole = inventory()
    return replace(whole, vehicles={"eins": whole.vehicles["eins"]}, stations={"saeule": station})


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with opened(tmp_path) as here:
        here.now_utc = NOW
        here.house = replace(here.house, inventory=charging)
        yield here


async def charge(
    place: Place, begun: datetime = BEGIN, drawn_wh: Sequence[int] = DRAWN_WH, pv_wh: str | None = "0"
) -> None:
    """Let the vehicle charge so much in each quarter hour from an instant on."""
    name, count = f"s-{begun:%d-%H}", len(drawn_wh)
    start_ms = np.array([int((begun + number * SLOT).timestamp() * 1000) for number in range(count)], np.int64)
    seconds = np.zeros((count, 5), np.int32)
    seconds[:, 0] = 900
    known = np.zeros(count, np.uint8)
    counted = Amounts(start_ms, np.array(drawn_wh, np.int64) * 1000, seconds, known, known)
    await place.stores.readings.put_amounts(Resolution.SLOT, {(OUTLET, IMPORT): counted})
    session = ChargeSession(
        id=name,
        station="saeule",
        connector=1,
        protocol=Protocol.OCPP_16,
        transaction=name,
        state=SessionState.ENDED,
        begun_at_utc=begun,
        ended_at_utc=begun + count * SLOT,
        energy_wh=float(sum(drawn_wh)),
    )
    valuation = SessionValuation(
        session=name,
        version=1,
        vehicle="eins",
        basis=MatchBasis.TAG,
        confidence=Decimal(1),
        begun_at_utc=begun,
        energy_wh=Decimal(sum(drawn_wh)),
        pv_wh=None if pv_wh is None else Decimal(pv_wh),
        made_by="job:fleet",
        made_at_utc=NOW,
    )
    await place.stores.ledger.save_sessions([session])
    await place.stores.ledger.value_sessions([valuation])


async def drove(place: Place, on: date, kwh: str, elsewhere_kwh: str = "0") -> None:
    more = {"elsewhere_charged_wh": Decimal(elsewhere_kwh) * 1000}
    await place.stores.ledger.save_vehicle_days([day("eins", on, 100, kwh, **more)])


async def emits(place: Place, grams: Sequence[float], begin: datetime = BEGIN, series: GridSeries = DIRECT) -> None:
    step = timedelta(minutes=series.resolution_min)
    values = (Reading(series.source, QUANTITY, begin + number * step, each) for number, each in enumerate(grams))
    await place.stores.readings.put(Batch(tuple(values), NOW))


async def compute(place: Place, on: str = "2026-11-02") -> SavingsDone:
    return await compute_savings(place.house, JobWork(period=on), call())


async def shown(place: Place, scope: str = "vehicle:eins", month: str = "2026-10") -> ShownSavings:
    return await show_savings(place.house, ShowSavings(month=month, scope=scope), call())


async def by_slots(place: Place, boundary: Boundary = Boundary.TTW, scope: str = "vehicle:eins") -> SavedRow:
    found = await shown(place, scope)
    return next(each for each in found.figures if each.name == BY_SLOTS[boundary])


def codes(row: SavedRow) -> list[str]:
    return [each.code for each in (*row.reasons, *row.notes) if each.code.startswith(("emissions", "intensity"))]


async def explained(place: Place, figure: str) -> Explained:
    return await explain_figure(place.house, ExplainFigure(figure=figure), call())


async def test_each_quarter_hour_counts_with_its_own_intensity_and_what_came_from_elsewhere_with_the_years(
    place: Place,
) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5", elsewhere_kwh="10")
    await emits(place, GRAMS)
    await compute(place)
    row = await by_slots(place)
    assert row.avoided_g == PETROL_G - 2905 - 10 * 344
    assert [(each.term.value, each.amount, each.co2e_g) for each in row.lines[1:]] == [
        ("grid_slots", Decimal("7.5"), Decimal(2905)),
        ("grid", Decimal(10), Decimal(3440)),
    ]
    assert codes(row) == ["emissions.without_slots"]
    annual = next(each for each in (await shown(place)).figures if each.name == "co2_avoided_g.ttw.location")
    assert annual.avoided_g == PETROL_G - Decimal("17.5") * 344
    assert row.uncertainty is not None


async def test_a_series_serves_its_own_boundary_alone(place: Place) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5")
    await emits(place, GRAMS)
    await compute(place)
    assert (await by_slots(place, Boundary.TTW)).avoided_g == PETROL_G - 2905
    other = await by_slots(place, Boundary.WTW)
    assert (other.avoided_g, codes(other)) == (None, ["intensity.other_boundary"])
    await emits(place, [500.0] * 4, series=UPSTREAM)
    assert (await compute(place)).versions == 1
    both = [(await by_slots(place, each)).lines[1] for each in Boundary if each in BY_SLOTS]
    assert [each.co2e_g for each in both] == [2905, 3750]
    assert "eigene-co2e-upstream/15" in (await shown(place)).versions[0].reason


async def test_without_any_series_it_is_not_computed_and_says_so_for_the_fleet_too(place: Place) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5")
    await compute(place)
    for scope in ("vehicle:eins", "fleet"):
        row = await by_slots(place, scope=scope)
        assert row.avoided_g is None
        assert "emissions.no_series" in codes(row)


async def test_a_file_that_was_refused_for_want_of_a_factor_is_the_reason_why_there_is_no_series(place: Place) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5")
    why = Finding.of("intensity.no_factor", boundary="co2e_upstream", technologies="lignite_power")
    await place.stores.ledger.notice(
        [Notice(source=UPSTREAM.source, finding=why, first_seen_utc=NOW, last_seen_utc=NOW)]
    )
    await compute(place)
    for scope in ("vehicle:eins", "fleet"):
        assert "intensity.no_factor" in codes(await by_slots(place, Boundary.WTW, scope))
        assert "intensity.no_series" in codes(await by_slots(place, Boundary.TTW, scope))


async def test_where_half_of_the_slots_are_missing_these_count_with_the_years_average_and_their_share_is_said(
    place: Place,
) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5")
    await emits(place, GRAMS[:2])
    await compute(place)
    for scope in ("vehicle:eins", "fleet"):
        row = await by_slots(place, scope=scope)
        expected = Decimal("2.75") * 412 + Decimal("2.75") * 398 + 2 * 344
        assert row.avoided_g == PETROL_G - expected
        (note,) = [each for each in row.notes if each.code == "emissions.slots_without_intensity"]
        assert dict(note.params) == {"count": 2, "energy_kwh": 2.0, "percent": 50.0}


async def test_roof_power_is_taken_off_in_each_quarter_hour(place: Place) -> None:
    begun = datetime(2026, 3, 10, 12, tzinfo=UTC)
    await charge(place, begun, pv_wh="3750")
    await drove(place, begun.date(), "7.5")
    await emits(place, GRAMS, begun)
    await compute(place)
    found = await shown(place, month="2026-03")
    row = next(each for each in found.figures if each.name == BY_SLOTS[Boundary.TTW])
    assert found.pv_wh == found.grid_wh == 3750
    assert [(each.term.value, each.amount, each.co2e_g) for each in row.lines[1:]] == [
        ("grid_slots", Decimal("3.75"), Decimal("1452.5")),
        ("pv", Decimal("3.75"), Decimal(0)),
    ]


async def test_a_figure_is_explained_down_to_sessions_quarter_hours_and_the_intensity_of_each(place: Place) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5", elsewhere_kwh="1")
    await place.stores.ledger.audit("anna", "intensity.import", "abc123", '{"upload": "abc123"}', NOW)
    await emits(place, GRAMS[:3])
    await compute(place)
    row = await by_slots(place)
    whole = await explained(place, row.figure)
    assert whole.value == row.avoided_g
    (by_session,) = [each for line in whole.parts for part in line.parts for each in part.parts if each.figure]
    assert by_session.figure == "charge/2026-10/session:s-07-18/co2_g.ttw"
    found = await explained(place, by_session.figure)
    assert found.value == by_session.value == Decimal(2760)
    slots = found.parts[0].parts
    assert [each.value for each in slots] == [Decimal(1133), Decimal("1094.5"), Decimal("532.5"), None]
    charged, roof, intensity = slots[0].parts
    assert [charged.value, roof.value, intensity.value] == [Decimal(2750), Decimal(0), Decimal(412)]
    assert charged.figure == "interval/2026-10-07T18:00Z/station:saeule/1/energy_import_wh"
    assert intensity.citation is not None
    assert intensity.citation.reference == "grid:eigene-direct/15/intensity_g_per_kwh"
    assert (intensity.citation.at_utc, intensity.citation.received_at_utc) == (BEGIN, NOW)
    assert intensity.citation.channel == "sha256:abc123"
    assert (await explained(place, f"{row.figure}@r1")).value == row.avoided_g


async def test_who_may_not_see_a_site_gets_no_quarter_hours_of_it(place: Place) -> None:
    await charge(place)
    stranger = Call(Actor(name="otto", role=Role.FLEET, sites=frozenset({"hof"})), NOW)
    figure = ExplainFigure(figure="charge/2026-10/session:s-07-18/co2_g.ttw")
    with pytest.raises(ForbiddenError):
        await explain_figure(place.house, figure, stranger)
    for wrong in ("session:s-07-18/co2_g.wtw", "session:s-07-18/co2_g", "vehicle:eins/co2_g.ttw"):
        with pytest.raises(RequestError):
            await explained(place, f"charge/2026-10/{wrong}")
    with pytest.raises(NotFoundError):
        await explained(place, "charge/2026-10/session:keiner/co2_g.ttw")


async def test_what_a_statement_froze_stands_after_the_session_is_gone(place: Place) -> None:
    await charge(place)
    await drove(place, BEGIN.date(), "7.5")
    await emits(place, GRAMS)
    await compute(place)
    row = await by_slots(place)
    place.house = replace(place.house, inventory=inventory)
    found = await explained(place, "charge/2026-10/session:s-07-18/co2_g.ttw")
    assert found.value == 2905
    assert [each.code for each in found.findings] == ["savings.slots_gone"]
    assert (await explained(place, row.figure)).value == row.avoided_g


@pytest.mark.parametrize(
    ("month", "first", "quarters", "hours_g"),
    [
        ("2026-10", datetime(2026, 9, 30, 22, tzinfo=UTC), 31 * 96 + 4, {0: 400.0, 1: 300.0}),
        ("2026-03", datetime(2026, 2, 28, 23, tzinfo=UTC), 31 * 96 - 4, {0: 410.0, 1: 310.0}),
    ],
)
async def test_a_month_with_a_clock_change_has_an_hour_more_or_less_and_each_hour_its_own_intensity(
    place: Place, month: str, first: datetime, quarters: int, hours_g: dict[int, float]
) -> None:
    changes = datetime(2026, 10, 25, tzinfo=UTC) if month == "2026-10" else datetime(2026, 3, 29, tzinfo=UTC)
    await charge(place, changes + timedelta(minutes=30), (1000, 1000, 1000, 1000))
    await drove(place, changes.date(), "4")
    values = [200.0] * (quarters + 8)
    at = (changes - first) // SLOT
    for hour, grams in hours_g.items():
        values[at + 4 * hour : at + 4 * hour + 4] = [grams] * 4
    await emits(place, values, first)
    await compute(place)
    kept = await shown(place, month=month)
    row = next(each for each in kept.figures if each.name == BY_SLOTS[Boundary.TTW])
    assert row.lines[1].co2e_g == 2 * Decimal(hours_g[0]) + 2 * Decimal(hours_g[1])
    assert [each.values for each in kept.series] == [quarters]


async def test_a_session_over_the_end_of_the_month_counts_in_each_with_its_own_quarter_hours(place: Place) -> None:
    end = datetime(2026, 10, 31, 23, tzinfo=UTC)
    await charge(place, end - 2 * SLOT, (1000, 1000, 3000))
    await drove(place, date(2026, 10, 31), "2")
    await drove(place, date(2026, 11, 1), "3")
    await emits(place, [100.0, 200.0, 300.0], end - 2 * SLOT)
    await compute(place)
    for month, grams in (("2026-10", 300), ("2026-11", 900)):
        row = next(each for each in (await shown(place, month=month)).figures if each.name == BY_SLOTS[Boundary.TTW])
        assert row.lines[1].co2e_g == grams


async def test_a_month_that_is_long_over_is_not_read_again_unless_something_has_changed(place: Place) -> None:
    begun = datetime(2026, 3, 10, 18, tzinfo=UTC)
    await charge(place, begun)
    await drove(place, begun.date(), "7.5")
    await emits(place, GRAMS, begun)
    assert (await compute(place)).versions == 1
    assert (await compute(place)).versions == 0
    await emits(place, (500.0,), begun)
    assert (await compute(place)).versions == 1
    row = next(each for each in (await shown(place, month="2026-03")).figures if each.name == BY_SLOTS[Boundary.TTW])
    assert row.lines[1].co2e_g == 2905 + Decimal("2.75") * 88


def test_known_roof_power_of_unknown_quarter_hours_is_shared_out_by_what_was_charged() -> None:
    one = Charge("s", np.array([0, 900_000], np.int64), np.array([3_000_000, 1_000_000], np.int64))
    found = session_slots(one, Decimal(2000), None)
    assert found.pv.tolist() == [1_500_000, 500_000]
    assert session_slots(one, None, np.array([1, 1], np.int64)).pv.tolist() == [0, 0]
    assert session_slots(one, Decimal("0.002"), np.array([2, 0], np.int64)).pv.tolist() == [2, 0]
    assert Fraction(int((found.grid + found.pv).sum()), 1000) == 4000
