"""The demo's previous month through the jobs and out by REST, read as an auditor reads it: every figure, downwards."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import httpx
import pypdf
import pytest

from chargepoints.privacy import Privacy
from config.create import create
from config.load import load
from config.settings import ConsoleSettings
from console.app import build_app
from core.people import Actor, Role
from core.statements import StatementKey
from demo.history import write_history
from operations.fleet.days import compute_fleet
from operations.gate import Gate
from operations.house import Call
from operations.intervals.job import compute_intervals
from operations.savings.job import compute_savings
from operations.schedule import JobWork
from tests.district import NOW, District, open_district
from tests.flows.fleet_walk import (
    Explained,
    Printed,
    Walk,
    fetched,
    formulas_in,
    frozen_in,
    parts_of,
    printed_in,
    squeezed,
)
from tests.printed_pages import printed_text

MONTH = "2026-10"
KEY = "key-of-this-run"
SECTIONS = [*map(str, range(2, 14))]
DIMENSIONLESS = {"winter_factor"}
SCALES = {"m": 1000, "Wh": 1000, "W": 1000, "Wh/100 km": 1000, "s": 3600, "g": 1000}
RATES = ("%", "%/d", "/100 km", "/km")
NO_SUMS = {"mean_day_m", "p95_day_m", "peak_w", "next_needed", "idle_vehicles", "vehicles_without_distance"} | {
    "vehicles_not_reliable",
    "below_warranty",
    "blocked_s",
    "peak_cost_eur",
    "charging_at_peak_w",
    "co2_price_eur",
    "saved_eur",
    "winter_factor",
    "busiest_day_vehicles",
    "spare_vehicles",
    "sites_short",
    "connectors_missing",
    "headroom_w",
}
"""Figures that are no sum of what they stand on: means, the greatest, how many of many are more or less."""


@dataclass(frozen=True, slots=True)
class Read:
    """All that was read of the month."""

    printed: list[Printed]
    workbook: bytes
    pdf: Path
    text: str
    walk: Walk
    grounds: dict[str, set[str]]
    asked: dict[str, Explained]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return asyncio.run(read_month(tmp_path_factory.mktemp("month")))


async def read_month(folder: Path) -> Read:
    """Make the district's last two months, run the jobs, fetch the report and explain all of it."""
    async with open_district(folder) as empty:
        district = await lived_in(empty, folder)
        local = Actor("local:root", Role.ADMIN)
        app = build_app(district.gate, ConsoleSettings(), district.clock, local_token=KEY, local_actor=local)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://localhost/api/v1/",
            headers={"authorization": f"Bearer {KEY}"},
        ) as rest:
            workbook = await fetched(rest, month=MONTH, format="xlsx")
            pdf = folder / "report.pdf"
            pdf.write_bytes(await fetched(rest, month=MONTH, format="pdf"))
            printed, walk = printed_in(workbook), Walk(rest)
            by_section = {each.section: each.figure for each in printed if each.number}
            by_section = {section: by_section[section] for section in list(by_section)[::5]}
            asked = {figure: await walk.explain(figure) for figure in by_section.values()}
            statement = await district.stores.ledger.statement(StatementKey("fleet", MONTH, "fleet"))
            assert statement is not None
            walk.known = frozen_in(statement)
            grounds = {each.figure: await walk.grounds(each.figure) for each in printed}
        await app.state.desk.long.close()
    return Read(printed, workbook, pdf, squeezed(printed_text(pdf, as_set=True)), walk, grounds, asked)


async def lived_in(district: District, folder: Path) -> District:
    """Return the example district after its jobs of the night have run."""
    create(folder / "example", example=True, data_dir=folder / "example-data")
    inventory = load(folder / "example", {}).inventory
    pseudonym = Privacy(b"0" * 32).token
    stores = district.stores
    await write_history(inventory, stores.readings, stores.ledger, NOW, token_of=pseudonym, months=1, seed=7)
    house = replace(district.gate.house, inventory=lambda: inventory, pseudonym=pseudonym)
    call = Call(Actor("job", Role.ADMIN), NOW)
    await compute_intervals(house, JobWork(period="2026-11-22T09:45Z"), call)
    await compute_fleet(house, JobWork(period="2026-11-21"), call)
    await compute_savings(house, JobWork(period="2026-11-21"), call)
    return replace(district, gate=Gate(house))


@pytest.mark.timeout(240)
def test_every_figure_has_unit_quality_and_id_or_says_why_it_is_not_computed(month: Read) -> None:
    assert len(month.printed) > 60
    for each in month.printed:
        assert each.unit or each.name in DIMENSIONLESS, each
        assert each.quality, each
        assert each.figure == f"fleet/{MONTH}/fleet/{each.name}@r1", each
        assert (each.number is None) == each.note.startswith("Nicht berechnet: "), each
        assert each.number is not None or len(each.note) > len("Nicht berechnet: ") + 10, each
        assert "100 %" not in each.quality or "Ohne " not in each.note, each
    assert len({each.figure for each in month.printed}) == len(month.printed)


def test_every_section_is_there_and_says_something(month: Read) -> None:
    by_section = defaultdict(list)
    for each in month.printed:
        by_section[each.section.partition(" ")[0]].append(each)
    assert list(by_section) == SECTIONS
    for each in month.printed:
        assert squeezed(each.section) in month.text, each.section


def test_every_value_that_is_explained_is_the_one_that_is_printed(month: Read) -> None:
    assert not month.walk.refused
    for each in month.printed:
        explained = month.walk.known[each.figure]
        assert explained["figure"] == each.figure
        if each.number is None:
            assert explained["value"] is None, each
            assert explained["findings"], each
            continue
        shown = Decimal(str(explained["value"])) / SCALES.get(explained["unit"], 1)
        assert abs(shown - each.number) <= abs(shown) * Decimal("1e-12"), each
        assert explained["how"], each


