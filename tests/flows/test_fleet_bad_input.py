"""A month in which much is wrong, through the real stores and jobs: each thing is said, and costs only itself."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.create import create
from config.settings import ConsoleSettings
from console.app import build_app
from core.facts import ChargeSession, Protocol, SessionState
from core.inventory import Connector, Drive, Inventory, Site, SiteKind, Station, Tag, Vehicle
from core.inventory.mobility import Baseline, BaselineBasis, FuelKind
from core.people import Actor, Role
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from operations.fleet.days import compute_fleet
from operations.gate import Gate
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.savings.job import compute_savings
from operations.schedule import JobWork
from tests.district import NOW, District, open_district
from tests.flows.commands import kreiswatt
from tests.flows.fleet_bad_input import (
    BAD_FILES,
    BAD_MONTHS,
    BEGIN_KM,
    DAILY_KM,
    BadFile,
    BadMonth,
)
from tests.flows.fleet_walk import fetched

SINCE = date(2024, 1, 1)
KEY = "key-of-this-run"
HOUR = timedelta(hours=1)
FIRST, LAST = date(2026, 9, 29), date(2026, 11, 2)
MARCH = date(2026, 2, 27), date(2026, 4, 2)
GOOD = BadMonth(
    name="brav",
    charges=((5, 10.0, "brav"), (25, 12.5, "brav")),
    figures={"distance_m": Decimal(310_000), "own_charged_wh": Decimal(22_500)},
    says="310 km",
)
SHARED = tuple(
    BadMonth(name=name, charges=((8, 7.0, "doppelt"),) * first, figures={}, says="")
    for first, name in enumerate(("karte-zwei", "karte-eins"))
)
"""Two vehicles with one card, which the check of the configuration refuses; in an old store there may be such."""

EVERY = (GOOD, *SHARED, *BAD_MONTHS)


@dataclass(frozen=True, slots=True)
class Seen:
    """What REST and pages say of the month, by path."""

    answers: dict[str, Any]
    pages: dict[str, str]

    def days(self, vehicle: str, month: str = "2026-10") -> Any:
        return self.answers[f"vehicles/days?id={vehicle}&month={month}"]

    def figures(self, vehicle: str, month: str = "2026-10") -> dict[str, Any]:
        return {row["name"]: row for row in self.days(vehicle, month)["month"]["figures"]}

    def codes(self, vehicle: str) -> set[str]:
        told = self.days(vehicle)
        of_days = {finding["code"] for row in told["days"] for finding in row["findings"]}
        return of_days | {finding["code"] for finding in told["month"]["findings"]}

    def savings(self, vehicle: str) -> Any:
        return self.answers[f"savings?month=2026-10&scope=vehicle:{vehicle}"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return asyncio.run(see(tmp_path_factory.mktemp("bad")))


async def see(folder: Path) -> Seen:
    """Live through the month and ask for everything."""
    async with open_district(folder) as empty:
        district = await lived_in(empty, inventory())
        async with asked(district) as (rest, browser):
            paths = [f"vehicles/days?id={each.name}&month=2026-10" for each in EVERY]
            paths += [f"savings?month=2026-10&scope=vehicle:{each.name}" for each in EVERY]
            paths += ["vehicles/days?id=brav&month=2026-03", "savings?month=2026-10", "savings?month=2026-03"]
            paths += ["sessions/karte-eins-8"]
            answers = {path: await got(rest, path) for path in paths}
            pages = {}
            for each in EVERY:
                said = [
                    (await browser.get(path)).text
                    for path in (
                        f"/vehicles/{each.name}?month=2026-10",
                        f"/vehicles/{each.name}/days?month=2026-10",
                        f"/savings?month=2026-10&scope=vehicle:{each.name}",
                    )
                ]
                pages[each.name] = words(" ".join(said))
            pages["session"] = words((await browser.get("/sessions/karte-eins-8")).text)
            assert (await fetched(rest, month="2026-10", format="pdf")).startswith(b"%PDF")
    return Seen(answers, pages)


async def got(rest: httpx.AsyncClient, path: str) -> Any:
    answer = await rest.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def words(page: str) -> str:
    """Return the text of a page."""
    text = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style).*?</\1>", " ", page))
    return re.sub(r"\s+", " ", html.unescape(text).replace("\N{NO-BREAK SPACE}", " "))


@asynccontextmanager
async def asked(district: District) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Yield a client of the API and the browser of somebody who has come by a link."""
    local = Actor("local:root", Role.ADMIN)
    app = build_app(district.gate, ConsoleSettings(), district.clock, local_token=KEY, local_actor=local)
    transport = httpx.ASGITransport(app)
    headers = {"authorization": f"Bearer {KEY}"}
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://localhost/api/v1/", headers=headers) as rest,
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser,
    ):
        link = (await rest.post("users/add", json={"name": "anna", "role": "admin"})).json()["link"]
        path = httpx.URL(link).path
        assert (await browser.get(path)).status_code == 200
        assert (await browser.post(path)).status_code == 303
        yield rest, browser
    await app.state.desk.long.close()


