"""Alert rules as Grafana's API keeps them, each with the digest of what was pushed among its annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboards.pushing.marks import digest

MARK: Final = "kreiswatt_mark"
_KEPT: Final = ("uid", "title", "condition", "for", "labels", "noDataState", "execErrState", "notification_settings")
_MODEL: Final = ("query", "resultFormat", "type", "expression", "reducer", "settings", "conditions")


def as_saved(group: Mapping[str, Any], folder_uid: str) -> dict[str, Any]:
    """Return a group as the API takes it, its rules marked."""
    rules = [
        _marked(rule, group["interval"]) | {"folderUID": folder_uid, "ruleGroup": group["title"]}
        for rule in group["rules"]
    ]
    return {"title": group["title"], "folderUid": folder_uid, "interval": group["interval"], "rules": rules}


def is_group_same(there: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Return whether Grafana has exactly these rules, unedited."""
    marks = {rule["uid"]: rule["annotations"][MARK] for rule in ours["rules"]}
    return marks == {rule.get("uid"): _mark(rule, there.get("interval")) for rule in there["rules"]}


def is_group_edited(there: Mapping[str, Any]) -> bool:
    """Return whether a rule or how often it is looked at was changed since it was pushed, or is not ours."""
    interval = there.get("interval")
    return any((rule.get("annotations") or {}).get(MARK) != _mark(rule, interval) for rule in there["rules"])


def compared(group: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a group is compared, for people to see the difference; Grafana adds much of its own."""
    rules = [{"uid": rule.get("uid"), **_decisive(rule)} for rule in group["rules"]]
    return {"interval": group.get("interval"), "rules": rules}


def _marked(rule: Mapping[str, Any], interval_s: int) -> dict[str, Any]:
    return {**rule, "annotations": {**rule.get("annotations", {}), MARK: _mark(rule, interval_s)}}


def _mark(rule: Mapping[str, Any], interval_s: Any) -> str:
    return f"{_digest(rule)}:{interval_s}"


def _digest(rule: Mapping[str, Any]) -> str:
    """Return the digest of what decides when a rule fires and what it says."""
    found = _decisive(rule)
    parts = [found.pop(name) for name in ("data", "annotations", "isPaused")]
    return digest([found, *parts])


def _decisive(rule: Mapping[str, Any]) -> dict[str, Any]:
    data = [
        {
            "refId": part.get("refId"),
            "datasourceUid": part.get("datasourceUid"),
            "relativeTimeRange": part.get("relativeTimeRange"),
            "model": {name: (part.get("model") or {}).get(name) for name in _MODEL},
        }
        for part in rule.get("data") or []
    ]
    said = {name: text for name, text in (rule.get("annotations") or {}).items() if name != MARK}
    kept = {name: rule.get(name) for name in _KEPT}
    return {**kept, "data": data, "annotations": said, "isPaused": bool(rule.get("isPaused"))}