def test_what_rest_explains_is_what_was_frozen_and_still_so_today(month: Read) -> None:
    assert len(month.asked) >= 2
    for figure, explained in month.asked.items():
        assert to_decimal(explained["value"]) == to_decimal(month.walk.known[figure]["value"])
        codes = [finding["code"] for finding in explained["findings"]]
        assert codes[:2] == ["evidence.intact", "evidence.today_same"], (figure, codes)


def test_the_document_prints_each_figure_as_the_workbook_has_it(month: Read) -> None:
    for each in month.printed:
        before = month.text.split(squeezed(each.figure))[:-1]
        assert before, each
        tails = [tail for part in before for tail in part[-700:].split(squeezed(each.label))[1:]]
        assert tails, each
        if each.number is not None:
            firsts = [next(numbers_in(tail), None) for tail in tails]
            assert any(first and is_rounded(first, each.number) for first in firsts), (each, tails)


def test_what_is_computed_stands_on_readings_sessions_papers_factors_or_entries(month: Read) -> None:
    without = [each.figure for each in month.printed if each.number and not month.grounds[each.figure]]
    assert not without


def test_a_figure_that_is_cited_has_the_value_it_is_cited_with(month: Read) -> None:
    known = month.walk.known
    differ = {
        (figure, part["figure"]): (part["value"], known[part["figure"]]["value"])
        for figure, explained in known.items()
        for part in parts_of(explained)
        if part["figure"] in known
        and part["value"] is not None
        and not is_same(part["value"], known[part["figure"]]["value"])
    }
    assert not differ


def test_parts_add_up_to_totals(month: Read) -> None:
    added = Counter[str]()
    for figure, explained in month.walk.known.items():
        name = figure.rpartition("/")[2].partition("@")[0].partition(".")[0]
        report = figure.partition("/")[0]
        parts = [each for each in explained["parts"] if each["unit"] == explained["unit"]]
        if report == "fleet" and name not in NO_SUMS and not explained["unit"].endswith(RATES) and parts:
            own = [each for each in parts if each["title"]["code"] != "evidence.today"]
            if explained["parts_left_out"] == 0 and own:
                total = sum(Decimal(str(each["value"])) for each in own if each["value"] is not None)
                assert abs(total - Decimal(str(explained["value"]))) <= Decimal("0.001"), (figure, total)
                added[report] += 1
    assert added["fleet"] > 25


def test_variants_add_up_to_the_whole(month: Read) -> None:
    values = {each.name: each.number for each in month.printed if each.number is not None}

    def variants(name: str) -> Decimal:
        return sum((value for each, value in values.items() if each.startswith(f"{name}.")), Decimal(0))

    assert variants("vehicles") == values["vehicles"]
    assert variants("distance_m") == pytest.approx(values["distance_m"])
    assert values["own_charged_wh"] + values["elsewhere_charged_wh"] == pytest.approx(values["known_wh"])
    assert variants("elsewhere_wh") == pytest.approx(values["elsewhere_charged_wh"])
    assert values["pv_wh"] < values["valued_wh"] <= variants("session_wh")


def test_savings_of_vehicles_add_up_to_the_fleet_s(month: Read) -> None:
    whole = {
        figure: explained
        for figure, explained in month.walk.known.items()
        if figure.startswith(f"savings/{MONTH}/fleet/")
    }
    assert whole
    for figure, explained in whole.items():
        parts = [part["value"] for part in parts_of(explained) if part["value"] is not None]
        assert sum(map(to_decimal, parts)) == to_decimal(explained["value"]), figure


def test_live_sums_of_the_workbook_come_to_what_they_show(month: Read) -> None:
    sums = list(formulas_in(month.workbook))
    assert len(sums) > 3
    for shown, added in sums:
        assert shown == pytest.approx(added, abs=1e-6)


def test_every_chart_has_a_text_in_its_place(month: Read) -> None:
    charts = list(figures_in(pypdf.PdfReader(month.pdf)))
    assert len(charts) >= 3
    for alt in charts:
        assert MONTH in alt or "Oktober" in alt, alt
        assert "(" in alt, alt


def figures_in(pdf: pypdf.PdfReader) -> Iterator[str]:
    """Yield the alternative texts of all figures in the structure of a document."""
    for number in range(1, len(pdf.xref_objStm) + len(pdf.xref[0]) + 1):
        found = pdf.get_object(number)
        if isinstance(found, dict) and found.get("/S") == "/Figure":
            yield str(found.get("/Alt", ""))


def is_same(one: object, other: object) -> bool:
    return other is not None and to_decimal(one) == to_decimal(other)


def to_decimal(value: object) -> Decimal:
    return Decimal(str(value))


def numbers_in(text: str) -> Iterator[tuple[Decimal, int]]:
    """Yield the German numbers of a text, with how many decimals they have."""
    digits = ""
    for sign in [*text, " "]:
        if sign.isdigit() or (digits and sign in ".,") or (not digits and sign == "\N{MINUS SIGN}"):
            digits += sign
            continue
        plain = digits.rstrip(".,").replace(".", "").replace(",", ".").replace("\N{MINUS SIGN}", "-")
        if any(map(str.isdigit, plain)):
            yield Decimal(plain), len(plain.partition(".")[2])
        digits = ""


def is_rounded(number: tuple[Decimal, int], value: Decimal) -> bool:
    shown, decimals = number
    return abs(shown - value) <= Decimal("0.5000001") / 10**decimals
