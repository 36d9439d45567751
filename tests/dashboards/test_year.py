"""Every question of every dashboard over a year: the same rows of a real InfluxDB 1.x and of us, and the right sums."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from core.periods import Period
from dashboards.preview.variables import Chosen, filled, variables_of
from dashboards.preview.window import Window
from dashboards.registry import build_all
from fleet.candidates.verdicts import Suitability
from tests.dashboards.example_year import CLOCKS, NEWEST, SITES, SPARE, Year, lines, open_year
from tests.district import NOW
from tests.influx_server import Influxd
from tests.store.influxql.world import same

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.influxdb]

BERLIN: Final = ZoneInfo("Europe/Berlin")
SLOTS: Final = "interval_15m"
WHOLE: Final = (NOW - timedelta(days=700), NOW)
EXPECTED_EMPTY: Final[Mapping[tuple[str, int], str]] = {
    ("kw-water", 6): "in no site of the three does water run all night",
    ("kw-service", 8): "here the service keeps the time series itself, so nothing waits for an InfluxDB",
}
"""Panels that have nothing to show in the example, and why. One in twenty at most."""


@dataclass(frozen=True, slots=True)
class Both:
    """The year, and the server that has it, too."""

    year: Year
    server: Influxd
    database: str

    def theirs(self, text: str) -> dict[str, Any]:
        asked = {"db": self.database, "q": text, "epoch": "ms"}
        answer: dict[str, Any] = self.server.http.post("/query", params=asked).json()
        return answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory, influxd: Influxd) -> AsyncIterator[Both]:
    """Yield the year in both."""
    database = influxd.create()
    async with open_year(tmp_path_factory.mktemp("year")) as year:
        async for block in lines(year):
            written = influxd.http.post("/write", params={"db": database, "precision": "ms"}, content=block)
            assert written.status_code == 204, written.text
        yield Both(year, influxd, database)
    influxd.drop(database)


def chosen(*values: str) -> Chosen:
    return Chosen(values, multi=True)


NONE: Final = {
    **{name: chosen("nirgends") for name in ("site", "building", "meter", "vehicle_group")},
    **{name: Chosen(("nichts",)) for name in ("vehicle", "session", "outlet")},
    "period": Chosen(("day",)),
}


async def choices(both: Both, board: Mapping[str, Any], how: str) -> dict[str, Chosen]:
    """Return what is chosen on a dashboard: one value of each variable, two, all, or such as nothing has."""
    if how == "none":
        return dict(NONE)
    found = await variables_of(dict(board), both.year.ask, Window(*WHOLE, BERLIN))
    session = await both.year.ask('SELECT last("session") FROM "session" WHERE "battery_wh" > 0 GROUP BY "source"')
    series = session["results"][0]["series"][0]
    found |= {"session": Chosen((series["values"][0][1],)), "outlet": Chosen((series["tags"]["source"],))}
    if "vehicle" in found:
        found["vehicle"] = Chosen(("vehicle:aut-e-201",))
    if how != "all":
        count = {"one": 1, "two": 2}[how]
        found = {name: Chosen(each.values[-count:], multi=each.multi) for name, each in found.items()}
    return found | {"period": Chosen(("month" if how == "two" else "day",))}


def windows(query: str) -> Sequence[tuple[datetime, datetime]]:
    return [NEWEST, *CLOCKS.values()] if SLOTS in query else [WHOLE]


async def asked(both: Both, how: str) -> dict[tuple[str, int], list[str]]:
    """Return the questions of each panel, of variables and marks as panel 0, with all that Grafana puts in."""
    found: dict[tuple[str, int], list[str]] = {}
    for uid, board in build_all("de").items():
        variables = await choices(both, board, how)
        marks = [each["target"]["query"] for each in board["annotations"]["list"] if "target" in each]
        menus = [each["query"] for each in board["templating"]["list"] if each["type"] == "query"]
        found[uid, 0] = [filled(each, variables, Window(*WHOLE, BERLIN), {}) for each in (*marks, *menus)]
        for panel in board["panels"]:
            queries = [target["query"] for target in panel.get("targets", ())]
            found[uid, panel["id"]] = [
                filled(each, variables, Window(*window, BERLIN), panel) for each in queries for window in windows(each)
            ]
    return {place: questions for place, questions in found.items() if questions}


@pytest.mark.parametrize("how", ["one", "two", "all", "none"])
async def test_both_give_the_same_rows(both: Both, how: str) -> None:
    different = []
    for place, questions in (await asked(both, how)).items():
        for question in questions:
            ours, theirs = await both.year.ask(question), both.theirs(question)
            assert "error" not in theirs["results"][0], (place, question, theirs)
            if not same(in_order(ours), in_order(theirs)):
                different.append(f"{place} {question}\n  InfluxDB  {str(theirs)[:400]}\n  Kreiswatt {str(ours)[:400]}")
    assert not different, f"{len(different)}\n" + "\n".join(different[:5])


async def test_every_panel_shows_something_but_for_those_that_are_known_not_to(both: Both) -> None:
    rows: dict[tuple[str, int], int] = {}
    for how in ("one", "all"):
        for place, questions in (await asked(both, how)).items():
            for question in questions:
                rows[place] = rows.get(place, 0) + counted(await both.year.ask(question))
    empty = {place for place, count in rows.items() if not count}
    assert empty == set(EXPECTED_EMPTY)
    assert len(EXPECTED_EMPTY) <= len(rows) / 20


def in_order(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with rows of the same instant in one order: InfluxDB gives those of several series in any."""
    results = []
    for result in answer["results"]:
        found = []
        for series in result.get("series", ()):
            rows = sorted(map(list, series["values"]), key=lambda row: (str(row[0]), [str(_plain(v)) for v in row[1:]]))
            found.append({**series, "values": rows})
        results.append({**result, **({"series": found} if found else {})})
    return {**answer, "results": results}


