"""What is asked about dashboards, and how what became of it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen

from core.texts import Language
from dashboards.pushing.outcomes import Outcome, Part, Pushed, PushStep
from dashboards.settings import DataPath
from operations.reports.export_rows import FileRef
from operations.values import Told

BOARDS_PATH = "/etc/grafana/kreiswatt/dashboards"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDashboards:
    """All of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDashboards:
    """The files; `boards_path` is the folder in which Grafana will find the dashboards."""

    boards_path: Annotated[str, MaxLen(500)] = BOARDS_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffDashboards:
    """All of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDashboards:
    """All of it; with `overwrite` also what somebody changed in Grafana."""

    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDashboards:
    """Which dashboards: by their uids, or all; `site` is the value of the variable of that name."""

    uids: tuple[str, ...] = ()
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardsPreviewed:
    """A contact sheet: how many panels are on it, how many have no data, and of how many a query was refused."""

    file: FileRef
    dashboards: int
    panels: int
    empty_panels: int
    failed_panels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A dashboard; `url` is where it is in Grafana, empty where no Grafana is set up."""

    uid: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardsShown:
    """Which Grafana, how it reads, what it gets; `pushed_at_utc` is when somebody last began to push.

    `push_refused` says that Grafana took nothing then.
    """

    connected: bool
    url: str
    folder: str
    language: Language
    data_path: DataPath
    source_url: str
    pushed_at_utc: datetime | None
    pushed_by: str
    push_refused: bool
    alert_rules: int
    boards: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardsBuilt:
    """A ZIP of files for Grafana's provisioning."""

    file: FileRef
    data_path: DataPath
    dashboards: int
    alert_rules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One thing in Grafana, and what became of it, or would become of it.

    `changes` are the places that differ (`@`), each with what goes (`-`) and comes (`+`).
    """

    part: Part
    uid: str
    title: str
    outcome: Outcome
    finding: Told | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardsPushed:
    """What was pushed and what was not: `complete` if Grafana now has all of it, `same` if nothing differed.

    `version` is Grafana's, empty where it hides it.
    """

    complete: bool
    same: bool
    version: str
    findings: tuple[Told, ...]
    steps: tuple[StepRow, ...]


def pushed_rows(pushed: Pushed) -> DashboardsPushed:
    """Return what a push did as it is shown."""
    return DashboardsPushed(
        complete=pushed.complete,
        same=pushed.same,
        version=pushed.version,
        findings=tuple(Told.of(note) for note in pushed.notes),
        steps=tuple(map(_step, pushed.steps)),
    )


def _step(step: PushStep) -> StepRow:
    return StepRow(
        part=step.part,
        uid=step.uid,
        title=step.title,
        outcome=step.outcome,
        finding=Told.of(step.finding) if step.finding else None,
        changes=step.lines,
    )
