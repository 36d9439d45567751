from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.fleet import MatchBasis
from fleet.sessions.matching import AHEAD, SURE, Ask, Claim, match_sessions

EIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)
TAG, PLUG, SOC, SITE = MatchBasis.TAG, MatchBasis.PLUG, MatchBasis.SOC, MatchBasis.SITE


def ask(
    name: str, *claims: Claim, outlet: str = "station:a/1", hour: float = 0, lasts_h: float = 2, **more: object
) -> Ask:
    begun = EIGHT + timedelta(hours=hour)
    return Ask(
        session=name,
        outlet=outlet,
        begun_at_utc=begun,
        ended_at_utc=begun + timedelta(hours=lasts_h),
        claims=claims,
        **more,  # type: ignore[arg-type]
    )


def claim(vehicle: str, *hints: MatchBasis, against: tuple[MatchBasis, ...] = ()) -> Claim:
    return Claim(vehicle=vehicle, hints=frozenset(hints), counter=frozenset(against))


def test_each_hint_leaves_its_part_of_the_doubt() -> None:
    assert claim("a", TAG).confidence == Decimal("0.90")
    assert claim("a", TAG, PLUG).confidence == Decimal("0.97")
    assert claim("a", TAG, PLUG, SOC, SITE).confidence == Decimal("0.99")
    assert claim("a", SOC, SITE).confidence == Decimal("0.72")
    assert claim("a", TAG, against=(SITE,)).confidence == Decimal("0.09")


def test_a_card_alone_is_enough_and_a_place_alone_is_not() -> None:
    found = match_sessions([ask("s", claim("a", TAG), claim("b", SITE)), ask("t", claim("b", SITE), hour=9)])
    assert (found["s"].vehicle, found["s"].basis, found["s"].confidence) == ("a", TAG, Decimal("0.90"))
    assert found["t"].vehicle is None
    assert [finding.code for finding in found["t"].findings] == ["matching.unsure"]
    assert "b" in str(found["t"].findings[0])


def test_without_a_card_plug_and_charge_tell_the_vehicle() -> None:
    found = match_sessions([ask("s", claim("a", PLUG, SOC, SITE), claim("b", SITE, against=(SOC,)))])["s"]
    assert (found.vehicle, found.basis) == ("a", PLUG)


def test_two_vehicles_that_are_as_likely_are_both_named_and_neither_is_taken() -> None:
    found = match_sessions([ask("s", claim("a", PLUG, SITE), claim("b", PLUG, SITE))])["s"]
    assert found.vehicle is None
    assert dict(found.findings[0].params) == {"vehicles": "a, b"}


def test_two_vehicles_with_one_card_are_said_and_told_apart_by_what_else_is_known() -> None:
    shared = ("a", "b")
    unclear = match_sessions([ask("s", claim("a", TAG), claim("b", TAG), tag_vehicles=shared)])["s"]
    clear = match_sessions([ask("s", claim("a", TAG, SOC), claim("b", TAG, against=(SITE,)), tag_vehicles=shared)])["s"]
    assert unclear.vehicle is None
    assert [finding.code for finding in unclear.findings] == ["matching.tag_shared", "matching.ambiguous"]
    assert clear.vehicle == "a"
    assert "matching.tag_shared" in {finding.code for finding in clear.findings}


def test_a_card_used_while_its_vehicle_was_elsewhere_is_nobodys_and_said() -> None:
    found = match_sessions([ask("s", claim("a", TAG, against=(SITE,)))])["s"]
    assert found.vehicle is None
    assert "matching.tag_elsewhere" in {finding.code for finding in found.findings}


def test_a_vehicle_is_not_at_two_outlets_at_once() -> None:
    surer = ask("sure", claim("a", TAG, PLUG, SOC))
    other = ask("other", claim("a", PLUG), claim("b", SITE), outlet="station:b/1", hour=1)
    found = match_sessions([other, surer])
    assert found["sure"].vehicle == "a"
    assert found["other"].vehicle is None
    assert {"matching.two_places"} < {finding.code for finding in found["other"].findings}


def test_of_two_sessions_that_are_as_sure_neither_keeps_the_vehicle() -> None:
    found = match_sessions([ask("s", claim("a", TAG)), ask("t", claim("a", TAG), outlet="station:b/1", hour=1)])
    assert [match.vehicle for match in found.values()] == [None, None]
    assert all("matching.two_places" in {finding.code for finding in match.findings} for match in found.values())


def test_sessions_at_the_same_outlet_or_one_after_the_other_do_not_contradict() -> None:
    found = match_sessions(
        [
            ask("s", claim("a", TAG)),
            ask("t", claim("a", TAG), hour=1),
            ask("u", claim("a", TAG), outlet="station:b/1", hour=2.99),
        ]
    )
    assert [match.vehicle for match in found.values()] == ["a", "a", "a"]


def test_what_a_person_said_holds_against_everything() -> None:
    by_hand = ask("s", claim("a", TAG, PLUG, SOC), by_hand=True, hand="b")
    nobody = ask("t", claim("a", TAG), by_hand=True, hand=None, hour=5)
    other = ask("u", claim("b", TAG), outlet="station:b/1", hour=1)
    found = match_sessions([by_hand, nobody, other])
    assert (found["s"].vehicle, found["s"].basis, found["s"].confidence) == ("b", MatchBasis.HAND, Decimal(1))
    assert (found["t"].vehicle, found["t"].basis) == (None, MatchBasis.HAND)
    assert found["u"].vehicle is None


def test_two_places_said_by_hand_stay_and_are_said() -> None:
    found = match_sessions(
        [ask("s", by_hand=True, hand="a"), ask("t", outlet="station:b/1", hour=1, by_hand=True, hand="a")]
    )
    assert [match.vehicle for match in found.values()] == ["a", "a"]
    assert all(match.findings[0].code == "matching.two_places" for match in found.values())


def test_a_session_nobody_has_a_claim_on_says_so() -> None:
    assert match_sessions([ask("s")])["s"].findings[0].code == "matching.nobody"


hints = st.frozensets(st.sampled_from([TAG, PLUG, SOC, SITE]))
claims = st.builds(
    lambda vehicle, hints, counter: Claim(vehicle=vehicle, hints=hints, counter=counter - hints - {TAG}),
    st.sampled_from("abcd"),
    hints,
    hints,
)
asks = st.lists(
    st.tuples(
        st.lists(claims, max_size=4, unique_by=lambda claim: claim.vehicle),
        st.sampled_from(["station:a/1", "station:b/1", "station:c/2"]),
        st.integers(0, 12),
        st.integers(1, 5),
    ),
    max_size=7,
)


@given(asks)
def test_nobody_is_ever_at_two_places_and_every_match_is_sure(rows: list[tuple[list[Claim], str, int, int]]) -> None:
    asked = [
        ask(f"s{number}", *claims, outlet=outlet, hour=hour, lasts_h=lasts)
        for number, (claims, outlet, hour, lasts) in enumerate(rows)
    ]
    found = match_sessions(asked)
    assert set(found) == {each.session for each in asked}
    for each in asked:
        match = found[each.session]
        if match.vehicle is not None:
            of = {claim.vehicle: claim.confidence for claim in each.claims}
            assert match.confidence == of[match.vehicle] >= SURE
    for vehicle in "abcd":
        mine = sorted((each for each in asked if found[each.session].vehicle == vehicle), key=lambda x: x.begun_at_utc)
        for one, other in pairwise(mine):
            assert one.outlet == other.outlet or other.begun_at_utc >= one.ended_at_utc
    assert match_sessions(asked) == found
    assert Decimal(0) < AHEAD < SURE