async def lived_in(district: District, fleet: Inventory) -> District:
    """Return the district after the readings and sessions of its vehicles, and the jobs of the night."""
    stores = district.stores
    house = replace(district.gate.house, inventory=lambda: fleet, pseudonym=lambda uid: f"tag:{uid.casefold()}")
    for each in EVERY:
        await stores.readings.put(Batch(list(told(each, FIRST, LAST)), NOW))
    await stores.readings.put(Batch(list(told(replace(GOOD, odd=(MARCH[0], 1.0, -10_000.0)), *MARCH)), NOW))
    await stores.ledger.save_sessions([one for each in EVERY for one in sessions(each)])
    call = Call(Actor("job", Role.ADMIN), NOW)
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), call)
    await compute_fleet(house, JobWork(period="2026-11-21"), call)
    await compute_savings(house, JobWork(period="2026-11-21"), call)
    return replace(district, gate=Gate(house))


def inventory() -> Inventory:
    baseline = Baseline(
        fuel=FuelKind.PETROL, fuel_l_per_100km=Decimal("7.7"), basis=BaselineBasis.FUEL_CARDS, source="Tankkarten 2024"
    )
    usual: dict[str, Any] = {
        "valid_from": SINCE,
        "site": "amt",
        "maker": "A",
        "model": "B",
        "drive": Drive.BATTERY,
        "group": "Amt",
        "battery_wh": 50_000.0,
        "charge_loss_percent": Decimal(10),
        "energy_wh_per_100km": Decimal(16_000),
        "baseline": baseline,
    }
    cars = [Vehicle(**(usual | {"id": each.name, "name": each.name} | each.vehicle)) for each in EVERY]
    cards = [(each.name, each.name) for each in EVERY if each not in SHARED]
    cards += [("doppelt-1", "karte-eins"), ("doppelt-2", "karte-zwei")]
    tags = [
        Tag(id=name, name=name, valid_from=SINCE, uid=name.partition("doppelt-")[0] or "doppelt", vehicle=car)
        for name, car in cards
    ]
    outlets = tuple(Connector(number=number, max_power_w=22_000, plug="type_2") for number in range(1, len(EVERY) + 1))
    station = Station(id="hof", name="Hof", valid_from=SINCE, site="amt", maker="A", model="B", connectors=outlets)
    return Inventory(
        sites={"amt": Site(id="amt", name="Amt", valid_from=SINCE, kind=SiteKind.OFFICE, municipality="au")},
        stations={"hof": station},
        vehicles={car.id: car for car in cars},
        tags={each.id: each for each in tags},
    )


def told(case: BadMonth, first: date, last: date) -> Iterator[Reading]:
    """Yield what a vehicle told hourly."""
    source, km = f"vehicle:{case.name}", float(BEGIN_KM.get(case.name, 20_000))
    at, levels = datetime(first.year, first.month, first.day, tzinfo=UTC), 0
    while at.date() <= last:
        km += DAILY_KM if at.hour == 11 and not case.parked else 0
        if not case.silent:
            yield Reading(source, Quantity.ODOMETER_M, at, shown_km(case, at, km) * 1000)
        if case.levels and at.hour % 2:
            yield Reading(source, Quantity.SOC_PERCENT, at, case.levels[levels % len(case.levels)])
            levels += 1
        at += HOUR


def shown_km(case: BadMonth, at: datetime, km: float) -> float:
    if case.odd is None:
        return km
    since, factor, summand = case.odd
    noon = datetime(since.year, since.month, since.day, 12, tzinfo=UTC)
    return km * factor + summand if at >= noon else km


