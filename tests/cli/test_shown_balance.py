"""Balances on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cli.shown import show
from core.inventory import Generator, Medium, MeterRole
from core.quantities import Quantity
from energy.balance import Place
from operations.balances.rows import BalanceOf, BalanceRow, BranchRow, FlowRow, MeteringTree, PartOfBalance
from operations.edge import write_result
from operations.table import CAPABILITIES
from operations.values import Told

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)


def part(name: str, value: str, generator: Generator | None = None) -> PartOfBalance:
    return PartOfBalance(name=name, generator=generator, value=Decimal(value), figure=f"balance/2026-10/site:s/{name}")


def balance(reason: Told | None = None) -> BalanceOf:
    figures = (
        part("import_wh", "1500000"),
        part("self_use_percent", "93.7", Generator.PV),
        part("use_wh", "2000000.4"),
    )
    whole = BalanceRow(
        period="2026-10", begin_utc=BEGIN, figures=figures, known_percent=100.0, measured_percent=98.0, estimated=False
    )
    return BalanceOf(
        scope="site:s",
        name="Schule",
        site="s",
        period="2026-10",
        begin_utc=BEGIN,
        end_utc=BEGIN,
        time_zone="Europe/Berlin",
        whole=None if reason else whole,
        flows=(FlowRow(source=Place.PV, sink=Place.USE, value=Decimal(500_000)),),
        rows=(whole,),
        reason=reason,
        findings=(),
    )


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def printed(capsys: pytest.CaptureFixture[str], row: str, result: object) -> str:
    show(row, write_result(CAPABILITIES[row], result), "de")
    return capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")


def test_a_balance_is_said_in_kilowatt_hours_with_the_ids_that_explain_it(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "balance.show", balance())
    assert "1.500,0 kWh" in said
    assert "Eigenverbrauchsquote (Photovoltaik)" in said
    assert "balance/2026-10/site:s/use_wh" in said
    assert "Photovoltaik  Verbrauch  500,0 kWh" in said


def test_a_balance_that_there_is_not_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    said = printed(capsys, "balance.show", balance(Told("balance.no_export_register", {})))
    assert "Kein Register zählt die Einspeisung" in " ".join(said.split())


def test_meters_stand_behind_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    def branch(source: str | None, name: str, depth: int, value: int) -> BranchRow:
        role = MeterRole.SUPPLY if depth == 0 else None
        return BranchRow(
            source=source,
            name=name,
            role=role,
            parent=None,
            depth=depth,
            value=Decimal(value),
            percent=50.0,
            figure=None,
        )

    tree = MeteringTree(
        site="s",
        name="Schule",
        period="2026-10",
        time_zone="Europe/Berlin",
        medium=Medium.WATER,
        media=(Medium.WATER,),
        quantity=Quantity.VOLUME_M3,
        branches=(branch("meter:w", "Wasser", 0, 10), branch(None, "", 1, 4)),
        supplied=Decimal(10),
        tenants=Decimal(3),
        own=Decimal(7),
        findings=(),
    )
    said = printed(capsys, "metering.show", tree)
    assert "· Nicht gemessen" in said
    assert "Eigener Verbrauch: 7,00 m³" in said