def _plain(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.9e}" if is_number else value


def counted(answer: Mapping[str, Any]) -> int:
    """Return how many values an answer has."""
    return sum(
        value is not None
        for series in answer["results"][0].get("series", ())
        for row in series["values"]
        for value in row[1 if series["columns"][0] == "time" else 0 :]
    )


async def test_nothing_is_seen_of_a_vehicle_that_one_person_uses(both: Both) -> None:
    question = 'SHOW TAG VALUES WITH KEY = "source"'
    for answer in (await both.year.ask(question), both.theirs(question)):
        sources = {row[1] for series in answer["results"][0]["series"] for row in series["values"]}
        assert "vehicle:aut-e-201" in sources
        assert f"vehicle:{SPARE}" not in sources
    sessions = await both.year.ask('SELECT "vehicle" FROM "session"')
    assert SPARE not in {row[1] for series in sessions["results"][0]["series"] for row in series["values"]}


OCTOBER: Final = (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))
"""The local month in which the clock changes, in UTC."""


async def shown(both: Both, uid: str, panel: int, window: tuple[datetime, datetime] = OCTOBER) -> float:
    """Return what a panel shows of a window with all sites, days and months chosen as they are at first."""
    board = build_all("de")[uid]
    variables = await choices(both, board, "all")
    (found,) = (each for each in board["panels"] if each["id"] == panel)
    (target,) = found["targets"]
    start, end = window
    answer = await both.year.ask(
        filled(target["query"], variables, Window(start, end - timedelta(milliseconds=1), BERLIN), found)
    )
    return sum(row[1] for series in answer["results"][0]["series"] for row in series["values"])


async def month_total(both: Both, quantity: str, medium: str, role: str = "supply") -> float:
    """Return what the meters of a medium counted in October, as the totals of each are told."""
    district = both.year.district
    whole = Decimal(0)
    for meter in district.gate.house.inventory().meters.values():
        if (meter.medium.value, meter.role.value) == (medium, role):
            totals = await district.ask("totals.show", id=meter.source, period="2026-10", quantity=quantity)
            whole += totals.whole.value or 0
    return float(whole)


async def balance_sum(both: Both, name: str) -> float:
    district, whole = both.year.district, Decimal(0)
    for site in SITES:
        found = (await district.ask("balance.show", id=f"site:{site}", period="2026-10")).whole
        whole += sum((each.value or 0 for each in found.figures if each.name == name), Decimal(0))
    return float(whole) / 1000


async def cost_sum(both: Both, name: str) -> float:
    district, whole = both.year.district, Decimal(0)
    for site in SITES:
        for medium in (await district.ask("costs.show", id=site, year=2026)).media:
            months = (await district.ask("costs.show", id=site, year=2026, medium=medium.value)).months
            (month,) = (each for each in months if each.period == "2026-10")
            whole += getattr(month, name) or 0
    return float(whole)


async def saved(both: Both, name: str) -> float:
    found = await both.year.district.ask("savings.show", month="2026-10")
    (figure,) = (each for each in found.figures if each.name == name)
    return float(figure.avoided_g) / 1e6


