"""Alert rules: one for each row of the alarm table, in a form that Grafana's files and its API both take."""

from __future__ import annotations

from typing import Any

import pytest

from core.alarms import ALARMS, Severity
from core.texts import LANGUAGES, Language
from dashboards.alerting import groups, rule_uid
from store.panels import open_alarms

WANTED = {
    "meter_silent",
    "meter_step",
    "peak_expected",
    "budget_near",
    "budget_exceeded",
    "station_offline",
    "station_faulted",
    "job_failed",
    "report_undelivered",
    "spool_growing",
    "certificate_expiring",
}
"""What Grafana is to warn of, as far as this service knows it."""


def rules(language: Language = "de", **more: str) -> list[dict[str, Any]]:
    return [rule for group in groups(language, "kw-influx", **more).values() for rule in group["rules"]]


def test_each_kind_of_alarm_has_one_rule_and_the_service_itself_one_more() -> None:
    kinds = [rule["labels"]["alarm"] for rule in rules()]
    assert sorted(kinds) == sorted([*ALARMS, "service_silent"])
    assert set(kinds) >= WANTED


@pytest.mark.parametrize("language", LANGUAGES)
def test_uids_and_titles_are_unique_and_short_enough(language: Language) -> None:
    found = rules(language)
    assert len({rule["uid"] for rule in found}) == len({rule["title"] for rule in found}) == len(found)
    assert all(len(rule["uid"]) <= 40 and rule["title"] for rule in found)
    assert rule_uid("meter_silent") == "kw-meter-silent"


def test_a_rule_asks_for_its_kind_and_fires_where_one_is_open() -> None:
    rule = next(each for each in rules() if each["uid"] == "kw-station-offline")
    asked, last, fires = rule["data"]
    assert asked["model"]["query"] == open_alarms("station_offline")
    assert asked["datasourceUid"] == "kw-influx"
    assert (last["model"]["reducer"], last["model"]["expression"]) == ("last", "A")
    assert fires["model"]["conditions"] == [{"evaluator": {"type": "gt", "params": [0]}}]
    assert (rule["condition"], rule["noDataState"]) == ("C", "OK")


def test_a_service_that_says_nothing_is_an_alert() -> None:
    rule = next(each for each in rules() if each["uid"] == "kw-service-silent")
    assert (rule["noDataState"], rule["labels"]["severity"]) == ("Alerting", "critical")


def test_files_would_take_nothing_for_a_variable() -> None:
    for rule in rules(receiver="Kreiswatt", console_url="https://energie.example"):
        outside = {name: value for name, value in rule.items() if name != "data"}
        assert "$" not in str(outside)
        for part in rule["data"]:
            assert "$" not in part["model"].get("query", "").replace("$timeFilter", "")


def test_what_is_sent_goes_to_the_contact_point_and_nothing_else() -> None:
    assert not [rule for rule in rules() if "notification_settings" in rule]
    sent = {rule["labels"]["alarm"] for rule in rules(receiver="Kreiswatt") if "notification_settings" in rule}
    notified = {kind for kind, row in ALARMS.items() if row.notifies and row.severity is not Severity.INFO}
    assert sent == notified | {"service_silent"}


def test_an_alert_leads_back_into_the_console() -> None:
    (rule,) = [each for each in rules(console_url="https://energie.example") if each["uid"] == "kw-meter-stuck"]
    assert rule["annotations"]["link"] == "https://energie.example/alarms?kind=meter_stuck"
    assert rule["annotations"]["summary"] == "{{ .Labels.source }} {{ .Labels.site }}"
