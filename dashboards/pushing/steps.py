"""The steps of a push that make folder, data source and dashboards: each looks, compares and, if it may, writes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from core.errors import UnavailableError
from core.texts import Finding
from dashboards.pushing import source_marks
from dashboards.pushing.answers import NewLayoutError
from dashboards.pushing.differences import difference
from dashboards.pushing.marks import digest, is_edited, mark_of, marked, unmarked
from dashboards.pushing.outcomes import Outcome, PushStep
from dashboards.pushing.server import Grafana
from dashboards.settings import GrafanaSettings

_MESSAGE: Final = "Kreiswatt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What every step of one push works with; `notes` gather what is worth knowing beside the steps."""

    grafana: Grafana
    settings: GrafanaSettings
    overwrite: bool
    write: bool
    notes: list[Finding] = field(default_factory=list)


def failed(step: PushStep, code: str, /, **params: str) -> PushStep:
    """Return a step that Grafana, as it is, cannot take."""
    return replace(step, outcome=Outcome.FAILED, finding=Finding.of(code, **params))


def folder_step(run: Run, step: PushStep) -> PushStep:
    """Make the folder at the top; one that somebody renamed or moved stays so, as it is known by its uid."""
    there = run.grafana.folder(step.uid)
    if there is not None:
        called = str(there.get("title") or "")
        if called == step.title:
            return step
        return replace(step, finding=Finding.of("grafana.folder_renamed", ours=step.title, theirs=called))
    twins = [each for each in run.grafana.folders() if each.get("title") == step.title]
    if twins:
        found = str(twins[0].get("uid", ""))
        return failed(step, "grafana.folder_other_uid", title=step.title, uid=step.uid, found=found)
    if run.write:
        run.grafana.create_folder(step.uid, step.title)
    return replace(step, outcome=Outcome.CREATED)


def source_step(run: Run, source: dict[str, Any], step: PushStep) -> PushStep:
    """Make the data source, or change what of it is ours."""
    ours = source_marks.marked(source, run.settings.token)
    there = run.grafana.data_source(step.uid)
    if there is not None:
        return _changed_source(run, there, ours, step)
    twin = run.grafana.data_source_named(source["name"])
    if twin is not None:
        return failed(step, "grafana.source_name_taken", name=source["name"], uid=step.uid, found=str(twin.get("uid")))
    if run.write:
        run.grafana.save_data_source(step.uid, ours, new=True)
    return replace(step, outcome=Outcome.CREATED)


def _changed_source(run: Run, there: dict[str, Any], ours: dict[str, Any], step: PushStep) -> PushStep:
    if there.get("type") != ours["type"]:
        return failed(step, "grafana.source_of_another_kind", uid=step.uid, found=str(there.get("type")))
    if there.get("name") != ours["name"]:
        renamed = Finding.of("grafana.source_renamed", ours=ours["name"], theirs=str(there.get("name")))
        step = replace(step, finding=renamed)
    seen, wanted = source_marks.public_part(there), source_marks.public_part(ours)
    same_secret = source_marks.is_secret_same(there, ours)
    if seen == wanted and same_secret and not run.overwrite:
        return step
    if there.get("readOnly"):
        return failed(step, "grafana.source_provisioned", uid=step.uid)
    lines = difference(seen, wanted)
    if not run.overwrite and source_marks.is_edited(there):
        finding = Finding.of("grafana.source_foreign", uid=step.uid)
        if source_marks.is_marked(there):
            finding = Finding.of("grafana.source_edited")
        return replace(step, outcome=Outcome.EDITED, finding=finding, lines=lines)
    if not same_secret:
        step = replace(step, finding=Finding.of("grafana.source_secret_changed"))
    if run.write:
        run.grafana.save_data_source(step.uid, source_marks.merged(there, ours), new=False)
    return replace(step, outcome=Outcome.CHANGED, lines=lines)


def try_source(run: Run) -> None:
    """Note what is wrong with the data source when Grafana reads from it; without it all dashboards stay empty."""
    uid = run.settings.source.uid
    try:
        told = run.grafana.data_source_trouble(uid)
    except UnavailableError as error:
        # Grafana waits for the time series there, longer than we for Grafana: that says nothing about the next step.
        told = str(error.finding)
    if told:
        run.notes.append(Finding.of("grafana.source_troubled", uid=uid, told=told[:300]))


def board_step(run: Run, board: dict[str, Any], step: PushStep) -> PushStep:
    """Make a dashboard, or replace one that nobody edited."""
    try:
        answer = run.grafana.board(step.uid)
    except NewLayoutError as error:
        return _over_new_layout(run, board, replace(step, finding=error.finding))
    if answer is not None:
        return _changed_board(run, answer["dashboard"], answer["meta"], board, step)
    if run.write:
        run.grafana.save_board(marked(board, 0), run.settings.folder_uid, _MESSAGE)
    return replace(step, outcome=Outcome.CREATED)


def _changed_board(
    run: Run, there: dict[str, Any], meta: dict[str, Any], board: dict[str, Any], step: PushStep
) -> PushStep:
    if meta.get("provisioned"):
        return failed(step, "grafana.board_provisioned", file=str(meta.get("provisionedExternalId") or "?"))
    if "elements" in there or "spec" in there:
        return _over_new_layout(run, board, replace(step, finding=Finding.of("grafana.board_new_layout")))
    mark, edited = mark_of(there), is_edited(there)
    if not edited and mark is not None and mark.digest == digest(board):
        return step
    lines = difference(unmarked(there), board)
    if edited and not run.overwrite:
        finding = Finding.of("grafana.board_edited", who=str(meta.get("updatedBy") or "?"))
        if mark is None:
            finding = Finding.of("grafana.board_foreign", title=str(there.get("title", "")))
        return replace(step, outcome=Outcome.EDITED, finding=finding, lines=lines)
    if run.write:
        folder = meta.get("folderUid") or run.settings.folder_uid
        run.grafana.save_board(marked(board, int(there.get("version") or 0)), folder, _MESSAGE)
    return replace(step, outcome=Outcome.CHANGED, lines=lines)


def _over_new_layout(run: Run, board: dict[str, Any], step: PushStep) -> PushStep:
    """Keep a dashboard that only Grafana's newer model can hold: whoever made it so edited it."""
    if not run.overwrite:
        return replace(step, outcome=Outcome.EDITED)
    if run.write:
        run.grafana.save_board(marked(board, 0), run.settings.folder_uid, _MESSAGE, over_any=True)
    return replace(step, outcome=Outcome.CHANGED)
