"""Where a vehicle is, by fixes: borders that jitter, drives past, positions that come late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inventory import Site, SiteKind
from energy.geofences import EARTH_RADIUS_M, Fence, Fix, Stay, distance_m, fences_of, follow

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEPOT = Fence("depot", 47.7236, 10.3175, 150.0)
SCHOOL = Fence("school", 47.7300, 10.3175, 100.0)
FENCES = (DEPOT, SCHOOL)
M_PER_DEGREE = 111_195.0


def at(minute: float, north_m: float, of: Fence = DEPOT) -> Fix:
    return Fix(NOON + timedelta(minutes=minute), of.latitude_deg + north_m / M_PER_DEGREE, of.longitude_deg)


def after(*fixes: Fix, stay: Stay | None = None) -> list[tuple[str | None, float]]:
    """Return what is known of a vehicle in the end, as it would stand in the book: site and minute."""
    book: dict[datetime, str | None] = {}
    for fix in fixes:
        stay = follow(stay, fix, FENCES)
        book[stay.since_utc] = stay.site
    return [(site, (since - NOON).total_seconds() / 60) for since, site in sorted(book.items())]


def test_who_comes_within_the_radius_is_there_until_beyond_the_margin() -> None:
    assert after(at(0, 900), at(5, 149), at(30, 195), at(40, 205)) == [(None, 0), ("depot", 5), (None, 40)]


def test_a_drive_past_is_taken_back() -> None:
    assert after(at(0, 900), at(5, 20), at(6, -900)) == [(None, 0), (None, 5)]


def test_a_short_absence_is_none() -> None:
    assert after(at(0, 0), at(30, 500), at(31, 0), at(32, 500), at(40, 500)) == [
        ("depot", 0),
        ("depot", 30),
        (None, 32),
    ]


def test_from_site_to_site_without_a_fix_between() -> None:
    assert after(at(0, 0), at(30, 0, SCHOOL)) == [("depot", 0), ("school", 30)]


def test_what_comes_late_says_nothing() -> None:
    assert after(at(0, 0), at(20, 0), at(10, 900), at(20, 900)) == [("depot", 0)]


def test_of_two_sites_the_nearer_and_who_is_there_stays() -> None:
    near = Fence("annexe", DEPOT.latitude_deg + 100 / M_PER_DEGREE, DEPOT.longitude_deg, 150.0)
    between = at(0, 80)
    assert follow(None, between, (DEPOT, near)).site == "annexe"
    there = follow(None, at(-5, 0), (DEPOT, near))
    assert there.site == "depot"
    assert follow(there, between, (DEPOT, near)).site == "depot"


@given(st.lists(st.tuples(st.integers(1, 600), st.floats(-199, 199)), max_size=60))
def test_no_jitter_within_the_margin_ends_a_stay(steps: list[tuple[int, float]]) -> None:
    seconds, fixes = 0, [at(0, 0)]
    for step, north_m in steps:
        seconds += step
        fixes.append(at(seconds / 60, north_m))
    assert after(*fixes) == [("depot", 0)]


@given(st.lists(st.tuples(st.integers(0, 900), st.floats(-2000, 2000)), min_size=1, max_size=40))
def test_no_visit_to_a_site_is_shorter_than_the_shortest_stay(steps: list[tuple[int, float]]) -> None:
    minutes, fixes = 0.0, []
    for step, north_m in steps:
        minutes += step / 60
        fixes.append(at(minutes, north_m))
    told = after(*fixes)
    changes = [told[0], *(new for old, new in pairwise(told) if new[0] != old[0])]
    assert all(site != "depot" or end - begin >= 2.999 for (site, begin), (_, end) in pairwise(changes))


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_way_is_never_longer_than_half_the_earth(latitude: float, longitude: float) -> None:
    metres = distance_m(Fix(NOON, latitude, longitude), DEPOT)
    assert 0 <= metres <= 3.1416 * EARTH_RADIUS_M


def test_a_way_is_as_long_as_on_the_map() -> None:
    berlin, munich = Fix(NOON, 52.5200, 13.4050), Fence("munich", 48.1374, 11.5755, 1.0)
    assert distance_m(berlin, munich) == pytest.approx(504_400, rel=0.002)


def test_only_sites_with_coordinates_that_are_there_have_a_fence() -> None:
    plain = {"name": "X", "kind": SiteKind.DEPOT, "municipality": "m"}
    sites = [
        Site(id="a", valid_from=date(2020, 1, 1), latitude_deg=47.0, longitude_deg=10.0, **plain),  # type: ignore[arg-type]
        Site(id="b", valid_from=date(2020, 1, 1), **plain),  # type: ignore[arg-type]
        Site(id="c", valid_from=date(2030, 1, 1), latitude_deg=47.0, longitude_deg=10.0, **plain),  # type: ignore[arg-type]
    ]
    assert [fence.site for fence in fences_of(sites, date(2026, 11, 20))] == ["a"]


def test_a_fix_does_not_show_where_it_is() -> None:
    assert "47" not in repr(at(0, 0)).replace(str(NOON), "")
