"""A push into a Grafana that others use as well: things renamed, moved, changed, taken, held by files or programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from dashboards.pushing.outcomes import Outcome, Part
from dashboards.pushing.push import push
from dashboards.settings import DataPath
from tests.dashboards.grafana_stand_in import Grafana, Trouble, running
from tests.dashboards.pushing import BOARD, CONTENT, PANEL, POINT, RULE, code_of, outcomes, settings, step_of

JSON = {"Content-Type": "application/json"}
NEWER = replace(CONTENT, boards=CONTENT.boards | {"kw-home": BOARD | {"title": "Der Landkreis"}})
ROUTED = RULE | {"notification_settings": {"receiver": "Kreiswatt"}}
WITH_ROUTE = replace(CONTENT, groups={"kw-alarms": {"title": "kw-alarms", "interval": 60, "rules": [ROUTED]}})
NEW_LAYOUT = {"uid": "kw-home", "title": "Überblick", "elements": {}, "layout": {"kind": "TabsLayout"}}


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with running(Grafana()) as server:
        push(settings(server), CONTENT)
        server.asked.clear()
        yield server


def once(act: Callable[[], Any], request: str) -> Callable[[str], None]:
    """Return what somebody else does just before a request of ours is carried out, once."""
    left = [act]
    return lambda asked: left.pop()() if left and asked.startswith(request) else None


def test_a_folder_that_somebody_renamed_or_moved_stays_so(grafana: Grafana) -> None:
    grafana.folders["kw-folder"] |= {"title": "Energie", "parentUid": "buildings"}
    pushed = push(settings(grafana), NEWER)
    assert code_of(pushed, Part.FOLDER) == (Outcome.SAME, "grafana.folder_renamed")
    assert pushed.complete
    assert grafana.folders["kw-folder"]["title"] == "Energie"
    assert grafana.boards["kw-home"]["meta"]["folderUid"] == "kw-folder"


@pytest.mark.parametrize(("version", "expected"), [("10.4.1", Outcome.FAILED), ("11.6.0", Outcome.CREATED)])
def test_a_title_that_is_taken_in_the_folder_costs_that_dashboard(version: str, expected: Outcome) -> None:
    with running(Grafana(version=version)) as grafana:
        grafana.boards["x"] = {"dashboard": {"uid": "x", "title": "Wasser"}, "meta": {"folderUid": "kw-folder"}}
        pushed = push(settings(grafana), CONTENT)
        code = "grafana.board_name_taken" if expected is Outcome.FAILED else ""
        assert code_of(pushed, "kw-water") == (expected, code)
        assert outcomes(pushed)["kw-home"] is Outcome.CREATED


def test_a_dashboard_that_somebody_moved_stays_in_its_folder(grafana: Grafana) -> None:
    grafana.folders["mine"] = {"uid": "mine", "title": "Meine"}
    grafana.boards["kw-home"]["meta"]["folderUid"] = "mine"
    assert outcomes(push(settings(grafana), NEWER))["kw-home"] is Outcome.CHANGED
    assert grafana.boards["kw-home"]["meta"]["folderUid"] == "mine"


def test_who_saves_between_our_reading_and_writing_is_not_run_over(grafana: Grafana) -> None:
    grafana.meanwhile = once(lambda: grafana.edit("kw-home", title="Meins"), "POST /api/dashboards/db")
    pushed = push(settings(grafana), NEWER, overwrite=True)
    assert code_of(pushed, "kw-home") == (Outcome.EDITED, "grafana.changed_meanwhile")
    assert grafana.boards["kw-home"]["dashboard"]["title"] == "Meins"
    assert outcomes(pushed)["kw-water"] is Outcome.SAME


@pytest.mark.parametrize("version", ["12.4.1", "13.2.1"])
def test_a_dashboard_in_the_new_layout_stays_until_it_is_overwritten(grafana: Grafana, version: str) -> None:
    grafana.version = version
    grafana.boards["kw-home"]["dashboard"] = dict(NEW_LAYOUT)
    assert code_of(push(settings(grafana), CONTENT), "kw-home") == (Outcome.EDITED, "grafana.board_new_layout")
    assert code_of(push(settings(grafana), CONTENT, write=False), "kw-home")[0] is Outcome.EDITED
    assert not grafana.writes
    assert outcomes(push(settings(grafana), CONTENT, overwrite=True))["kw-home"] is Outcome.CHANGED
    assert push(settings(grafana), CONTENT).same


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize(
    ("part", "uid", "change"),
    [
        (Part.DASHBOARD, "kw-home", lambda g: g.boards["kw-home"]["meta"].update(provisioned=True)),
        (Part.DATA_SOURCE, "kw-influx", lambda g: g.sources["kw-influx"].update(readOnly=True, url="http://x")),
        (Part.DATA_SOURCE, "kw-influx", lambda g: g.sources["kw-influx"].update(type="prometheus")),
        (Part.CONTACT_POINT, "kw-mail", lambda g: g.points["kw-mail"].update(provenance="file", name="Amt")),
        (
            Part.RULE_GROUP,
            "kw-alarms",
            lambda g: g.groups["kw-folder", "kw-alarms"]["rules"][0].update(provenance="file", title="Amt"),
        ),
    ],
)
def test_what_files_hold_or_is_another_thing_is_never_pushed_over(
    grafana: Grafana, part: Part, uid: str, change: Callable[[Grafana], None], *, overwrite: bool
) -> None:
    change(grafana)
    pushed = push(settings(grafana), CONTENT, overwrite=overwrite)
    assert outcomes(pushed)[uid] is Outcome.FAILED
    assert [step.part for step in pushed.steps if step.outcome is Outcome.FAILED] == [part]
    looked = push(settings(grafana), CONTENT, write=False)
    assert code_of(looked, uid) == code_of(pushed, uid)


@pytest.mark.parametrize(("before", "editable_again"), [("api", False), ("", True)])
def test_alerts_keep_who_may_edit_them(grafana: Grafana, before: str, *, editable_again: bool) -> None:
    grafana.points["kw-mail"] |= {"provenance": before, "settings": {"addresses": "a@example.org"}}
    grafana.groups["kw-folder", "kw-alarms"]["rules"][0] |= {"provenance": before, "title": "Amt"}
    assert push(settings(grafana), CONTENT, overwrite=True).complete
    held = {grafana.points["kw-mail"]["provenance"], grafana.groups["kw-folder", "kw-alarms"]["rules"][0]["provenance"]}
    assert held == ({""} if editable_again else {"api"})


def test_a_taken_data_source_name_is_seen_before_the_push() -> None:
    with running(Grafana()) as grafana:
        grafana.sources["x"] = {"uid": "x", "name": "Kreiswatt", "type": "influxdb"}
        looked = push(settings(grafana), CONTENT, write=False)
        assert code_of(looked, Part.DATA_SOURCE) == (Outcome.FAILED, "grafana.source_name_taken")


def test_a_foreign_data_source_with_our_uid_stays_until_it_is_overwritten() -> None:
    with running(Grafana()) as grafana:
        grafana.sources["kw-influx"] = {"uid": "kw-influx", "name": "Amt", "type": "influxdb", "url": "http://amt"}
        assert code_of(push(settings(grafana), CONTENT), "kw-influx") == (Outcome.EDITED, "grafana.source_foreign")
        assert grafana.sources["kw-influx"]["url"] == "http://amt"
        assert push(settings(grafana), CONTENT, overwrite=True).complete
        assert grafana.sources["kw-influx"]["url"] == "http://127.0.0.1:8080"
        assert grafana.sources["kw-influx"]["name"] == "Amt"


def test_a_data_source_that_somebody_pointed_elsewhere_stays(grafana: Grafana) -> None:
    grafana.sources["kw-influx"]["url"] = "http://10.0.0.5:8080"
    kept = push(settings(grafana), CONTENT)
    assert code_of(kept, "kw-influx") == (Outcome.EDITED, "grafana.source_edited")
    assert step_of(kept, "kw-influx").lines == ("@ url", '- "http://10.0.0.5:8080"', '+ "http://127.0.0.1:8080"')
    assert push(settings(grafana), CONTENT, overwrite=True).complete


def test_a_new_reading_token_is_noticed_and_pushed(grafana: Grafana) -> None:
    told = settings(grafana)
    rotated = replace(told, source=replace(told.source, token="kw_new"))
    pushed = push(rotated, CONTENT)
    assert code_of(pushed, "kw-influx") == (Outcome.CHANGED, "grafana.source_secret_changed")
    assert grafana.sources["kw-influx"]["secureJsonData"] == {"httpHeaderValue1": "Token kw_new"}
    assert push(rotated, CONTENT).same
    assert "kw_new" not in str(grafana.sources["kw-influx"]["jsonData"])


def test_what_others_set_beside_ours_of_a_data_source_is_kept(grafana: Grafana) -> None:
    grafana.sources["kw-influx"] |= {"isDefault": True}
    grafana.sources["kw-influx"]["jsonData"] |= {"tlsSkipVerify": True}
    told = settings(grafana)
    assert push(told, CONTENT).same
    moved = replace(told, source=replace(told.source, path=DataPath.INFLUXDB_1, user="g", url="http://influx:8086"))
    assert outcomes(push(moved, CONTENT))["kw-influx"] is Outcome.CHANGED
    kept = grafana.sources["kw-influx"]
    assert (kept["isDefault"], kept["jsonData"]["tlsSkipVerify"], kept["user"]) == (True, True, "g")
    assert "httpHeaderName1" not in kept["jsonData"]
    assert outcomes(push(told, CONTENT))["kw-influx"] is Outcome.CHANGED
    assert grafana.sources["kw-influx"]["user"] == ""


def test_a_data_source_changed_between_reading_and_writing_is_not_run_over(grafana: Grafana) -> None:
    told = settings(grafana)
    moved = replace(told, source=replace(told.source, url="http://elsewhere"))
    grafana.meanwhile = once(lambda: grafana.sources["kw-influx"].update(version=9, url="http://mine"), "PUT /api/data")
    assert code_of(push(moved, CONTENT), "kw-influx") == (Outcome.FAILED, "grafana.in_conflict")
    assert grafana.sources["kw-influx"]["url"] == "http://mine"


def test_a_data_source_that_reads_nothing_is_told_of(grafana: Grafana) -> None:
    assert not push(settings(grafana), CONTENT).notes
    grafana.source_says = "InfluxDB returned error: 401"
    pushed = push(settings(grafana), CONTENT)
    assert pushed.complete
    assert [(note.code, dict(note.params)["told"]) for note in pushed.notes] == [
        ("grafana.source_troubled", "InfluxDB returned error: 401")
    ]


@pytest.mark.parametrize(
    ("kept", "codes"),
    [
        ({}, ["grafana.source_missing"]),
        ({"kw-influx": {"uid": "kw-influx", "type": "loki"}}, ["grafana.source_of_another_kind"]),
        ({"kw-influx": {"uid": "kw-influx", "type": "influxdb"}}, []),
    ],
)
def test_a_data_source_that_somebody_else_keeps_is_looked_for(
    grafana: Grafana, kept: dict[str, Any], codes: list[str]
) -> None:
    grafana.sources = kept
    told = settings(grafana)
    pushed = push(replace(told, source=replace(told.source, pushed=False)), CONTENT)
    assert [note.code for note in pushed.notes] == codes
    assert grafana.sources == kept


def test_what_grafana_adds_to_a_contact_point_is_no_edit(grafana: Grafana) -> None:
    grafana.points["kw-mail"]["settings"] = {**POINT["settings"], "message": "", "singleEmail": False}  # type: ignore[dict-item]
    assert push(settings(grafana), CONTENT).same


def test_a_renamed_contact_point_stays_and_its_difference_is_told(grafana: Grafana) -> None:
    grafana.points["kw-mail"]["name"] = "Bereitschaft"
    pushed = push(settings(grafana), CONTENT)
    assert code_of(pushed, "kw-mail") == (Outcome.EDITED, "grafana.contact_point_edited")
    assert step_of(pushed, "kw-mail").lines == ("@ name", '- "Bereitschaft"', '+ "Kreiswatt"')


def test_a_contact_point_name_of_somebody_else_is_not_taken() -> None:
    with running(Grafana()) as grafana:
        grafana.points["x"] = {"uid": "x", "name": "Kreiswatt", "type": "slack", "settings": {}}
        pushed = push(settings(grafana), CONTENT)
        assert code_of(pushed, "kw-mail") == (Outcome.FAILED, "grafana.contact_point_taken")
        assert outcomes(pushed)["kw-alarms"] is Outcome.CREATED


def test_a_grafana_without_alerting_gets_its_dashboards() -> None:
    with running(Grafana()) as grafana:
        grafana.troubles = [Trouble("/api/v1/provisioning", 404, '{"message": "Not found"}', JSON)]
        pushed = push(settings(grafana), CONTENT)
        assert code_of(pushed, "kw-mail") == (Outcome.FAILED, "grafana.no_alerting")
        assert code_of(pushed, "kw-alarms") == (Outcome.FAILED, "grafana.no_alerting")
        assert set(grafana.boards) == set(CONTENT.boards)


def test_rules_differ_only_where_it_matters(grafana: Grafana) -> None:
    grafana.groups["kw-folder", "kw-alarms"]["rules"][0] |= {"for": "1h", "updated": "2026-11-24T00:00:00Z"}
    lines = step_of(push(settings(grafana), CONTENT), "kw-alarms").lines
    assert lines == ("@ rules[kw-meter-silent Zähler schweigt].for", '- "1h"', '+ "0s"')


def test_how_often_somebody_lets_rules_be_looked_at_stays(grafana: Grafana) -> None:
    grafana.groups["kw-folder", "kw-alarms"]["interval"] = 600
    pushed = push(settings(grafana), CONTENT)
    assert code_of(pushed, "kw-alarms") == (Outcome.EDITED, "grafana.rules_edited")
    assert step_of(pushed, "kw-alarms").lines == ("@ interval", "- 600", "+ 60")


def test_rules_that_somebody_moved_to_another_group_are_told_of(grafana: Grafana) -> None:
    grafana.groups["kw-folder", "other"] = grafana.groups.pop(("kw-folder", "kw-alarms"))
    pushed = push(settings(grafana), CONTENT)
    assert code_of(pushed, "kw-alarms") == (Outcome.FAILED, "grafana.in_conflict")


@pytest.mark.parametrize(
    ("version", "hidden", "codes"),
    [
        ("10.0.3", False, ["grafana.rules_unrouted"]),
        ("10.3.1", True, ["grafana.rules_unrouted"]),
        ("10.4.0", True, []),
        ("13.2.1+security-01", False, []),
    ],
)
def test_rules_before_10_4_name_no_receiver_and_stay_the_same(version: str, codes: list[str], *, hidden: bool) -> None:
    with running(Grafana(version=version, hides_version=hidden)) as grafana:
        first = push(settings(grafana), WITH_ROUTE)
        assert ([note.code for note in first.notes], first.version) == (codes, version)
        assert first.complete
        assert push(settings(grafana), WITH_ROUTE).same


def test_panels_that_somebody_added_are_named(grafana: Grafana) -> None:
    mine = {"id": 40, "title": "Meine Pumpe", "type": "stat", "gridPos": {"h": 1, "w": 1, "x": 0, "y": 9}}
    grafana.edit("kw-home", panels=[PANEL, mine])
    assert step_of(push(settings(grafana), CONTENT), "kw-home").lines[0] == "@ panels[40 Meine Pumpe]"
