"""Profiles that contradict each other are named with both places; those that a narrower one settles are not."""

from __future__ import annotations

from typing import Any

import pytest

from config.inventory import inventory_of
from core.texts import LANGUAGES, catalogue

STATIONS = """
municipalities:
  stadt: {name: Stadt, key: "99901000", state: SN, valid_from: 2015-01-01}
sites:
  hof: {name: Hof, kind: depot, municipality: stadt, valid_from: 2015-01-01}
stations:
  hof-1:
    name: Hof
    site: hof
    maker: Alfen
    model: Eve
    connectors: [{number: 1, max_power_w: 11000, plug: Typ 2}]
    valid_from: 2026-01-01
"""


def profile(name: str, said: str, since: str = "2026-01-01", beat: int = 300) -> str:
    extra = f", {said}" if said else ""
    return f"  {name}: {{name: P, valid_from: {since}, settings: {{heartbeat_interval_s: {beat}}}{extra}}}\n"


def read(*profiles: str, file: str = "profiles/a.yaml") -> list[dict[str, Any]]:
    _, findings = inventory_of({"inventory/a.yaml": STATIONS, file: "profiles:\n" + "".join(profiles)}, None)
    for finding in findings:
        for language in LANGUAGES:
            assert "{" not in catalogue(language).tell(finding)
    return [{"code": finding.code, **dict(finding.params)} for finding in findings]


def test_two_of_the_same_rank_that_differ_are_named_with_both_places() -> None:
    (found,) = read(profile("eins", ""), profile("zwei", "", beat=600))
    assert (found["code"], found["file"], found["line"]) == ("config.profiles_conflict", "profiles/a.yaml", 3)
    assert (found["other"], found["other_line"], found["setting"]) == ("eins", 2, "heartbeat_interval_s")


@pytest.mark.parametrize(
    "second",
    [
        profile("zwei", "", beat=300),
        profile("zwei", "sites: [hof]", beat=600),
        profile("zwei", "maker: alfen", beat=600),
        profile("zwei", "stations: [hof-1]", beat=600),
        profile("zwei", "maker: ABL", beat=600),
    ],
)
def test_what_means_the_same_holds_for_fewer_or_for_others_is_none(second: str) -> None:
    assert read(profile("eins", ""), second) == []


def test_a_raw_key_contradicts_the_term_it_names_from_the_day_on_it_holds() -> None:
    raw = "  roh: {name: P, valid_from: 2027-01-01, raw: [{key: HeartbeatInterval, value: '60'}]}\n"
    (found,) = read(profile("eins", ""), raw)
    assert found["code"] == "config.profiles_conflict"
    ended = raw.replace("valid_from: 2027-01-01", "valid_from: 2025-01-01, valid_to: 2025-06-01")
    assert read(profile("eins", ""), ended) == []


def test_unknown_sites_and_stations_are_named() -> None:
    codes = {found["code"] for found in read(profile("eins", "sites: [nirgends], stations: [hof-9]"))}
    assert codes == {"config.reference_unknown", "config.reference_unknown_near"}
