"""`laws/*.yaml`: the laws as they are shipped, and a folder's own: further ones, others in their place, overrides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from itertools import combinations
from pathlib import Path

from pydantic import ValidationError

from config.findings import Locator
from config.law_forms import LawFileForm, OverrideForm
from config.law_records import Record, Stated, rule_of, stated
from config.tree import Step, read_tree
from core.factors import Layer
from core.texts import Finding
from renewables.rules import LawTable, Rule, at_once

FOLDER = "laws"
UNCERTAIN = "uncertain"


@dataclass(slots=True)
class _Reading:
    """What was read so far: records by id, overrides with their places, and what is wrong."""

    records: dict[str, Record] = field(default_factory=dict)
    overrides: list[tuple[str, OverrideForm, Locator]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@cache
def shipped() -> LawTable:
    """Return the laws as they are shipped."""
    table, findings = _table(_shipped())
    assert not findings, findings  # noqa: S101 - they are ours, and tested
    return table


def laws_in(folder: Path) -> tuple[LawTable, list[Finding]]:
    """Return the laws in force in a configuration folder, and every mistake in its `laws/`."""
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted((folder / FOLDER).glob("*.y*ml")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in (".yaml", ".yml") or path.name.startswith("."):
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            findings.append(Finding.of("config.file_unreadable", file=name))
    if not texts:
        return shipped(), findings
    table, wrong = laws_with(texts)
    return table, [*findings, *wrong]


def laws_with(texts: Mapping[str, str]) -> tuple[LawTable, list[Finding]]:
    """Return the shipped laws with those in files by name, and what is wrong in these."""
    own = _read(texts, Layer.FOLDER)
    base = dict(_shipped().records)
    both = _Reading({**base, **own.records}, own.overrides, own.findings)
    return _table(both)


def laws_beside(table: LawTable, sections: Iterable[tuple[LawFileForm, Locator]]) -> tuple[LawTable, list[Finding]]:
    """Return a table with what sections of an input say besides, and what is wrong in these.

    They hold what files do: further rules, others in the place of those in force, overrides of shipped ones.
    """
    own = _Reading()
    for form, locator in sections:
        _add(own, form, locator, Layer.INPUT)
    made, findings = _table(_Reading({**_shipped().records, **own.records}, own.overrides, own.findings))
    theirs = {*own.records, *(name for name, _, _ in own.overrides)}
    added = {rule.id: rule for rule in made.rules if rule.id in theirs}
    rules = [added.pop(rule.id, rule) for rule in table.rules]
    return LawTable((*rules, *added.values())), findings


@cache
def _shipped() -> _Reading:
    files = sorted((resources.files("config") / FOLDER).iterdir(), key=lambda file: file.name)
    texts = {f"{FOLDER}/{file.name}": file.read_text(encoding="utf-8") for file in files if file.name.endswith(".yaml")}
    return _read(texts, Layer.SHIPPED)


def _read(texts: Mapping[str, str], layer: Layer) -> _Reading:
    reading = _Reading()
    for file, text in texts.items():
        tree, writing = read_tree(text, file)
        reading.findings += writing
        if tree is None:
            continue
        locator = Locator(file, tree)
        if not isinstance(tree.data, dict):
            reading.findings.append(Finding.of("config.file_no_sections", file=file, line=tree.line))
            continue
        try:
            form = LawFileForm.model_validate(tree.plain())
        except ValidationError as error:
            reading.findings += locator.refused(error, LawFileForm)
            continue
        _add(reading, form, locator, layer)
    return reading


def _add(reading: _Reading, form: LawFileForm, locator: Locator, layer: Layer) -> None:
    """Add the rules and overrides of a file, or what it lacks as a whole."""
    if not form.rules and not form.overrides:
        reading.findings.append(locator.finding("config.law_file_empty", ()))
    if form.rules:
        missing = [key for key in ("law", "version") if getattr(form, key) is None]
        reading.findings += [locator.finding("config.law_missing", (key,), missing=key) for key in missing]
    shared = stated(form, locator, ())
    for name, rule in form.rules.items():
        way: tuple[Step, ...] = ("rules", name)
        record = Record(
            law=form.law or "",
            version=form.version or "",
            name=name,
            tech=rule.tech,
            said=_together(shared, stated(rule, locator, way)),
            layer=layer,
            locator=locator,
            way=way,
        )
        twin = reading.records.setdefault(record.id, record)
        if twin is not record:
            reading.findings.append(_both("config.law_rule_twice", twin, record))
    reading.overrides += [(name, each, locator) for name, each in form.overrides.items()]


def _together(shared: dict[str, Stated], own: dict[str, Stated]) -> dict[str, Stated]:
    """Return what a rule says before what its file says for all; only what is uncertain adds up."""
    said = {**shared, **own}
    both = [each for each in (shared.get(UNCERTAIN), own.get(UNCERTAIN)) if each and each.value]
    if both:
        said[UNCERTAIN] = replace(both[-1], value=tuple(text for each in both for text in each.value))
    return said


def _both(code: str, first: Record, second: Record) -> Finding:
    line = first.locator.line_of(first.way)
    return second.locator.finding(code, second.way, found=second.id, first_file=first.locator.file, first_line=line)


def _table(reading: _Reading) -> tuple[LawTable, list[Finding]]:
    """Return the rules of all records, with what overrides say of them, and everything that is wrong."""
    records = dict(reading.records)
    findings = [*reading.findings, *_override(records, reading.overrides)]
    rules: list[Rule] = []
    for record in records.values():
        rule, wrong = rule_of(record)
        findings += wrong
        rules += [rule] if rule else []
    rules.sort(key=lambda rule: (rule.states, rule.law, rule.version, rule.id))
    return LawTable(tuple(rules)), [*findings, *_contradictions(rules, records), *_strangers(rules, records)]


def _override(records: dict[str, Record], overrides: list[tuple[str, OverrideForm, Locator]]) -> Iterator[Finding]:
    taken: dict[str, Record] = {}
    for name, form, locator in overrides:
        way: tuple[Step, ...] = ("overrides", name)
        if name not in records:
            yield locator.unknown_name(("config.law_rule_unknown", "config.law_rule_unknown_near"), way, name, records)
            continue
        record = records[name].with_more(form, Layer.FOLDER, locator, way)
        if name in taken:
            yield _both("config.law_rule_twice", taken[name], record)
        records[name] = taken[name] = record


def _contradictions(rules: list[Rule], records: Mapping[str, Record]) -> Iterator[Finding]:
    """Yield a finding for each two rules of a law that hold at once, at the later one with both places."""
    for one, other in combinations(rules, 2):
        if at_once(one, other):
            first, second = sorted((one, other), key=lambda rule: (rule.layer, rule.file, rule.line))
            record = records[second.id]
            yield record.locator.finding(
                "config.law_overlap",
                record.way,
                law=second.law,
                first=first.id,
                second=second.id,
                first_file=first.file,
                first_line=first.line,
            )


def _strangers(rules: list[Rule], records: Mapping[str, Record]) -> Iterator[Finding]:
    """Yield a finding for each law that a rule names and nobody has written."""
    known = dict.fromkeys(rule.law for rule in rules)
    for rule in rules:
        for key in ("credits", "waived_by"):
            for name in getattr(rule, key):
                if name not in known:
                    expected = ", ".join(known)
                    yield records[rule.id].finding("config.law_unknown", key, found=name, expected=expected)
