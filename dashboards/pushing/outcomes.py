"""What a push is of, and what became of each thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.texts import Finding


class Part(StrEnum):
    """What kinds of things are pushed, in this order."""

    FOLDER = "folder"
    DATA_SOURCE = "data_source"
    DASHBOARD = "dashboard"
    CONTACT_POINT = "contact_point"
    RULE_GROUP = "rule_group"


class Outcome(StrEnum):
    """What became of a step, or would become of it; `UNSURE`: it was sent, and no answer came back."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    EDITED = "edited"
    FAILED = "failed"
    UNSURE = "unsure"
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
