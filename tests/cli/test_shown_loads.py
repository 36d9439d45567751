"""Loads on a terminal: shown units, the language's numbers, the place's time, nothing wider than a screen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.load_sheet import BARS, UNKNOWN, strip
from cli.shown import LOADS, show
from core.inventory import Medium
from core.quantities import Quantity
from core.readings import SlotShare
from core.texts import LANGUAGES, Language
from energy.creep import Against
from energy.profiles import DayKind, Season
from operations.loads.rows import (
    AboveRow,
    AvoidedRow,
    BaseLoadRow,
    BaseLoads,
    CreepRow,
    DayRow,
    LoadMap,
    LoadOf,
    Loads,
    NightFlowRow,
    PartRow,
    PeakDetail,
    PeakRow,
    Peaks,
    PointRow,
    TypicalDayRow,
    WeekRow,
)
from operations.values import Told

AT = datetime(2026, 1, 26, 11, tzinfo=UTC)
FIGURE = "peak/2026/site:landratsamt/energy_import_wh.electricity"
REASON = Told("loads.too_little_known", {"known": 12.5, "needed": 90})
LOAD = LoadOf(
    scope="site:landratsamt",
    name="Landratsamt",
    site="landratsamt",
    site_name="Landratsamt",
    period="2026",
    begin_utc=datetime(2025, 12, 31, 23, tzinfo=UTC),
    end_utc=AT,
    time_zone="Europe/Berlin",
    medium=Medium.ELECTRICITY,
    media=(Medium.ELECTRICITY, Medium.WATER),
    quantity=Quantity.POWER_W,
    meters=("meter:landratsamt-strom",),
    calendar=None,
    known_percent=99.95,
    measured_percent=98.0,
    findings=(Told("loads.no_calendar", {}),),
)
PEAK = {"period": "2026", "share": SlotShare.MEASURED, "known_percent": 100.0, "figure": FIGURE}
KNOWN = PeakRow(at_utc=AT, value=Decimal("202132.000"), reason=None, **PEAK)  # type: ignore[arg-type]
NOT_KNOWN = PeakRow(at_utc=None, value=None, reason=REASON, **{**PEAK, "share": None})  # type: ignore[arg-type]
BASE = BaseLoadRow(value=Decimal("21372.900"), percent=42.83, at_utc=AT, figure=FIGURE, reason=None)
HOURS = tuple(1000.0 * (number // 4) for number in range(96))


def part(source: str | None, parent: str | None, value: str | None) -> PartRow:
    cost = Decimal("1234.50") if value else None
    name = f"Zähler {source}" if source else ""
    return PartRow(
        source=source,
        name=name,
        parent=parent,
        value=Decimal(value) if value else None,
        percent=45.5 if value else None,
        cost_eur=cost,
    )


DETAIL = PeakDetail(
    at_utc=AT,
    value=Decimal("202132.000"),
    reason=None,
    parts=(part("a", None, "92000"), part("b", "a", "50000"), part("c", "b", None), part(None, None, "-3000")),
    cost_eur=Decimal("18191.88"),
    price_eur_per_kw_year=Decimal("90.00"),
    tariff="Rahmenvertrag",
    cost_reason=None,
    **PEAK,  # type: ignore[arg-type]
)
ANSWERS: dict[str, Any] = {
    "loads.show": Loads(
        load=LOAD,
        counted=Decimal("390114627.300"),
        counted_quantity=Quantity.ENERGY_IMPORT_WH,
        peak=KNOWN,
        base_load=BASE,
        full_load_h=1929.99,
        known_h=7817.75,
        months=(KNOWN, NOT_KNOWN),
        above=(AboveRow(percent=50.0, value=101_066.0, hours=48.5),),
        typical_days=(
            TypicalDayRow(season=Season.BETWEEN, kind=DayKind.SUNDAY, days=17, mean=HOURS, low=HOURS, high=HOURS),
            TypicalDayRow(season=Season.WINTER, kind=DayKind.SUNDAY, days=0, mean=(), low=(), high=()),
        ),
        curve=(PointRow(hours=0.25, value=202_132.0),),
    ),
    "peaks.show": Peaks(
        load=LOAD,
        whole=DETAIL,
        months=(DETAIL,),
        avoided=(AvoidedRow(slots=4, value=Decimal(193_196), saved_eur=Decimal("804.24")),),
    ),
    "baseload.show": BaseLoads(
        load=LOAD,
        base_load=BASE,
        weeks=(WeekRow(monday=date(2026, 1, 19), value=Decimal(21587), last_year=None, hours=93),),
        creep=CreepRow(
            against=Against.LAST_YEAR,
            weeks=8,
            former=21_436.0,
            change=4_287.0,
            low=2_100.0,
            high=5_000.0,
            percent=20.0,
            certain=True,
        ),
        night_flow=NightFlowRow(nights=9, value=0.02, m3_per_year=175.2, at_utc=AT, leak=True),
        findings=(Told("loads.leak_suspected", {"nights": 9}),),
    ),
    "loadmap.show": LoadMap(load=LOAD, days=(DayRow(day=date(2026, 1, 26), values=(*HOURS[:48], *[None] * 48)),)),
}


def shown(name: str, language: Language, width: int, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TZ", "UTC")
    show(name, orjson.dumps(asdict(ANSWERS[name]), default=str), language)
    said: str = capsys.readouterr().out
    return said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", LOADS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_fits_a_terminal(
    name: str, language: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = shown(name, language, 80, monkeypatch, capsys)
    lines = [line for line in said.splitlines() if not line.startswith("kreiswatt explain ")]
    assert max(map(len, lines)) <= 80
    assert "console." not in said
    assert "column." not in said


def test_a_load_is_said_in_shown_units_and_the_time_of_the_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    german = shown("loads.show", "de", 80, monkeypatch, capsys)
    for text in ("390.114,6 kWh", "202,13 kW, 26.01.2026 12:00 (gemessen)", "21,37 kW (42,8 % des Verbrauchs)"):
        assert text in german
    assert "01.01.2026 00:00" in german
    english = shown("loads.show", "en", 80, monkeypatch, capsys)
    assert "202.13 kW, 2026-01-26 12:00 (measured)" in english
    assert f"kreiswatt explain {FIGURE}" in english


def test_what_hangs_behind_another_stands_below_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = shown("peaks.show", "de", 80, monkeypatch, capsys)
    rows = [line for line in said.splitlines() if line.lstrip().startswith(("Zähler a", "Zähler b", "Zähler c"))]
    assert [len(row) - len(row.lstrip()) for row in rows] == [0, 2, 4]
    assert "1.234,50 €" in rows[0]
    assert "nicht bekannt" in rows[2]
    assert "Nicht gemessen" in said
    assert "18.191,88 €" in said


def test_a_base_load_says_whether_it_creeps_and_water_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = " ".join(shown("baseload.show", "de", 80, monkeypatch, capsys).split())
    assert "+4,29 kW (+2,10 kW bis +5,00 kW)" in said
    assert "Seit 9 Nächten fließt ununterbrochen Wasser" in said
    assert "19.01.2026 21,59 kW – 93" in said


def test_a_narrow_screen_leaves_out_what_is_least_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = shown("loads.show", "en", 100, monkeypatch, capsys)
    narrow = shown("loads.show", "en", 44, monkeypatch, capsys)
    assert "0 to 24 h" in wide
    assert "0 to 24 h" not in narrow
    assert "Mean" in narrow


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=96), st.floats(0, 1e6))
def test_a_strip_has_a_bar_for_each_hour(values: list[float | None], highest: float) -> None:
    bars = strip(values, highest)
    assert len(bars) == (len(values) + 3) // 4
    assert set(bars) <= set(BARS + UNKNOWN)


def test_the_highest_bar_is_the_highest_hour() -> None:
    assert strip([None] * 4 + [0.0] * 4 + [8.0] * 4 + [4.0, None, None, None], 8.0) == "·▁█▅"
