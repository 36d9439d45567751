"""A push to the stand-in of Grafana: what is made, what stays, and what is told where it does not go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from importlib import metadata

import pytest
import urllib3

from core.errors import ConflictError, UnavailableError
from dashboards.pushing.answers import GrafanaRefusalError
from dashboards.pushing.outcomes import Outcome, Part
from dashboards.pushing.push import push
from dashboards.pushing.server import release
from dashboards.settings import DataPath
from tests.dashboards.grafana_stand_in import Grafana, running
from tests.dashboards.pushing import BOARD, CONTENT, PANEL, outcomes, settings


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with running(Grafana()) as server:
        yield server


@pytest.mark.parametrize("version", ["10.4.19", "11.6.0", "12.4.1", "13.2.1"])
def test_everything_is_made_once_in_every_version(version: str) -> None:
    with running(Grafana(version=version)) as grafana:
        first = push(settings(grafana), CONTENT)
        written = list(grafana.writes)
        second = push(settings(grafana), CONTENT)
        assert grafana.writes == written
        assert set(outcomes(first).values()) == {Outcome.CREATED}
        assert second.same
        assert second.version == version
    assert release(version)


def test_a_look_writes_nothing_and_says_what_a_push_would_do(grafana: Grafana) -> None:
    looked = push(settings(grafana), CONTENT, write=False)
    assert set(outcomes(looked).values()) == {Outcome.CREATED}
    assert not grafana.writes
    assert not grafana.boards


def test_a_new_edition_of_a_dashboard_replaces_what_nobody_edited(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    newer = replace(CONTENT, boards=CONTENT.boards | {"kw-home": BOARD | {"title": "Der Landkreis"}})
    pushed = push(settings(grafana), newer)
    step = next(step for step in pushed.steps if step.uid == "kw-home")
    assert step.outcome is Outcome.CHANGED
    assert step.lines == ("@ title", '- "Überblick"', '+ "Der Landkreis"')
    assert Counter(outcomes(pushed).values()) == {Outcome.SAME: 5, Outcome.CHANGED: 1}
    assert grafana.boards["kw-home"]["dashboard"]["title"] == "Der Landkreis"


def test_an_edited_dashboard_stays_with_its_difference_told_until_it_is_overwritten(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    grafana.edit("kw-home", panels=[PANEL | {"title": "Mein Strom"}])
    refused = push(settings(grafana), CONTENT)
    step = next(step for step in refused.steps if step.uid == "kw-home")
    assert step.outcome is Outcome.EDITED
    assert step.finding is not None
    assert (step.finding.code, dict(step.finding.params)) == ("grafana.board_edited", {"who": "erika"})
    assert any(line[0] == "-" and "Mein Strom" in line for line in step.lines)
    assert not refused.complete
    assert grafana.boards["kw-home"]["dashboard"]["panels"][0]["title"] == "Mein Strom"
    forced = push(settings(grafana), CONTENT, overwrite=True)
    assert outcomes(forced)["kw-home"] is Outcome.CHANGED
    assert push(settings(grafana), CONTENT).same


def test_what_grafana_writes_in_other_words_is_no_edit(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    grafana.boards["kw-home"]["dashboard"] |= {"schemaVersion": 42, "fiscalYearStartMonth": 0, "preload": False}
    assert push(settings(grafana), CONTENT).same


def test_a_foreign_dashboard_with_our_uid_stays(grafana: Grafana) -> None:
    grafana.folders["kw-folder"] = {"uid": "kw-folder", "title": "Kreiswatt"}
    foreign = {"dashboard": {"uid": "kw-home", "title": "Heizung", "version": 3}, "meta": {"folderUid": "other"}}
    grafana.boards["kw-home"] = deepcopy(foreign)
    step = next(step for step in push(settings(grafana), CONTENT).steps if step.uid == "kw-home")
    assert step.finding is not None
    assert step.finding.code == "grafana.board_foreign"
    assert grafana.boards["kw-home"] == foreign


def test_a_dashboard_from_files_is_not_pushed_over(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    grafana.boards["kw-home"]["meta"] |= {"provisioned": True, "provisionedExternalId": "kw-home.json"}
    step = next(step for step in push(settings(grafana), CONTENT).steps if step.uid == "kw-home")
    assert step.outcome is Outcome.FAILED
    assert step.finding is not None
    assert step.finding.code == "grafana.board_provisioned"


def test_a_folder_of_the_same_name_stops_the_push_before_anything_is_written(grafana: Grafana) -> None:
    grafana.folders["abc"] = {"uid": "abc", "title": "Kreiswatt"}
    pushed = push(settings(grafana), CONTENT)
    assert pushed.steps[0].outcome is Outcome.FAILED
    assert pushed.steps[0].finding is not None
    assert dict(pushed.steps[0].finding.params)["found"] == "abc"
    assert {step.outcome for step in pushed.steps[1:]} == {Outcome.NOT_REACHED}
    assert not grafana.writes


def test_a_renamed_data_source_keeps_its_name(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    grafana.sources["kw-influx"]["name"] = "Energie"
    step = push(settings(grafana), CONTENT).steps[1]
    assert step.outcome is Outcome.SAME
    assert step.finding is not None
    assert step.finding.code == "grafana.source_renamed"
    moved = replace(settings(grafana).source, url="http://127.0.0.1:9090")
    assert push(settings(grafana, source=moved), CONTENT).steps[1].outcome is Outcome.CHANGED
    assert (grafana.sources["kw-influx"]["name"], grafana.sources["kw-influx"]["url"]) == ("Energie", moved.url)


def test_a_taken_name_costs_the_data_source_alone(grafana: Grafana) -> None:
    grafana.sources["x"] = {"uid": "x", "name": "Kreiswatt", "type": "influxdb"}
    pushed = push(settings(grafana), CONTENT)
    assert pushed.steps[1].outcome is Outcome.FAILED
    assert pushed.steps[1].finding is not None
    assert pushed.steps[1].finding.code == "grafana.source_name_taken"
    assert dict(pushed.steps[1].finding.params)["found"] == "x"
    assert {step.outcome for step in pushed.steps if step.part is Part.DASHBOARD} == {Outcome.CREATED}


def test_edited_rules_and_contact_points_stay(grafana: Grafana) -> None:
    push(settings(grafana), CONTENT)
    grafana.groups["kw-folder", "kw-alarms"]["rules"][0]["for"] = "1h"
    grafana.points["kw-mail"]["settings"] = {"addresses": "anders@example.org"}
    kept = outcomes(push(settings(grafana), CONTENT))
    assert (kept["kw-alarms"], kept["kw-mail"]) == (Outcome.EDITED, Outcome.EDITED)
    forced = outcomes(push(settings(grafana), CONTENT, overwrite=True))
    assert (forced["kw-alarms"], forced["kw-mail"]) == (Outcome.CHANGED, Outcome.CHANGED)
    assert push(settings(grafana), CONTENT).same


@pytest.mark.parametrize(
    ("version", "role", "failed"),
    [
        ("12.4.1", "Viewer", {Part.FOLDER}),
        ("12.4.1", "Editor", {Part.DATA_SOURCE}),
        ("10.4.1", "Editor", {Part.DATA_SOURCE, Part.CONTACT_POINT, Part.RULE_GROUP}),
    ],
)
def test_what_the_token_may_not_is_told_step_by_step(version: str, role: str, failed: set[Part]) -> None:
    with running(Grafana(version=version, role=role)) as grafana:
        pushed = push(settings(grafana), CONTENT)
        refused = [step for step in pushed.steps if step.outcome is Outcome.FAILED]
        assert {step.part for step in refused} == failed
        assert {step.finding.code for step in refused if step.finding} == {"grafana.no_right"}


def test_a_viewer_who_may_edit_the_folder_brings_dashboards_alone() -> None:
    with running(Grafana(role="Viewer", may_edit_folder=True)) as server:
        server.folders["kw-folder"] = {"uid": "kw-folder", "title": "Kreiswatt"}
        pushed = push(settings(server), CONTENT)
        assert set(server.boards) == set(CONTENT.boards)
        refused = {step.part: step.finding.code for step in pushed.steps if step.finding}
        assert refused == dict.fromkeys((Part.DATA_SOURCE, Part.CONTACT_POINT, Part.RULE_GROUP), "grafana.no_right")


def test_a_grafana_that_stops_in_between_leaves_a_report_of_the_rest(grafana: Grafana) -> None:
    grafana.dies_after = 8
    pushed = push(settings(grafana), CONTENT)
    found = [step.outcome for step in pushed.steps]
    assert Outcome.CREATED in found
    assert found[-1] is Outcome.NOT_REACHED
    failed = next(step for step in pushed.steps if step.outcome is Outcome.FAILED)
    assert failed.finding is not None
    assert failed.finding.code == "grafana.unreachable"
    grafana.dies_after = None
    assert push(settings(grafana), CONTENT).complete


def test_who_does_not_answer_or_know_us_is_named_at_once(grafana: Grafana) -> None:
    with pytest.raises(UnavailableError, match=r"grafana\.unreachable"):
        push(replace(settings(grafana), url="http://127.0.0.1:9"), CONTENT)
    with pytest.raises(GrafanaRefusalError, match=r"grafana\.token_refused"):
        push(replace(settings(grafana), token="glsa_wrong"), CONTENT)
    grafana.version = "9.5.2"
    with pytest.raises(UnavailableError, match=r"grafana\.too_old"):
        push(settings(grafana), CONTENT)
    assert not grafana.writes


def test_influxdb_3_core_is_refused(grafana: Grafana) -> None:
    core = replace(settings(grafana).source, path=DataPath.INFLUXDB_3_CORE)
    with pytest.raises(ConflictError, match=r"grafana\.core_refused"):
        push(settings(grafana, source=core), CONTENT)
    assert not grafana.asked


@pytest.mark.parametrize(("version", "code"), [("", "grafana.version_hidden"), ("14.0.0", "grafana.newer")])
def test_a_version_that_nobody_tried_is_pushed_to_with_a_note(grafana: Grafana, version: str, code: str) -> None:
    grafana.version = version
    grafana.role = "Viewer"
    assert [note.code for note in push(settings(grafana), CONTENT, write=False).notes] == [code]


def test_grafana_client_leaves_urllib3_as_it_is() -> None:
    assert metadata.version("urllib3") == urllib3.__version__
    installed = {str(each.metadata["Name"]).lower() for each in metadata.distributions()}
    assert not installed & {"niquests", "urllib3-future"}


def test_an_editor_is_enough_where_somebody_else_keeps_the_data_source() -> None:
    with running(Grafana(role="Editor")) as server:
        told = settings(server)
        assert not push(told, CONTENT).complete
        found = push(replace(told, source=replace(told.source, pushed=False)), CONTENT)
        assert found.complete
        assert Part.DATA_SOURCE not in {step.part for step in found.steps}
        assert not server.sources