async def driven(both: Both, name: str, only: str = "") -> float:
    district, whole = both.year.district, Decimal(0)
    for vehicle in district.gate.house.inventory().vehicles.values():
        if only in ("", vehicle.id) and not vehicle.personal:
            days = await district.stores.ledger.vehicle_days(date(2026, 10, 1), date(2026, 10, 31), [vehicle.id])
            whole += sum((getattr(day, name) or 0 for day in days), Decimal(0))
    return float(whole) / 1000


async def charged(both: Both) -> tuple[int, float]:
    """Return how many sessions began in October and what they took, without those of one person's vehicle."""
    ledger, period = both.year.district.stores.ledger, Period(*OCTOBER)
    house = both.year.district.gate.house
    one_persons = {each.session for each in await ledger.valuations(period, [SPARE])}
    assert one_persons
    assert house.pseudonym
    cards = {tag.known_as(house.pseudonym) for tag in house.inventory().tags.values() if tag.vehicle == SPARE}
    begun = await ledger.sessions_begun(period)
    found = [each for each in begun if each.id not in one_persons and each.tag not in cards]
    return len(found), sum(each.energy_wh or 0 for each in found) / 1000


TWO_MONTHS: Final = (datetime(2026, 9, 30, 22, tzinfo=UTC), NOW)
"""In which there is what was known of now last month as well."""

YEAR_2025: Final = (datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC))


async def test_single_figures_are_what_is_told_everywhere_else(both: Both) -> None:
    district = both.year.district
    sessions, energy_kwh = await charged(both)
    shares = await district.ask("shares.list", year=2025)
    towns = shares.municipalities
    expected = {
        ("kw-home", 2): await month_total(both, "energy_import_wh", "electricity") / 1000,
        ("kw-home", 3): await month_total(both, "energy_export_wh", "electricity") / 1000,
        ("kw-home", 4): energy_kwh,
        ("kw-home", 10): await saved(both, "co2e_avoided_g.wtw.location"),
        ("kw-pv", 1): await balance_sum(both, "generation_wh"),
        ("kw-pv", 2): await balance_sum(both, "self_use_wh"),
        ("kw-pv", 3): await balance_sum(both, "export_wh"),
        ("kw-pv", 4): 100 * await balance_sum(both, "self_use_wh") / await balance_sum(both, "generation_wh"),
        ("kw-water", 1): await month_total(both, "volume_m3", "water"),
        ("kw-cost", 1): await cost_sum(both, "total_eur"),
        ("kw-cost", 2): await cost_sum(both, "energy_eur"),
        ("kw-cost", 3): await cost_sum(both, "power_eur"),
        ("kw-cost", 4): await cost_sum(both, "export_eur"),
        ("kw-chargers", 4): energy_kwh,
        ("kw-sessions", 1): sessions,
        ("kw-sessions", 2): energy_kwh,
        ("kw-fleet", 3): await driven(both, "distance_m"),
        ("kw-fleet", 4): await driven(both, "own_charged_wh"),
        ("kw-vehicle", 1): await driven(both, "distance_m", "aut-e-201"),
        ("kw-vehicle", 2): await driven(both, "own_charged_wh", "aut-e-201"),
        ("kw-emissions", 1): await saved(both, "co2e_avoided_g.wtw.location"),
        ("kw-emissions", 2): await saved(both, "co2e_avoided_g.wtw.market"),
        ("kw-emissions", 3): await saved(both, "co2_avoided_g.ttw.location"),
    }
    of_year = {
        ("kw-home", 11): sum(each.paid_eur for each in towns),
        ("kw-shares", 1): sum(each.owed_eur for each in towns),
        ("kw-shares", 2): sum(each.paid_eur for each in towns),
        ("kw-shares", 3): sum(each.reimbursable_eur for each in towns),
    }
    items = (await district.ask("vehicles.candidates")).items
    suitable = [each for each in items if each.suitability is Suitability.SUITABLE and not each.personal]
    of_now = {
        ("kw-candidates", 1): len(suitable),
        ("kw-candidates", 2): sum(each.co2e_avoided_year_g or 0 for each in suitable) / 1_000_000,
        ("kw-candidates", 3): sum(each.cost_delta_eur or 0 for each in suitable),
    }
    told = {place: await shown(both, *place) for place in expected}
    told |= {place: await shown(both, *place, YEAR_2025) for place in of_year}
    told |= {place: await shown(both, *place, TWO_MONTHS) for place in of_now}
    wanted = expected | {place: float(value) for place, value in (of_year | of_now).items()}
    assert all(value for value in wanted.values())
    assert told == pytest.approx(wanted, rel=1e-9)
