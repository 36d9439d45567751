"""Dashboards by capability: shown, built into files, compared with the stand-in of Grafana, pushed to it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from zipfile import ZipFile

import pytest

from core.errors import ConflictError, NotFoundError, UnavailableError
from dashboards.pushing.answers import GrafanaRefusalError
from dashboards.pushing.outcomes import Outcome
from dashboards.settings import DataPath
from operations.dashboards import previewing
from operations.people.audit import ListAudit
from tests.dashboards.grafana_stand_in import TOKEN, Grafana, running
from tests.dashboards.test_preview import BOARD
from tests.district import GRAFANA, District


@pytest.fixture
def grafana(empty_district: District) -> Iterator[Grafana]:
    """Return a Grafana that the district is connected with."""
    gate = empty_district.gate
    with running(Grafana()) as server:
        gate.house = replace(gate.house, grafana=replace(GRAFANA, url=server.url, token=TOKEN, mail=("e@example.org",)))
        yield server


async def test_what_is_pushed_is_the_same_afterwards(empty_district: District, grafana: Grafana) -> None:
    before = await empty_district.ask("dashboards.diff")
    assert not before.same
    assert not grafana.writes
    pushed = await empty_district.ask("dashboards.push")
    assert pushed.complete
    assert {step.outcome for step in pushed.steps} == {Outcome.CREATED}
    assert grafana.points["kw-mail"]["settings"]["addresses"] == "e@example.org"
    assert (await empty_district.ask("dashboards.diff")).same
    again = await empty_district.ask("dashboards.push")
    assert {step.outcome for step in again.steps} == {Outcome.SAME}


@pytest.mark.usefixtures("grafana")
async def test_the_last_push_is_remembered_and_whether_it_was_refused(empty_district: District) -> None:
    assert (await empty_district.ask("dashboards.show")).pushed_at_utc is None
    await empty_district.ask("dashboards.push")
    shown = await empty_district.ask("dashboards.show")
    assert (shown.pushed_at_utc, shown.pushed_by, shown.push_refused) == (empty_district.clock(), "anna", False)
    assert shown.connected
    assert all(row.url == f"{shown.url}/d/{row.uid}" for row in shown.boards)
    house = empty_district.gate.house
    assert house.grafana
    empty_district.gate.house = replace(house, grafana=replace(house.grafana, token="wrong"))
    with pytest.raises(GrafanaRefusalError, match=r"grafana\.token_refused"):
        await empty_district.ask("dashboards.push")
    assert (await empty_district.ask("dashboards.show")).push_refused


@pytest.mark.usefixtures("grafana")
async def test_audit_entries_of_some_actions_only(empty_district: District) -> None:
    await empty_district.ask("dashboards.push")
    await empty_district.ask("tokens.add", name="grafana")
    ledger = empty_district.gate.house.ledger
    found = await ledger.audit_entries(ListAudit().limit, actions=("dashboards.push",))
    assert ([entry.action for entry in found.items], found.total) == (["dashboards.push"], 1)


async def test_without_a_grafana_files_are_built_and_nothing_is_pushed(empty_district: District) -> None:
    assert not (await empty_district.ask("dashboards.show")).connected
    for row in ("dashboards.push", "dashboards.diff"):
        with pytest.raises(UnavailableError, match=r"grafana\.not_set_up"):
            await empty_district.ask(row)
    built = [await empty_district.ask("dashboards.build", boards_path="/srv/boards") for _ in range(2)]
    assert built[0].file.digest == built[1].file.digest
    found = await empty_district.gate.fetch(built[0].file.id, empty_district.admin, empty_district.clock())
    content = found.path.read_bytes() if found.path else found.content
    with ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        provider = json.loads(archive.read("provisioning/dashboards/kreiswatt.yaml"))
    assert provider["providers"][0]["options"]["path"] == "/srv/boards"
    assert {f"provisioning/{part}/kreiswatt.yaml" for part in ("datasources", "dashboards", "alerting")} <= names
    assert sum(name.startswith("dashboards/") for name in names) == built[0].dashboards


async def test_influxdb_3_core_is_refused_each_way(empty_district: District) -> None:
    core = replace(GRAFANA.source, path=DataPath.INFLUXDB_3_CORE)
    house = empty_district.gate.house
    empty_district.gate.house = replace(house, grafana=replace(GRAFANA, url="http://127.0.0.1:9", source=core))
    for row in ("dashboards.push", "dashboards.diff", "dashboards.build"):
        with pytest.raises(ConflictError, match=r"grafana\.core_refused"):
            await empty_district.ask(row)


async def test_the_preview_asks_our_own_influxql_and_is_a_file(
    empty_district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "boards_in", lambda _settings: {"kw-probe": BOARD})
    made = await empty_district.ask("dashboards.preview")
    assert (made.dashboards, made.panels, made.failed_panels) == (1, 8, 1)
    assert made.file.name.endswith(".html")
    found = await empty_district.gate.fetch(made.file.id, empty_district.admin, empty_district.clock())
    content = found.path.read_bytes() if found.path else found.content
    assert "Das ist eine Vorschau, nicht Grafana" in content.decode()
    with pytest.raises(NotFoundError, match=r"grafana\.unknown_board"):
        await empty_district.ask("dashboards.preview", uids=["kw-never"])
    empty_district.gate.house = replace(empty_district.gate.house, influxql=None)
    with pytest.raises(UnavailableError, match=r"influxql\.not_served"):
        await empty_district.ask("dashboards.preview")
