"""What may be published of groups of vehicles, and what nobody may find out from it."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fleet.anonymity import LEAST, Part, publishable, publishable_together

FLEET = st.dictionaries(
    st.integers(0, 40).map("car-{:02}".format),
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("uvwxyz")),
    max_size=40,
)
MOST_PARTS = 6


def groups(fleet: dict[str, tuple[str, str]], by: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for car, names in fleet.items():
        found.setdefault(names[by], set()).add(car)
    return found


def cars(count: int, of: str) -> set[str]:
    return {f"{of}{number}" for number in range(count)}


def test_a_group_of_five_is_published_and_one_of_four_merged_with_the_next_smallest() -> None:
    parts = publishable({"bauhof": cars(5, "b"), "klinik": cars(9, "k"), "wache": cars(4, "w")})
    assert [part.groups for part in parts] == [("bauhof", "wache"), ("klinik",)]


def test_two_small_groups_that_are_enough_together_leave_the_others_alone() -> None:
    parts = publishable({"a": cars(2, "a"), "b": cars(3, "b"), "c": cars(8, "c")})
    assert [part.groups for part in parts] == [("a", "b"), ("c",)]


def test_the_only_small_group_is_not_found_by_subtracting_the_others_from_the_whole() -> None:
    parts = publishable({"gross": cars(20, "g"), "klein": cars(1, "k")})
    assert [part.groups for part in parts] == [("gross", "klein")]


def test_nothing_is_published_of_fewer_than_five() -> None:
    assert publishable({"a": cars(2, "a"), "b": cars(2, "b")}) == ()
    assert publishable({}) == ()
    assert publishable({"leer": set()}) == ()


def test_departments_and_sites_beside_each_other_do_not_tell_of_the_one_car_that_stands_elsewhere() -> None:
    pool = cars(6, "p")
    by_group, by_site = publishable_together(
        [{"pool": pool, "wache": cars(6, "w")}, {"amt": pool - {"p0"}, "hof": cars(6, "w") | {"p0"}}]
    )
    assert [part.groups for part in by_group] == [("pool",), ("wache",)]
    assert [part.groups for part in by_site] == [("amt", "hof")]


@given(FLEET)
def test_every_car_is_in_one_part_or_nothing_is_published(fleet: dict[str, tuple[str, str]]) -> None:
    for parts in publishable_together([groups(fleet, 0), groups(fleet, 1)]):
        told = [car for part in parts for car in part.vehicles]
        assert sorted(told) == sorted(fleet) if parts else told == []


@given(FLEET)
def test_no_sums_and_differences_of_what_is_published_tell_of_fewer_than_five(
    fleet: dict[str, tuple[str, str]],
) -> None:
    by_group, by_site = publishable_together([groups(fleet, 0), groups(fleet, 1)])
    unions = [*sums(by_group), *sums(by_site)]
    for one, other in combinations(unions, 2):
        for left in (one, one & other, one - other, other - one):
            assert not left or len(left) >= LEAST


def sums(parts: tuple[Part, ...]) -> list[frozenset[str]]:
    """Return the vehicles of all that can be added up from parts."""
    some = parts[:MOST_PARTS]
    return [
        frozenset[str]().union(*(part.vehicles for part in chosen))
        for count in range(1, len(some) + 1)
        for chosen in combinations(some, count)
    ]
