"""The steps of a push that make contact points and groups of alert rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from core.texts import Finding
from dashboards.pushing.answers import GrafanaRefusalError, MissingError
from dashboards.pushing.differences import difference
from dashboards.pushing.outcomes import Outcome, PushStep
from dashboards.pushing.rule_marks import as_saved, compared, is_group_edited, is_group_same
from dashboards.pushing.steps import Run, failed

_FROM_FILES: Final = "file"
_READ_ONLY: Final = "api"


@contextmanager
def _alerting() -> Iterator[None]:
    """Tell what it means where the very place of alerts is missing, not a thing in it."""
    try:
        yield
    except MissingError as error:
        raise GrafanaRefusalError("grafana.no_alerting", error.status) from error


def point_step(run: Run, point: dict[str, Any], step: PushStep) -> PushStep:
    """Make the contact point; one that is otherwise in Grafana stays unless overwritten."""
    with _alerting():
        points = run.grafana.contact_points()
    there = next((each for each in points if each.get("uid") == step.uid), None)
    if there is None:
        if any(each.get("name") == step.title for each in points):
            return failed(step, "grafana.contact_point_taken", name=step.title)
        if run.write:
            run.grafana.save_contact_point(point, new=True)
        return replace(step, outcome=Outcome.CREATED)
    theirs = there.get("settings") or {}
    seen = {name: there.get(name) for name in point}
    seen["settings"] = {name: theirs.get(name) for name in point["settings"]}
    if seen == point:
        return step
    lines = difference(seen, point)
    if there.get("provenance") == _FROM_FILES:
        return replace(failed(step, "grafana.alerts_provisioned"), lines=lines)
    if not run.overwrite:
        finding = Finding.of("grafana.contact_point_edited", name=step.title)
        return replace(step, outcome=Outcome.EDITED, finding=finding, lines=lines)
    if run.write:
        # Grafana refuses to make editable what another program holds read-only.
        whole = {**point, "settings": {**theirs, **point["settings"]}}
        run.grafana.save_contact_point(whole, new=False, editable=there.get("provenance") != _READ_ONLY)
    return replace(step, outcome=Outcome.CHANGED, lines=lines)


def group_step(run: Run, group: Mapping[str, Any], step: PushStep) -> PushStep:
    """Make a group of rules, or replace one that nobody edited."""
    folder_uid = run.settings.folder_uid
    there = run.grafana.rule_group(folder_uid, step.uid)
    ours = as_saved(group, folder_uid)
    if there is None or not there.get("rules"):
        if run.write:
            with _alerting():
                run.grafana.save_rule_group(folder_uid, step.uid, ours)
        return replace(step, outcome=Outcome.CREATED)
    if is_group_same(there, ours):
        return step
    lines = difference(compared(there), compared(ours))
    held_by = {rule.get("provenance") for rule in there["rules"]}
    if _FROM_FILES in held_by:
        return replace(failed(step, "grafana.alerts_provisioned"), lines=lines)
    if is_group_edited(there) and not run.overwrite:
        return replace(step, outcome=Outcome.EDITED, finding=Finding.of("grafana.rules_edited"), lines=lines)
    if run.write:
        run.grafana.save_rule_group(folder_uid, step.uid, ours, editable=_READ_ONLY not in held_by)
    return replace(step, outcome=Outcome.CHANGED, lines=lines)
