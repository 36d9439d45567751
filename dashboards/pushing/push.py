"""What a push does, step by step, and what a look before it says it would do.

Each step stands for itself: one that Grafana refuses is told of and the next is tried. Only where Grafana no longer
answers, or no longer knows us, the rest is not reached, and the result says so. Nothing is saved twice: what is there
as it should be stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from core.errors import ServiceError, UnavailableError
from core.texts import Finding
from dashboards.data_source import data_source_json
from dashboards.pushing.alert_steps import group_step, point_step
from dashboards.pushing.answers import ChangedMeanwhileError, GrafanaRefusalError, TokenError, UnsureError
from dashboards.pushing.outcomes import DONE, Content, Outcome, Part, Pushed, PushStep
from dashboards.pushing.server import Grafana, release
from dashboards.pushing.steps import Run, board_step, folder_step, source_step, try_source
from dashboards.settings import GrafanaSettings

OLDEST: Final = 10
NEWEST: Final = 13
_ROUTES_RULES: Final = (10, 4)
"""The first release whose rules say themselves whom they are sent to."""

_ROUTE: Final = "notification_settings"
_RIGHTS: Final = 403


def push(
    settings: GrafanaSettings,
    content: Content,
    *,
    overwrite: bool = False,
    write: bool = True,
    wait: Callable[[float], None] = time.sleep,
) -> Pushed:
    """Bring everything to Grafana and return what became of each thing; with `write` off, only what would become.

    What somebody edited in Grafana stays, with the difference told, unless `overwrite`. Where Grafana asks to be left
    alone for a while, `wait` does so.

    Raises `UnavailableError` where Grafana does not answer at all or is older than 10, `ConflictError` for
    InfluxDB 3 Core, `GrafanaRefusalError` for a token that it does not know.
    """
    source = data_source_json(settings.source)
    grafana = Grafana(settings.url, settings.token, settings.timeout_s, authority=settings.authority, wait=wait)
    try:
        version = grafana.version()
        run = Run(grafana=grafana, settings=settings, overwrite=overwrite, write=write, notes=_notes(version))
        _ask_who_we_are(grafana)
        if (release(version) or _ROUTES_RULES) < _ROUTES_RULES:
            content = _unrouted(content, run.notes)
        steps = _Walk(run).all(source, content)
        return Pushed(version=version, steps=steps, notes=tuple(run.notes))
    finally:
        grafana.close()


def _notes(version: str) -> list[Finding]:
    found = release(version)
    if found is None:
        return [Finding.of("grafana.version_hidden")]
    if found[0] < OLDEST:
        raise UnavailableError("grafana.too_old", version=version, oldest=OLDEST)
    return [Finding.of("grafana.newer", version=version, newest=NEWEST)] if found[0] > NEWEST else []


def _ask_who_we_are(grafana: Grafana) -> None:
    """Raise `TokenError` for a token that Grafana does not know; what it may do each step finds out."""
    try:
        grafana.folders()
    except GrafanaRefusalError as error:
        if error.status != _RIGHTS:
            raise


def _unrouted(content: Content, notes: list[Finding]) -> Content:
    """Return the content for a Grafana that would drop where rules send: its own policies decide."""
    if any(_ROUTE in rule for group in content.groups.values() for rule in group["rules"]):
        notes.append(Finding.of("grafana.rules_unrouted"))
    return replace(content, groups={name: _without_route(group) for name, group in content.groups.items()})


def _without_route(group: Mapping[str, Any]) -> dict[str, Any]:
    rules = [{name: each for name, each in rule.items() if name != _ROUTE} for rule in group["rules"]]
    return {**group, "rules": rules}


class _Walk:
    """One walk through everything; `_gone` is why no further step is tried."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._gone: Finding | None = None

    def all(self, source: dict[str, Any], content: Content) -> tuple[PushStep, ...]:
        settings = self._run.settings
        steps = [self._step(Part.FOLDER, settings.folder_uid, settings.folder_title, partial(folder_step, self._run))]
        if steps[0].outcome not in DONE:
            self._gone = self._gone or Finding.of("grafana.no_folder")
        steps.extend(self._source(source))
        steps.extend(
            self._step(Part.DASHBOARD, uid, board["title"], partial(board_step, self._run, board))
            for uid, board in sorted(content.boards.items())
        )
        steps.extend(
            self._step(Part.CONTACT_POINT, point["uid"], point["name"], partial(point_step, self._run, point))
            for point in content.contact_points
        )
        steps.extend(
            self._step(Part.RULE_GROUP, name, name, partial(group_step, self._run, group))
            for name, group in sorted(content.groups.items())
        )
        return tuple(steps)

    def _source(self, source: dict[str, Any]) -> list[PushStep]:
        """Push the data source, or see whether the one that somebody else keeps is there."""
        run, uid = self._run, source["uid"]
        if run.settings.source.pushed:
            step = self._step(Part.DATA_SOURCE, uid, source["name"], partial(source_step, run, source))
            is_there = step.outcome in DONE | {Outcome.EDITED}
            if is_there and self._gone is None and (run.write or step.outcome is not Outcome.CREATED):
                try_source(run)
            return [step]
        if self._gone is None:
            self._look(source)
        return []

    def _look(self, source: dict[str, Any]) -> None:
        uid, notes = source["uid"], self._run.notes
        try:
            there = self._run.grafana.data_source(uid)
        except GrafanaRefusalError:
            return  # An editor may use data sources without looking at them.
        except UnavailableError as error:
            self._gone = error.finding
            return
        if there is None:
            notes.append(Finding.of("grafana.source_missing", uid=uid))
        elif there.get("type") != source["type"]:
            notes.append(Finding.of("grafana.source_of_another_kind", uid=uid, found=str(there.get("type"))))
        else:
            try_source(self._run)

    def _step(self, part: Part, uid: str, title: str, act: Callable[[PushStep], PushStep]) -> PushStep:
        step = PushStep(part=part, uid=uid, title=title, outcome=Outcome.SAME)
        if self._gone is not None:
            return replace(step, outcome=Outcome.NOT_REACHED, finding=self._gone)
        try:
            return act(step)
        except ChangedMeanwhileError as error:
            return replace(step, outcome=Outcome.EDITED, finding=error.finding)
        except UnsureError as error:
            self._gone = Finding.of("grafana.not_sent")
            return replace(step, outcome=Outcome.UNSURE, finding=error.finding)
        except (UnavailableError, TokenError) as error:
            self._gone = error.finding
            return replace(step, outcome=Outcome.FAILED, finding=error.finding)
        except ServiceError as error:
            return replace(step, outcome=Outcome.FAILED, finding=error.finding)
