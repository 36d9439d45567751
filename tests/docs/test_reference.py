"""Reference pages say what the code says."""

import re
import runpy
from enum import Enum
from pathlib import Path

import pytest

from config.retention import shipped
from core.alarms import AlarmState
from core.facts import ConnectorStatus, SessionState, TagVerdict
from core.imports import ImportState, RowKind
from core.inventory import MeterRole
from core.people import Role
from core.quantities import PROPERTIES, Kind, Quantity
from core.readings import ReadingQuality, SlotShare
from core.texts import catalogue
from core.work import JobState, MeterEventKind
from energy.registers import Step
from ingest.routing import DECODERS
from operations.metering.gaps import Bridge
from operations.schedule import JOBS
from operations.values import Freshness

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LIMIT_S = 900
SIDE_BY_SIDE = 1.5
"""How much faster two cores test the files of the suites than one."""


def table(page: str, first_column: str) -> dict[str, list[str]]:
    """Return the rows of the table whose first column is headed so: first cell to the other cells."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^\| {re.escape(first_column)} \|[^\n]*\n\|[-|]+\|\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    assert found, f"{page} has no table “{first_column}”"
    rows = [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in found[1].splitlines()]
    return {row[0]: row[1:] for row in rows}


def test_the_page_of_capabilities_is_current() -> None:
    generate = runpy.run_path(str(DOCS / "reference" / "generate.py"))
    assert (DOCS / "reference" / "capabilities.md").read_text(encoding="utf-8") == generate["page"]()


def test_the_page_of_capabilities_lacks_no_text() -> None:
    page = (DOCS / "reference" / "capabilities.md").read_text(encoding="utf-8")
    assert re.findall(r"\b(?:option|capability|subject)\.[a-z_.]+", page) == []


def test_every_quantity_stands_in_the_nomenclature_with_unit_and_kind() -> None:
    rows = table("nomenclature.md", "Quantity")
    assert list(rows) == [quantity.value for quantity in Quantity]
    for quantity in Quantity:
        unit, kind, shown, meaning = rows[quantity]
        assert kind == PROPERTIES[quantity].kind
        assert shown == (PROPERTIES[quantity].shown_unit or "–")
        assert meaning
        if PROPERTIES[quantity].divisor == 1 and shown != "–":
            assert unit == shown
        elif shown != "–":
            assert unit == shown.removeprefix("k").partition("\N{NO-BREAK SPACE}")[0]


@pytest.mark.parametrize(
    ("guide", "heading", "words"),
    [
        ("nomenclature.md", "Kind", Kind),
        ("nomenclature.md", "Quality", ReadingQuality),
        ("nomenclature.md", "Share", SlotShare),
        ("nomenclature.md", "Session state", SessionState),
        ("nomenclature.md", "Run state", JobState),
        ("nomenclature.md", "Verdict", TagVerdict),
        ("nomenclature.md", "Outlet status", ConnectorStatus),
        ("nomenclature.md", "Booking", MeterEventKind),
        ("nomenclature.md", "What stands in a gap", Bridge),
        ("nomenclature.md", "Meter role", MeterRole),
        ("nomenclature.md", "Row kind", RowKind),
        ("nomenclature.md", "Import state", ImportState),
        ("nomenclature.md", "Alarm state", AlarmState),
        ("facility-manager.md", "State", Freshness),
    ],
)
def test_every_word_is_explained(guide: str, heading: str, words: type[Enum]) -> None:
    assert list(table(guide, heading)) == [word.value for word in words]


def test_every_step_of_a_register_is_explained() -> None:
    assert list(table("nomenclature.md", "Step")) == [step.name for step in Step]


def test_every_quality_leads_to_a_share() -> None:
    named = {word for cells in table("nomenclature.md", "Share").values() for word in re.findall(r"[a-z]+", cells[1])}
    assert set(ReadingQuality) - named == set()


def test_every_job_is_explained() -> None:
    assert list(table("jobs.md", "Job")) == list(JOBS)


def test_the_page_of_retention_is_what_is_shipped() -> None:
    texts = catalogue("en")
    assert table("retention.md", "Class") == {
        member.value: [texts.say(f"field.retention.{member.value}"), str(rule.keep)]
        for member, rule in shipped().items()
    }


def test_every_format_is_in_a_guide() -> None:
    assert set(table("meter-formats.md", "`format`")) == set(DECODERS)


def test_every_role_is_named() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert [role for role in Role if f"`{role}`" not in text] == []


def test_every_package_has_its_level() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in ROOT.glob("*/__init__.py")]
    assert [package for package in packages if f"`{package}/`" not in text] == []


def test_every_decision_is_listed_with_its_title_and_has_its_parts() -> None:
    index = (DOCS / "adr" / "index.md").read_text(encoding="utf-8")
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    decisions = sorted((DOCS / "adr").glob("0*.md"))
    for number, path in enumerate(decisions, 1):
        text = path.read_text(encoding="utf-8")
        title = text.partition("\n")[0]
        assert path.name.startswith(f"{number:04}-")
        assert title.startswith(f"# {number}. ")
        assert f"[{number}]({path.name}) | {title.partition('. ')[2]} |" in index
        assert f"adr/{path.name}" in navigation
        parts = re.findall(r"^## (.*)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Alternatives"]


def test_every_suite_has_its_budget_and_all_fit() -> None:
    rows = {suite: int(cells[0]) for suite, cells in table("developers.md", "Suite").items()}
    suites = {
        "/".join(("tests", *path.parent.relative_to(ROOT / "tests").parts[:1]))
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert suites - set(rows) == set()
    assert {row for row in rows if row.startswith("tests/")} - suites == set()
    tested_s = sum(budget_s for row, budget_s in rows.items() if row.startswith("tests"))
    assert sum(rows.values()) - tested_s + tested_s / SIDE_BY_SIDE < LIMIT_S
