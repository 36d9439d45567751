"""What the tests of the push share: something to push, and settings for the stand-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboards.pushing.outcomes import Content, Outcome, Part, Pushed, PushStep
from dashboards.settings import DataPath, DataSource, GrafanaSettings
from tests.dashboards.grafana_stand_in import TOKEN, Grafana

PANEL = {"id": 1, "type": "stat", "title": "Energie", "gridPos": {"h": 4, "w": 6, "x": 0, "y": 0}, "targets": []}
BOARD: dict[str, Any] = {"uid": "kw-home", "title": "Überblick", "schemaVersion": 39, "panels": [PANEL], "tags": ["kw"]}
RULE: dict[str, Any] = {
    "uid": "kw-meter-silent",
    "title": "Zähler schweigt",
    "condition": "C",
    "for": "0s",
    "noDataState": "OK",
    "execErrState": "Error",
    "labels": {"severity": "warning"},
    "annotations": {"summary": "{{ .Labels.subject }}"},
    "data": [{"refId": "A", "datasourceUid": "kw-influx", "model": {"refId": "A", "query": "SELECT 1"}}],
}
POINT = {"uid": "kw-mail", "name": "Kreiswatt", "type": "email", "settings": {"addresses": "energie@example.org"}}
CONTENT = Content(
    boards={"kw-home": BOARD, "kw-water": BOARD | {"uid": "kw-water", "title": "Wasser"}},
    groups={"kw-alarms": {"title": "kw-alarms", "interval": 60, "rules": [RULE]}},
    contact_points=[POINT],
)


def settings(grafana: Grafana, **changes: Any) -> GrafanaSettings:
    source = DataSource(path=DataPath.EMBEDDED, url="http://127.0.0.1:8080", database="kreiswatt", token="kw_read")
    return replace(GrafanaSettings(url=grafana.url, token=TOKEN, source=source), **changes)


def outcomes(pushed: Pushed) -> dict[str, Outcome]:
    return {step.uid: step.outcome for step in pushed.steps}


def step_of(pushed: Pushed, what: str | Part) -> PushStep:
    """Return the step of a thing by its uid, or the only one of a part."""
    return next(step for step in pushed.steps if what in (step.uid, step.part))


def code_of(pushed: Pushed, what: str | Part) -> tuple[Outcome, str]:
    """Return what became of a thing, and the code of what is told about it."""
    step = step_of(pushed, what)
    return step.outcome, step.finding.code if step.finding else ""
