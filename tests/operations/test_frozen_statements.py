"""Reports, carriers and balances answer for their figures after their readings and quarter hours went by rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from config.retention import shipped
from core.errors import ConflictError, NotFoundError, RequestError
from core.evidence import CitedKind
from core.inventory import Generator, Inventory, Medium, Meter, MeterRole, Tariff
from core.quantities import Quantity
from core.readings import Reading
from core.retention import Keep, RetentionClass
from core.statements import StatementKey
from operations.balances.balance import ShowBalance, show_balance
from operations.balances.freezing import FreezeBalance, freeze_balance
from operations.evidence.rows import Explained
from operations.reports.carrier_report import MakeCarriers, make_carriers
from operations.reports.made import MakeEnergyReport, ReportFormat, make_energy_report
from operations.schedule import JobWork
from operations.upkeep.retention import apply_retention
from tests.operations.explaining import Asked, asked, codes, leaves
from tests.operations.places import SLOT, inventory

IMPORT, EXPORT, HEAT = Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH, Quantity.HEAT_WH
BEGIN = datetime(2025, 11, 28, 23, 7, tzinfo=UTC)
"""Seven minutes off the quarter hour, so that no reading stands at a border."""

COUNT = 96 * 36
DECEMBER = 31 * 96
RISE = {
    ("meter:netz", IMPORT): 100.0,
    ("meter:netz", EXPORT): 10.0,
    ("meter:pv", EXPORT): 40.0,
    ("meter:heizung", HEAT): 50.0,
}
DELETED = (RetentionClass.METER_REGISTERS, RetentionClass.METER_VALUES, RetentionClass.METER_SLOTS)
MAIN = "energy_import_wh.electricity"
LINE = "meter:netz/energy_import_wh"


def place() -> Inventory:
    def meter(id: str, role: MeterRole, **more: Any) -> Meter:  # noqa: A002
        given: dict[str, Any] = {"medium": Medium.ELECTRICITY, "site": "schule", "valid_from": date(2024, 1, 1)}
        return Meter(id=id, name=id.title(), role=role, **(given | more))

    meters = [
        meter("netz", MeterRole.SUPPLY),
        meter("pv", MeterRole.GENERATION, parent="netz", generator=Generator.PV),
        meter("heizung", MeterRole.SUPPLY, medium=Medium.HEAT),
    ]
    tariff = Tariff(
        id="strom",
        name="Strom 2025",
        valid_from=date(2025, 1, 1),
        medium=Medium.ELECTRICITY,
        sites=("schule",),
        energy_eur_per_kwh=Decimal("0.30"),
        base_eur_per_year=Decimal(365),
    )
    return replace(inventory(), meters={each.id: each for each in meters}, stations={}, tariffs={tariff.id: tariff})


class School(Asked):
    """A school whose meters counted through December, and its statements."""

    async def report(self, reason: str = "") -> None:
        asked_for = MakeEnergyReport(id="site:schule", period="2025", format=ReportFormat.XLSX, reason=reason)
        await make_energy_report(self.house, asked_for, self.call)

    async def carriers(self, reason: str = "") -> None:
        await make_carriers(self.house, MakeCarriers(period="2025", reason=reason), self.call)

    async def balance(self, period: str = "2025-12", reason: str = "") -> Any:
        return await freeze_balance(
            self.house, FreezeBalance(id="site:schule", period=period, reason=reason), self.call
        )

    async def delete_by_rule(self) -> None:
        """Let the retention job delete all readings and quarter hours older than a hundred days."""
        rules = {
            member: replace(rule, keep=Keep(days=100) if member in DELETED else None)
            for member, rule in shipped().items()
        }
        self.house = replace(self.house, retention=lambda: rules)
        gone = await apply_retention(self.house, JobWork(period="2026-11-21"), self.call)
        assert gone.readings >= COUNT * len(RISE)
        assert gone.slots >= (COUNT - 2) * len(RISE)

    async def totals(self, kind: str, period: str, scope: str, name: str) -> dict[str, dict[str, Decimal]]:  # type: ignore[override]
        statement = await self.stores.ledger.statement(StatementKey(kind, period, scope))
        assert statement is not None
        return dict(statement.body["figures"][name]["totals"])


@pytest_asyncio.fixture
async def school(tmp_path: Any) -> AsyncIterator[School]:
    async with asked(tmp_path / "data") as opened:
        school = School(opened.stores, tmp_path / "data")
        school.house = replace(school.house, inventory=place)
        for (source, quantity), rise in RISE.items():
            await school.put(*(Reading(source, quantity, BEGIN + n * SLOT, 1000 + n * rise) for n in range(COUNT)))
        await school.compute()
        yield school


def readings(told: Explained) -> list[tuple[str, datetime | None, Decimal | None]]:
    return [
        (leaf.citation.reference, leaf.citation.at_utc, leaf.value)
        for leaf in leaves(told)
        if leaf.citation is not None and leaf.citation.kind is CitedKind.READING
    ]


def ground(told: Explained, figure: str) -> Explained:
    return next(part for part in told.parts if part.figure == figure)


async def test_an_energy_report_tells_its_borders_and_days_after_they_are_gone(school: School) -> None:
    await school.report()
    await school.delete_by_rule()
    live = await school.explain(f"total/2025-12/{LINE}")
    assert readings(live) == []
    told = await school.explain(f"energy/2025/site:schule/{MAIN}.m12@r1")
    assert (told.intact, told.value) == (True, Decimal(100 * DECEMBER))
    december = ground(told, f"total/2025-12/{LINE}")
    begin, end = december.parts
    assert end.value - begin.value == december.value == told.value
    first, last = datetime(2025, 11, 30, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)
    around = [at + minutes * timedelta(minutes=1) for at in (first, last) for minutes in (-8, 7)]
    assert [(line, at) for line, at, _ in readings(december)] == [(LINE, at) for at in around]
    days = (await school.totals("energy", "2025", "site:schule", f"{MAIN}.m12"))[LINE]
    assert len(days) == 31
    assert sum(days.values()) == december.value * 1000


async def test_what_a_report_borrows_is_kept_with_its_prices_meters_and_peak(school: School) -> None:
    await school.report()
    await school.delete_by_rule()
    cost = await school.explain("energy/2025/site:schule/cost_eur.electricity@r1")
    cited = {
        (leaf.citation.reference, leaf.citation.value, leaf.citation.edition) for leaf in leaves(cost) if leaf.citation
    }
    assert cited == {("tariffs/strom", Decimal("0.30"), "2025-01-01"), ("tariffs/strom", Decimal(365), "2025-01-01")}
    own = await school.explain("energy/2025/site:schule/self_use_wh.pv@r1")
    assert {line for line, _, _ in readings(own)} == {"meter:pv/energy_export_wh", "meter:netz/energy_export_wh"}
    assert own.value is not None


async def test_carriers_lead_to_the_registers_of_every_site(school: School) -> None:
    await school.carriers()
    await school.delete_by_rule()
    told = await school.explain("carriers/2025/all/energy_pj.education.electricity@r1")
    assert told.intact
    assert told.value == told.parts[0].value * Decimal("3.6e-12")
    assert {line for line, _, _ in readings(told)} == {LINE}
    days = (await school.totals("carriers", "2025", "all", "energy_pj.education.electricity"))[LINE]
    assert sum(days.values()) == told.parts[0].value * 1000
    heat = await school.explain("carriers/2025/all/energy_pj.education.heat@r1")
    assert {line for line, _, _ in readings(heat)} == {"meter:heizung/heat_wh"}


async def test_a_balance_is_frozen_and_explained_when_its_quarter_hours_are_gone(school: School) -> None:
    shown = await show_balance(school.house, ShowBalance(id="site:schule", period="2025-12"), school.call)
    assert shown.whole is not None
    made = await school.balance()
    assert (made.version, made.is_new) == (1, True)
    assert {f"{each.figure}@r1" for each in shown.whole.figures} == set(made.figures)
    again = await school.balance()
    assert (again.version, again.is_new) == (1, False)
    await school.delete_by_rule()
    for part in shown.whole.figures:
        told = await school.explain(f"{part.figure}@r1")
        assert (told.intact, told.frozen, told.value) == (True, True, part.value)
        assert codes(told)[0] == "evidence.intact"
        assert readings(told)
    slots = await school.totals("balance", "2025-12", "site:schule", "self_use_wh.pv")
    assert {line: (len(course), sum(course.values())) for line, course in slots.items()} == {
        "meter:pv/energy_export_wh": (DECEMBER, 40_000 * DECEMBER),
        "meter:netz/energy_export_wh": (DECEMBER, 10_000 * DECEMBER),
    }
    listed = await show_balance(school.house, ShowBalance(id="site:schule", period="2025-12"), school.call)
    assert [version.version for version in listed.versions] == [1]


async def test_only_a_balance_that_is_over_and_known_is_frozen(school: School) -> None:
    with pytest.raises(RequestError, match=r"evidence\.freeze_open"):
        await school.balance("2026-11")
    with pytest.raises(NotFoundError, match=r"evidence\.nothing_to_freeze"):
        await school.balance("2024-10")


async def test_a_statement_that_was_changed_is_not_frozen_over(school: School) -> None:
    await school.balance()
    async with school.stores.ledger._database.writing() as connection:
        await connection.execute(text("update statement set body = replace(body, '4000', '4001')"))
    with pytest.raises(ConflictError, match=r"evidence\.newest_not_intact"):
        await school.balance(reason="noch einmal")
