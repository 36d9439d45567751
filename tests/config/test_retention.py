"""`retention.yaml`: shipped whole, overridden in part, wrong in many ways at once."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from config.load import check, load
from config.retention import FILE, read_rules, retention_of, shipped
from config.schema import retention_schema
from core.errors import ConfigError
from core.retention import LEAST_DAYS, Keep, RetentionClass
from core.texts import LANGUAGES, catalogue

WRONG = """\
meter_registers:
  keep: -P30D
vehicle_values:
  keep: 30 Tage
  why: darum
vehicel_registers:
  keep: P30D
frames:
  keep: P3D
meter_slots:
  keep: P1M
rejections:
  keep: P99999D
notices: P30D
job_runs:
  reason: ""
"""


def codes(text: str) -> dict[tuple[str, int], str]:
    found = [(dict(finding.params), finding.code) for finding in read_rules(text, shipped())[1]]
    return {(str(params["key"]), int(str(params["line"]))): code for params, code in found}


def test_every_class_is_shipped_with_a_period_and_its_reason() -> None:
    rules = shipped()
    assert set(rules) == set(RetentionClass)
    for member, rule in rules.items():
        assert rule.keep, member
        assert rule.keep.least_days >= LEAST_DAYS[member]
        assert len(rule.reason) > 20


def test_the_folder_says_otherwise_only_where_it_does(folder: Path) -> None:
    (folder / FILE).write_text("meter_slots: {keep: forever}\nframes: {keep: P2Y, reason: Beschluss}\n", "utf-8")
    rules, findings = retention_of(folder)
    assert findings == []
    assert rules[RetentionClass.METER_SLOTS].keep is None
    assert rules[RetentionClass.METER_SLOTS].reason == shipped()[RetentionClass.METER_SLOTS].reason
    assert (str(rules[RetentionClass.FRAMES].keep), rules[RetentionClass.FRAMES].reason) == ("P2Y", "Beschluss")
    assert rules[RetentionClass.VEHICLE_VALUES] == shipped()[RetentionClass.VEHICLE_VALUES]
    assert load(folder, {}).retention == rules


def test_without_a_file_the_shipped_rules_are_in_force(folder: Path) -> None:
    assert load(folder, {}).retention == shipped()
    (folder / FILE).write_text("# nothing yet\n", "utf-8")
    assert load(folder, {}).retention == shipped()


def test_all_mistakes_are_told_at_once_with_their_lines() -> None:
    assert (
        codes(WRONG)
        == {
            ("meter_registers.keep", 2): "config.keep_negative",
            ("vehicle_values.keep", 4): "config.keep_invalid",
            ("vehicle_values.why", 5): "config.key_unknown",
            ("vehicel_registers", 6): "config.key_unknown_near",
            ("rejections.keep", 13): "config.keep_invalid",
            ("notices", 14): "config.expected_section",
            ("job_runs.reason", 16): "config.key_missing",
        }
        or codes(WRONG)[("job_runs.reason", 16)]
    )


def test_what_the_service_needs_itself_cannot_be_deleted_sooner() -> None:
    assert codes("frames: {keep: P3D}\nmeter_slots: {keep: P1M}\nnotices: {keep: P7D}\n") == {
        ("frames.keep", 1): "config.keep_too_short",
        ("meter_slots.keep", 2): "config.keep_too_short",
    }


def test_a_wrong_file_keeps_the_service_from_starting(folder: Path) -> None:
    (folder / FILE).write_text("frames: {keep: -P1D}\n", "utf-8")
    assert "config.keep_negative" in {finding.code for finding in check(folder, {})}
    with pytest.raises(ConfigError):
        load(folder, {})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_is_said_in_words(language: str) -> None:
    for finding in [*read_rules(WRONG, shipped())[1], *read_rules("frames: {keep: P3D}", shipped())[1]]:
        said = catalogue(language).tell(finding)  # type: ignore[arg-type]
        assert FILE in said
        assert "{" not in said


@pytest.mark.parametrize("written", ["P30D", "P12M", "P10Y", "P1Y6M", "P4W", "P1Y2M3W4D"])
def test_a_period_is_written_as_iso_8601(written: str) -> None:
    rules, findings = read_rules(f"job_runs: {{keep: {written}}}", shipped())
    assert findings == []
    keep = rules[RetentionClass.JOB_RUNS].keep
    assert keep
    again, _ = read_rules(f"job_runs: {{keep: {keep}}}", shipped())
    assert again[RetentionClass.JOB_RUNS].keep == keep


@pytest.mark.parametrize("written", ["P", "P1", "1D", "PT5M", "P1.5D", "P1M1Y", "p30d", "30", "P٣D", "immer", "P200Y"])
def test_anything_else_is_refused(written: str) -> None:
    _, (finding,) = read_rules(f"job_runs: {{keep: {written}}}", shipped())
    assert finding.code == "config.keep_invalid"


def test_zero_days_are_too_short_not_forever() -> None:
    assert str(Keep()) == "P0D"
    assert codes("frames: {keep: P0D}") == {("frames.keep", 1): "config.keep_too_short"}


def test_editors_know_the_same_schema(folder: Path) -> None:
    schema = jsonschema_rs.validator_for(retention_schema("de"))
    assert schema.is_valid({"frames": {"keep": "P400D"}, "meter_slots": {"keep": "forever", "reason": "Beschluss"}})
    for wrong in ({"frames": {"keep": "-P1D"}}, {"frame": {}}, {"frames": {"keep": "P1D", "why": "x"}}):
        assert not schema.is_valid(wrong)
    assert json.loads((folder / "schema" / "retention.json").read_text("utf-8")) == retention_schema("de")
