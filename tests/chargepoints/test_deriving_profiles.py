"""A running park as profiles: the fewest lines under which each station is wanted to be as it is."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chargepoints.configuring.comparing import means_same
from chargepoints.configuring.deriving import DerivedProfile, SeenStation, profiles_from
from chargepoints.configuring.profiles import ProfiledStation, ProfileLevel, effective_settings
from chargepoints.configuring.terms import TERMS
from core.inventory import Profile, RawSetting

BEAT, LIST = "heartbeat_interval_s", "local_list"


def seen(name: str, maker: str = "Alfen", model: str = "Eve", **terms: str) -> SeenStation:
    station = ProfiledStation(id=name, site="hof", maker=maker, model=model, is_16=True)
    return SeenStation(station=station, terms=terms)


def told(*stations: SeenStation) -> dict[tuple[str, str, str], dict[str, str]]:
    return {(each.maker, each.model, each.station): dict(each.terms) for each in profiles_from(stations)}


def test_what_all_have_is_said_once_and_what_a_maker_has_for_it() -> None:
    a, b = {BEAT: "300", LIST: "true"}, {BEAT: "300", LIST: "false"}
    assert told(seen("a1", **a), seen("a2", **a), seen("b1", "ABL", **b)) == {
        ("", "", ""): {BEAT: "300"},
        ("Alfen", "", ""): {LIST: "true"},
        ("ABL", "", ""): {LIST: "false"},
    }


def test_one_of_a_model_that_differs_stands_alone_with_all_of_its_model() -> None:
    found = told(seen("a1", **{BEAT: "300"}), seen("a2", **{BEAT: "60"}))
    assert found == {("", "", "a1"): {BEAT: "300"}, ("", "", "a2"): {BEAT: "60"}}


def test_spellings_and_settings_that_some_do_not_have_are_no_differences() -> None:
    assert told(seen("a1", **{BEAT: "300"}), seen("a2", **{BEAT: "300.0"}), seen("a3")) == {("", "", ""): {BEAT: "300"}}


def test_makes_that_nobody_knows_stand_alone() -> None:
    found = told(seen("a1", "", "", **{BEAT: "300"}), seen("a2", "", "", **{BEAT: "60"}))
    assert set(found) == {("", "", "a1"), ("", "", "a2")}


def test_nothing_comes_of_nothing() -> None:
    assert profiles_from([]) == ()
    assert profiles_from([seen("a1")]) == ()


PARK = st.lists(
    st.tuples(
        st.sampled_from(["Alfen", "ABL", ""]),
        st.sampled_from(["Eins", "Zwei", ""]),
        st.dictionaries(st.sampled_from([BEAT, LIST]), st.sampled_from(["60", "300", "300.0"]), max_size=2),
    ),
    max_size=8,
)


@given(PARK)
def test_under_the_profiles_of_a_park_each_station_is_wanted_to_be_as_it_is(
    park: list[tuple[str, str, dict[str, str]]],
) -> None:
    stations = [seen(f"s{number}", maker, model, **terms) for number, (maker, model, terms) in enumerate(park)]
    profiles = [_written(number, each) for number, each in enumerate(profiles_from(stations))]
    for each in stations:
        effective = effective_settings(each.station, profiles)
        assert effective.conflicts == ()
        wanted = {one.term: one.value for one in effective.settings}
        for term, value in each.terms.items():
            assert means_same(TERMS[term].kind, wanted[term], value)


def _written(number: int, profile: DerivedProfile) -> Profile:
    return Profile(
        id=f"p{number}",
        name="",
        valid_from=date(2026, 1, 1),
        maker=profile.maker,
        model=profile.model,
        stations=(profile.station,) if profile.level is ProfileLevel.STATION else (),
        raw=tuple(RawSetting(key=TERMS[term].key, value=value) for term, value in profile.terms.items()),
    )
