"""Grafana's alert rules: one for each kind of alarm, and one for a service that no longer looks.

What is an alarm, and for how long something must last to be one, is decided in `core.alarms` alone. A rule only asks
which alarms are open, of the published fact `alarm`, so it is the same for every way to the data.

Source: Grafana's documentation of alert rules in files and by the provisioning API.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from core.alarms import ALARMS, AlarmKind, Severity, SubjectKind
from core.texts import Catalogue, Language, catalogue
from store.panels import looks, open_alarms

INTERVAL_S: Final = 300
ALARMS_BACK: Final = timedelta(days=400)
"""As far back as alarms are published."""

LOOKS_BACK: Final = timedelta(hours=2)
"""The service looks each quarter of an hour; so long may that be late."""

_MAX_POINTS: Final = 1000
_EXPRESSION: Final = "__expr__"


def groups(
    language: Language, source_uid: str, *, receiver: str = "", console_url: str = ""
) -> dict[str, dict[str, Any]]:
    """Return the groups of rules by name, as the provisioning API takes them: one for each kind of subject.

    With a `receiver` alarms that are sent are sent to that contact point, the others by Grafana's own policy.
    """
    texts = catalogue(language)
    found: dict[str, list[dict[str, Any]]] = {f"kw-{subject.value}": [] for subject in SubjectKind}
    for kind, row in ALARMS.items():
        found[f"kw-{row.subject.value}"].append(_alarm_rule(kind, row, texts, source_uid, receiver, console_url))
    found[f"kw-{SubjectKind.SERVICE.value}"].append(_silence_rule(texts, source_uid, receiver, console_url))
    return {name: {"title": name, "interval": INTERVAL_S, "rules": rules} for name, rules in found.items() if rules}


def rule_uid(kind: str) -> str:
    """Return the uid of the rule of a kind, the same for ever."""
    return f"kw-{kind.replace('_', '-')}"


def _alarm_rule(
    kind: str, row: AlarmKind, texts: Catalogue, source_uid: str, receiver: str, console_url: str
) -> dict[str, Any]:
    said = {
        "summary": "{{ .Labels.source }} {{ .Labels.site }}",
        "description": texts.say(f"alarm.action.{kind}"),
        **_link(console_url, f"/alarms?kind={kind}"),
    }
    rule = _rule(kind, texts.say(f"alarm.{kind}"), open_alarms(kind), ALARMS_BACK, source_uid)
    sent = row.notifies and row.severity is not Severity.INFO
    # No alarm of a kind yet is no series at all, and all is well.
    return {
        **rule,
        "noDataState": "OK",
        "labels": {"severity": row.severity.value, "alarm": kind},
        "annotations": said,
        **(_to(receiver) if sent else {}),
    }


def _silence_rule(texts: Catalogue, source_uid: str, receiver: str, console_url: str) -> dict[str, Any]:
    rule = _rule("service_silent", texts.say("grafana.silent"), looks(), LOOKS_BACK, source_uid, over=False)
    return {
        **rule,
        "noDataState": "Alerting",
        "labels": {"severity": Severity.CRITICAL.value, "alarm": "service_silent"},
        "annotations": {"description": texts.say("grafana.silent_action"), **_link(console_url, "/health")},
        **_to(receiver),
    }


def _rule(kind: str, title: str, query: str, back: timedelta, source_uid: str, *, over: bool = True) -> dict[str, Any]:
    """Return a rule that fires where the query's last value is over 0, or is 0 where it should be `over`."""
    asked = {
        "refId": "A",
        "datasourceUid": source_uid,
        "relativeTimeRange": {"from": int(back.total_seconds()), "to": 0},
        "model": {
            "refId": "A",
            "rawQuery": True,
            "query": query,
            "resultFormat": "time_series",
            "intervalMs": 1000 * INTERVAL_S,
            "maxDataPoints": _MAX_POINTS,
        },
    }
    evaluator = {"type": "gt", "params": [0]} if over else {"type": "lt", "params": [1]}
    last = {"type": "reduce", "expression": "A", "reducer": "last", "settings": {"mode": "dropNN"}}
    fires = {"type": "threshold", "expression": "B", "conditions": [{"evaluator": evaluator}]}
    return {
        "uid": rule_uid(kind),
        "title": title,
        "condition": "C",
        "for": "0s",
        "execErrState": "Error",
        "isPaused": False,
        "data": [asked, *(_expression(name, model) for name, model in (("B", last), ("C", fires)))],
    }


def _expression(name: str, model: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "refId": name,
        "datasourceUid": _EXPRESSION,
        "relativeTimeRange": {"from": 0, "to": 0},
        "model": {"refId": name, **model},
    }


def _to(receiver: str) -> dict[str, Any]:
    """Return where a rule's alerts go; the policies of a Grafana that others use as well stay untouched."""
    return {"notification_settings": {"receiver": receiver}} if receiver else {}


def _link(console_url: str, path: str) -> dict[str, str]:
    return {"link": console_url + path} if console_url else {}
