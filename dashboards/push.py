"""What a push does, step by step, and what a look before it says it would do.

Each step stands for itself: one that Grafana refuses is told of and the next is tried. Only where Grafana no longer
answers the rest is not reached, and the result says so. Nothing is saved twice: what is there as it should be stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

from core.errors import ServiceError, UnavailableError
from core.texts import Finding
from dashboards.data_source import data_source_json
from dashboards.marks import difference, digest, is_edited, mark_of, marked, unmarked
from dashboards.rule_marks import as_saved, is_group_edited, is_group_same
from dashboards.server import Grafana, GrafanaRefusalError, major
from dashboards.settings import GrafanaSettings

OLDEST: Final = 10
NEWEST: Final = 13
_MESSAGE: Final = "Kreiswatt"


class Part(StrEnum):
    """What kinds of things are pushed, in this order."""

    FOLDER = "folder"
    DATA_SOURCE = "data_source"
    DASHBOARD = "dashboard"
    CONTACT_POINT = "contact_point"
    RULE_GROUP = "rule_group"


class Outcome(StrEnum):
    """What became of a step, or would become of it."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    EDITED = "edited"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


DONE: Final = frozenset({Outcome.CREATED, Outcome.CHANGED, Outcome.SAME})


@dataclass(frozen=True, slots=True, kw_only=True)
class PushStep:
    """One thing: `finding` says why it was not pushed, or what is worth knowing; `lines` how it differs from ours."""

    part: Part
    uid: str
    title: str
    outcome: Outcome
    finding: Finding | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What was pushed, and what was not. `version` is Grafana's, empty where it hides it."""

    version: str
    steps: tuple[PushStep, ...]
    notes: tuple[Finding, ...] = ()

    @property
    def complete(self) -> bool:
        """Return whether Grafana now has all of it, or had it before."""
        return all(step.outcome in DONE for step in self.steps)

    @property
    def same(self) -> bool:
        """Return whether nothing differed."""
        return all(step.outcome is Outcome.SAME for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that is pushed: dashboards by uid, groups of rules by name, the contact points."""

    boards: Mapping[str, dict[str, Any]]
    groups: Mapping[str, dict[str, Any]]
    contact_points: Sequence[dict[str, Any]] = ()


def push(settings: GrafanaSettings, content: Content, *, overwrite: bool = False, write: bool = True) -> Pushed:
    """Bring everything to Grafana and return what became of each thing; with `write` off, only what would become.

    What somebody edited in Grafana stays, with the difference told, unless `overwrite`.

    Raises `UnavailableError` where Grafana does not answer at all or is older than 10, `ConflictError` for
    InfluxDB 3 Core, `GrafanaRefusalError` for a token that it does not know.
    """
    source = data_source_json(settings.source)
    grafana = Grafana(settings.url, settings.token, settings.timeout_s)
    try:
        version = grafana.version()
        notes = _notes(version)
        grafana.folders()
        run = _Run(grafana, settings, overwrite=overwrite, write=write)
        return Pushed(version=version, steps=run.all(source, content), notes=notes)
    finally:
        grafana.close()


def _notes(version: str) -> tuple[Finding, ...]:
    number = major(version)
    if number is None:
        return (Finding.of("grafana.version_hidden"),)
    if number < OLDEST:
        raise UnavailableError("grafana.too_old", version=version, oldest=OLDEST)
    return (Finding.of("grafana.newer", version=version, newest=NEWEST),) if number > NEWEST else ()


class _Run:
    """One walk through everything."""

    def __init__(self, grafana: Grafana, settings: GrafanaSettings, *, overwrite: bool, write: bool) -> None:
        self._grafana = grafana
        self._settings = settings
        self._overwrite = overwrite
        self._write = write
        self._gone: Finding | None = None

    def all(self, source: dict[str, Any], content: Content) -> tuple[PushStep, ...]:
        settings = self._settings
        steps = [self._step(Part.FOLDER, settings.folder_uid, settings.folder_title, self._folder)]
        if steps[0].outcome not in DONE:
            self._gone = self._gone or Finding.of("grafana.no_folder")
        if settings.source.pushed:
            steps.append(self._step(Part.DATA_SOURCE, source["uid"], source["name"], partial(self._source, source)))
        steps.extend(
            self._step(Part.DASHBOARD, uid, board["title"], partial(self._board, board))
            for uid, board in sorted(content.boards.items())
        )
        steps.extend(
            self._step(Part.CONTACT_POINT, point["uid"], point["name"], partial(self._point, point))
            for point in content.contact_points
        )
        steps.extend(
            self._step(Part.RULE_GROUP, name, name, partial(self._group, group))
            for name, group in sorted(content.groups.items())
        )
        return tuple(steps)

    def _step(self, part: Part, uid: str, title: str, act: Callable[[PushStep], PushStep]) -> PushStep:
        step = PushStep(part=part, uid=uid, title=title, outcome=Outcome.SAME)
        if self._gone is not None:
            return replace(step, outcome=Outcome.NOT_REACHED, finding=self._gone)
        try:
            return act(step)
        except GrafanaRefusalError as refusal:
            return replace(step, outcome=Outcome.FAILED, finding=refusal.finding)
        except UnavailableError as error:
            self._gone = error.finding
            return replace(step, outcome=Outcome.FAILED, finding=error.finding)
        except ServiceError as error:
            return replace(step, outcome=Outcome.FAILED, finding=error.finding)

    def _folder(self, step: PushStep) -> PushStep:
        there = self._grafana.folder(step.uid)
        if there is not None:
            return step
        twins = [each for each in self._grafana.folders() if each.get("title") == step.title]
        if twins:
            finding = Finding.of("grafana.folder_other_uid", title=step.title, uid=step.uid, found=str(twins[0]["uid"]))
            return replace(step, outcome=Outcome.FAILED, finding=finding)
        if self._write:
            self._grafana.create_folder(step.uid, step.title)
        return replace(step, outcome=Outcome.CREATED)

    def _source(self, source: dict[str, Any], step: PushStep) -> PushStep:
        there = self._grafana.data_source(step.uid)
        if there is None:
            if self._write:
                self._grafana.save_data_source(step.uid, source, new=True)
            return replace(step, outcome=Outcome.CREATED)
        if there.get("name") != source["name"]:
            finding = Finding.of("grafana.source_renamed", ours=source["name"], theirs=str(there.get("name")))
            step, source = replace(step, finding=finding), source | {"name": there.get("name")}
        if there.get("type") != source["type"]:
            finding = Finding.of("grafana.source_of_another_kind", uid=step.uid, found=str(there.get("type")))
            return replace(step, outcome=Outcome.FAILED, finding=finding)
        public = {name: value for name, value in source.items() if name != "secureJsonData"}
        seen = {name: there.get(name) for name in public}
        seen["jsonData"] = {name: (there.get("jsonData") or {}).get(name) for name in public["jsonData"]}
        set_there = {name for name, is_set in (there.get("secureJsonFields") or {}).items() if is_set}
        if seen == public and set(source.get("secureJsonData", {})) <= set_there and not self._overwrite:
            return step
        if there.get("readOnly"):
            return replace(step, outcome=Outcome.FAILED, finding=Finding.of("grafana.source_provisioned", uid=step.uid))
        if self._write:
            self._grafana.save_data_source(step.uid, source, new=False)
        return replace(step, outcome=Outcome.CHANGED, lines=difference(seen, public))

    def _board(self, board: dict[str, Any], step: PushStep) -> PushStep:
        answer = self._grafana.board(step.uid)
        if answer is None:
            if self._write:
                self._grafana.save_board(marked(board, 0), self._settings.folder_uid, _MESSAGE)
            return replace(step, outcome=Outcome.CREATED)
        there, meta = answer["dashboard"], answer.get("meta", {})
        mark, edited = mark_of(there), is_edited(there)
        if meta.get("provisioned"):
            finding = Finding.of("grafana.board_provisioned", file=str(meta.get("provisionedExternalId", "")))
            return replace(step, outcome=Outcome.FAILED, finding=finding)
        if not edited and mark is not None and mark.digest == digest(board):
            return step
        lines = difference(unmarked(there), board)
        if edited and not self._overwrite:
            code = Finding.of("grafana.board_edited", who=str(meta.get("updatedBy", "")))
            if mark is None:
                code = Finding.of("grafana.board_foreign", title=str(there.get("title", "")))
            return replace(step, outcome=Outcome.EDITED, finding=code, lines=lines)
        if self._write:
            folder = meta.get("folderUid") or self._settings.folder_uid
            self._grafana.save_board(marked(board, int(there.get("version") or 0)), folder, _MESSAGE)
        return replace(step, outcome=Outcome.CHANGED, lines=lines)

    def _point(self, point: dict[str, Any], step: PushStep) -> PushStep:
        points = self._grafana.contact_points()
        there = next((each for each in points if each.get("uid") == step.uid), None)
        if there is None:
            if any(each.get("name") == step.title for each in points):
                finding = Finding.of("grafana.contact_point_taken", name=step.title)
                return replace(step, outcome=Outcome.FAILED, finding=finding)
            if self._write:
                self._grafana.save_contact_point(point, new=True)
            return replace(step, outcome=Outcome.CREATED)
        seen = {name: there.get(name) for name in point}
        if seen == point:
            return step
        if not self._overwrite:
            finding = Finding.of("grafana.contact_point_edited", name=step.title)
            return replace(step, outcome=Outcome.EDITED, finding=finding, lines=difference(seen, point))
        if self._write:
            self._grafana.save_contact_point(point, new=False)
        return replace(step, outcome=Outcome.CHANGED, lines=difference(seen, point))

    def _group(self, group: dict[str, Any], step: PushStep) -> PushStep:
        there = self._grafana.rule_group(self._settings.folder_uid, step.uid)
        ours = as_saved(group, self._settings.folder_uid)
        if there is None or not there.get("rules"):
            if self._write:
                self._grafana.save_rule_group(self._settings.folder_uid, step.uid, ours)
            return replace(step, outcome=Outcome.CREATED)
        if is_group_same(there, ours):
            return step
        lines = difference(there, ours)
        if is_group_edited(there) and not self._overwrite:
            return replace(step, outcome=Outcome.EDITED, finding=Finding.of("grafana.rules_edited"), lines=lines)
        if self._write:
            self._grafana.save_rule_group(self._settings.folder_uid, step.uid, ours)
        return replace(step, outcome=Outcome.CHANGED, lines=lines)
