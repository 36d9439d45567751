"""Steering charge points on pages: one and many, and the question before what disturbs people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from core.commands import Command, CommandFilter
from tests.console.pages.test_forms import csrf

Client = Callable[..., httpx.Client]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def sent(client: httpx.Client, path: str, **given: Any) -> httpx.Response:
    data = {"csrf_token": csrf(client.get("/account").text)} | given
    return client.post(path, data=data, follow_redirects=True)


def kept(district: Any, **wanted: Any) -> tuple[Command, ...]:
    page = district.do(district.gate.house.ledger.commands(CommandFilter(**wanted, limit=500)))
    return tuple(page.items)


@pytest.mark.parametrize(
    ("verb", "given", "warned"),
    [
        ("reset", {"way": "hard"}, "Laufende Ladevorgänge brechen ab"),
        ("reset", {"way": "on_idle"}, "sobald niemand mehr lädt"),
        ("unlock", {"connector": "1"}, "Der Stecker wird freigegeben."),
        ("availability", {"connector": "1"}, "neue beginnen danach nicht mehr"),
        ("clear_cache", {}, "vergisst die Karten"),
    ],
)
def test_what_disturbs_people_is_asked_for_twice(
    client: Client, district: Any, verb: str, given: dict[str, str], warned: str
) -> None:
    anna, before = client(), len(kept(district))
    page = sent(anna, f"/stations/lra-02/ask/{verb}", **given).text
    assert warned in words(page)
    assert len(kept(district)) == before
    for name, value in given.items():
        assert f'name="{name}" value="{value}"' in page


def test_what_disturbs_nobody_is_asked_for_once(client: Client, district: Any) -> None:
    before = len(kept(district))
    answer = sent(client(), "/stations/lra-02/ask/availability", operative="1", connector="1")
    assert re.fullmatch(r"/commands/\d+", answer.url.path)
    assert len(kept(district)) == before + 1


def test_many_charge_points_are_steered_at_once(client: Client, district: Any) -> None:
    anna, chosen = client(), ["lra-01", "lra-02"]
    listed = anna.get("/stations").text
    assert 'type="checkbox" name="station" value="lra-01"' in listed
    choices = words(anna.get("/commands/new", params={"station": chosen}).text)
    assert "2 Ladestationen steuern" in choices
    question = sent(anna, "/commands/new/reset", station=chosen, way="immediate").text
    assert "Wirklich an 2 Ladestationen?" in question
    assert question.count('type="hidden" name="station"') == 2
    done = sent(anna, "/commands/new/reset", station=chosen, way="immediate", confirmed="1", when_idle="1")
    group = done.url.params["group"]
    asked = kept(district, group=group)
    assert {each.station for each in asked} == set(chosen)
    assert all(each.when_idle and each.request == {} for each in asked)
    assert "0 von 2" in words(done.text)
    assert f'data-poll="/commands?group={group}"' in done.text


def test_all_of_a_filter_are_chosen_without_ticking(client: Client, district: Any) -> None:
    site = district.inventory.stations["lra-01"].site
    anna = client()
    there = [each["id"] for each in anna.get("/api/v1/stations", params={"site": site}).json()["items"]]
    assert {"lra-01", "lra-02"} <= set(there) < set(district.gate.house.inventory().stations)
    assert f"/commands/new?all=1&amp;site={site}" in anna.get(f"/sites/{site}").text
    question = sent(anna, "/commands/new/trigger", all="1", site=site, message="heartbeat").text
    assert question.count("Wirklich an") == 1
    assert question.count('scope="row"') == len(there)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/commands/new", 422),
        ("/commands/new?station=nirgends", 404),
        ("/commands/new/start?station=lra-01", 404),
        ("/commands?group=nie", 404),
    ],
)
def test_what_cannot_be_chosen_is_refused(client: Client, path: str, status: int) -> None:
    assert client().get(path).status_code == status


def test_who_only_looks_steers_nothing(client: Client) -> None:
    vera = client("vera")
    assert 'name="station"' not in vera.get("/stations").text
    assert sent(vera, "/commands/new/reset", station=["lra-01"], confirmed="1").status_code == 403


def test_a_command_is_watched_until_it_has_ended(client: Client) -> None:
    anna = client()
    begun = sent(anna, "/stations/lra-02/ask/get", keys="HeartbeatInterval")
    number = begun.url.path.rpartition("/")[2]
    assert f'data-poll="/commands/{number}"' in begun.text
    assert 'role="status" aria-live="polite"' in begun.text
    ended = sent(anna, f"/commands/{number}/cancel")
    assert "data-poll" not in ended.text