def sessions(case: BadMonth) -> Iterator[ChargeSession]:
    """Yield the charge sessions of a case, each at an outlet of its own."""
    for on, kwh, card in case.charges:
        begun = datetime(2026, 10, on, 16, tzinfo=UTC)
        yield ChargeSession(
            id=f"{case.name}-{on}",
            station="hof",
            connector=EVERY.index(case) + 1,
            protocol=Protocol.OCPP_16,
            transaction=f"{case.name}-{on}",
            state=SessionState.ENDED,
            begun_at_utc=begun,
            ended_at_utc=begun + 4 * HOUR,
            tag=f"tag:{card}",
            energy_wh=kwh * 1000,
        )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("case", [GOOD, *BAD_MONTHS], ids=lambda case: case.name)
def test_what_is_wrong_with_a_month_is_said_and_costs_only_itself(case: BadMonth, seen: Seen) -> None:
    figures = seen.figures(case.name)
    for name, wanted in case.figures.items():
        if isinstance(wanted, str):
            assert (figures[name]["value"], figures[name]["reason"]["code"]) == (None, wanted)
        else:
            assert Decimal(str(figures[name]["value"])) == wanted, name
    assert not case.finding or case.finding in seen.codes(case.name)
    saved = seen.savings(case.name)["figures"][0]
    if case.savings:
        assert saved["avoided_g"] is None
        assert case.savings in {each["code"] for each in saved["reasons"]}
    elif case.negative:
        assert Decimal(str(saved["avoided_g"])) < 0
    assert case.says in seen.pages[case.name], seen.pages[case.name]


def test_two_vehicles_with_one_card_get_nobody_s_session(seen: Seen) -> None:
    for each in SHARED:
        assert Decimal(str(seen.figures(each.name)["own_charged_wh"]["value"])) == 0
    told_of = str(seen.answers["sessions/karte-eins-8"])
    assert "matching.tag_shared" in told_of
    assert "karte-eins, karte-zwei" in seen.pages["session"]


@pytest.mark.parametrize(("month", "short"), [("2026-03", 23), ("2026-10", 25)])
def test_a_month_with_a_clock_change_has_all_its_kilometres(seen: Seen, month: str, short: int) -> None:
    days = seen.days("brav", month)["days"]
    assert [Decimal(str(row["distance_m"])) for row in days] == [DAILY_KM * 1000] * 31
    assert Decimal(str(seen.figures("brav", month)["distance_m"]["value"])) == 310_000
    change = {23: "2026-03-29", 25: "2026-10-25"}[short]
    (row,) = [row for row in days if row["day"] == change]
    assert not row["findings"]
    assert seen.answers[f"savings?month={month}"]["period"] == month


def test_parts_add_up_to_the_fleet_however_many_are_wrong(seen: Seen) -> None:
    whole = seen.answers["savings?month=2026-10"]
    known = [each["headline"]["avoided_g"] for each in whole["vehicles"]]
    assert sum(Decimal(str(each)) for each in known if each is not None) == Decimal(
        str(whole["figures"][0]["avoided_g"])
    )
    assert whole["figures"][0]["not_computed"] == sum(each is None for each in known) > 2


@pytest.mark.parametrize("case", BAD_FILES, ids=lambda case: case.name)
def test_a_file_that_contradicts_itself_is_refused_with_both_places(case: BadFile, tmp_path: Path) -> None:
    config = tmp_path / "config"
    create(config, example=True, data_dir=tmp_path / "data")
    file = config / case.file
    file.parent.mkdir(exist_ok=True)
    file.write_text(case.text, encoding="utf-8")
    ended = kreiswatt("check", "--config", config)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2, said
    for words_ in case.says:
        assert words_ in said, said
    assert "Traceback" not in said


async def test_an_empty_fleet_has_a_report_that_says_so(tmp_path: Path) -> None:
    async with open_district(tmp_path) as empty:
        district = replace(empty, gate=Gate(replace(empty.gate.house, inventory=Inventory)))
        call = Call(district.admin, NOW)
        await compute_fleet(district.gate.house, JobWork(period="2026-11-21"), call)
        done = await compute_savings(district.gate.house, JobWork(period="2026-11-21"), call)
        assert done.versions == 0
        async with asked(district) as (rest, browser):
            assert (await fetched(rest, month="2026-10", format="pdf")).startswith(b"%PDF")
            assert (await browser.get("/savings?month=2026-10")).status_code in {200, 404}
            assert (await rest.get("vehicles/costs?month=2026-10")).status_code == 200
