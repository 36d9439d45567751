from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from console.pages.drawing import HEIGHT, WIDTH, curve, share_percent
from console.pages.filters import Choice, Filters, choice, search
from console.pages.marks import LOOKS
from console.pages.words import LABELS, Words
from core.facts import ConnectorStatus
from core.quantities import Quantity
from core.texts import LANGUAGES, Finding, catalogue
from operations.table import CAPABILITIES

NOW = datetime(2026, 11, 18, 9, 47, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def spoken() -> dict[str, list[type[StrEnum]]]:
    """Return the kinds of states that anything tells, by the name that their texts are found by."""
    for capability in CAPABILITIES.values():
        capability.result  # noqa: B018 - whatever is told has been imported then
    kinds: dict[str, list[type[StrEnum]]] = {}
    for kind in StrEnum.__subclasses__():
        if kind.__name__ in LABELS:
            kinds.setdefault(kind.__name__, []).append(kind)
    return kinds


def is_said(kind: type[StrEnum]) -> bool:
    """Return whether all members of a kind have a word in every language."""
    texts = {LABELS[kind.__name__] + member.value.lower() for member in kind}
    return all(texts <= set(catalogue(language).codes()) for language in LANGUAGES)


def german() -> Words:
    return Words("de", NOW, BERLIN)


def english() -> Words:
    return Words("en", NOW, BERLIN)


def test_every_state_has_a_word_in_both_languages() -> None:
    kinds = spoken()
    assert set(LABELS) == set(kinds)
    assert [name for name, same in kinds.items() if not any(map(is_said, same))] == []


def test_every_state_that_is_drawn_has_a_shape() -> None:
    kinds = spoken()
    for name, looks in LOOKS.items():
        assert any(set(looks) == {member.value for member in kind} for kind in kinds[name])


def test_no_two_states_of_an_outlet_differ_by_colour_alone() -> None:
    for status in ConnectorStatus:
        mark = german().outlet(status, connected=True)
        assert mark.shape
        assert mark.text


def test_a_lost_station_tells_nothing_of_its_outlets() -> None:
    assert german().outlet(ConnectorStatus.CHARGING, connected=False).text == "nicht verbunden"


def test_numbers_speak_the_language_of_the_reader() -> None:
    assert german().quantity(Quantity.ENERGY_IMPORT_WH, 1_234_567.0) == "1.234,6\N{NO-BREAK SPACE}kWh"
    assert english().quantity(Quantity.ENERGY_IMPORT_WH, 1_234_567.0) == "1,234.6\N{NO-BREAK SPACE}kWh"
    assert german().power(-40.0) == "0,0\N{NO-BREAK SPACE}kW"
    assert german().quantity(Quantity.POWER_W, None) == "–"
    assert german().quantity(Quantity.CHARGING_FLAG, 1.0) == "ja"


def test_a_finding_writes_large_numbers_legibly() -> None:
    finding = Finding.of("payload.too_large", size_byte=400_000, limit_byte=262_144)
    assert "400.000" in german().say(finding)
    assert "262,144" in english().say(finding)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=4), "gerade eben"),
        (timedelta(minutes=3, seconds=20), "vor 3 Min."),
        (timedelta(hours=5), "vor 5 Std."),
        (timedelta(days=3), "vor 3 Tagen"),
        (timedelta(minutes=-10), "in 10 Min."),
    ],
)
def test_an_age_is_coarse(age: timedelta, text: str) -> None:
    assert german().age(NOW - age) == text


def test_local_time_is_the_sites_and_utc_stands_beside_it() -> None:
    at_utc = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert german().local(at_utc) == "02.07.2026, 00:30"
    assert german().exact(at_utc) == "2026-07-01 22:30:00 UTC"
    assert german().local(NOW) == "heute, 10:47"
    assert german().day(date(2026, 3, 1)) == "01.03.2026"


@pytest.mark.parametrize(
    ("name", "text"), [("2026-11-22", "22.11.2026"), ("2026-11", "November 2026"), ("2026", "2026"), ("2026-W47",) * 2]
)
def test_a_period_is_named_as_people_name_it(name: str, text: str) -> None:
    assert german().period(name) == text


def test_a_finding_names_months_as_people_do() -> None:
    assert "Oktober 2026, November 2026" in german().say(Finding.of("costs.months_missing", months="2026-10, 2026-11"))


@pytest.mark.parametrize(("duration_s", "text"), [(42, "42 s"), (65, "1 min"), (3960, "1 h 06 min")])
def test_a_duration_is_said_in_hours_and_minutes(duration_s: int, text: str) -> None:
    assert german().duration(duration_s).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_curve_spans_its_box() -> None:
    samples = [(NOW + timedelta(minutes=minute), float(minute)) for minute in range(5)]
    drawn = curve(samples, from_zero=False)
    assert drawn
    points = [tuple(map(float, point.split(","))) for point in drawn.line.split()]
    assert points[0][0] == 0
    assert points[-1][0] == WIDTH
    assert points[0][1] > points[-1][1]
    assert all(0 <= y <= HEIGHT for _, y in points)


def test_a_power_stands_on_zero() -> None:
    drawn = curve([(NOW, 10.0), (NOW + timedelta(hours=1), 10.0)], from_zero=True)
    assert drawn
    assert float(drawn.line.split(",")[1].split()[0]) < HEIGHT / 2


def test_a_long_series_is_thinned_and_keeps_its_peak() -> None:
    samples = [(NOW + timedelta(seconds=second), 1.0) for second in range(20_000)]
    samples[7_777] = (samples[7_777][0], 99.0)
    drawn = curve(samples, from_zero=True)
    assert drawn
    assert drawn.highest == 99.0
    assert len(drawn.line.split()) < 3 * WIDTH
    assert min(float(point.split(",")[1]) for point in drawn.line.split()) < HEIGHT / 10


def test_one_point_is_no_curve() -> None:
    assert curve([], from_zero=True) is None
    assert curve([(NOW, 1.0)], from_zero=True) is None
    assert curve([(NOW, 1.0), (NOW, 2.0)], from_zero=True) is None


@pytest.mark.parametrize(("value", "whole", "percent"), [(5, 10, 50), (-1, 10, 0), (11, 10, 100), (1, 0, 0)])
def test_a_bar_stays_in_its_box(value: float, whole: float, percent: float) -> None:
    assert share_percent(value, whole) == percent


def test_a_filter_keeps_what_was_given_on_the_next_page() -> None:
    filters = Filters(
        "/meters", (search({"query": " Rathaus & Co "}), choice({"site": "x"}, "site", "console.site", []))
    )
    assert filters.used
    assert filters.next_path("b c") == "/meters?query=Rathaus+%26+Co&cursor=b+c"
    assert filters.csv_path == "/export/meters.csv?query=Rathaus+%26+Co"


def test_an_unknown_choice_counts_as_none() -> None:
    assert choice({"site": "gone"}, "site", "console.site", [Choice("lra", "Landratsamt")]).given == ""


@pytest.mark.parametrize("said", ["2026-99-99T00:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59Z"])
def test_what_a_device_says_instead_of_an_instant_is_shown_as_it_is(said: str) -> None:
    assert said in german().say(Finding.of("ocpp.time_in_future", said=said))
