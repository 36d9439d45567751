"""`inventory/*.yaml` and `inventory/managed/*.yaml` to one `Inventory`, with every mistake at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.findings import Locator
from config.forms import KINDS, EntryForm
from config.profile_rules import check_profiles
from config.references import check_references
from config.share_rules import check_laws
from config.shelves import Shelves, Written
from config.tag_rules import check_tags
from config.tree import read_tree
from config.values import is_slug
from core.inventory import Inventory
from core.texts import Finding
from renewables.rules import LawTable

FOLDER = "inventory"
MANAGED = "inventory/managed"
PROFILES = "profiles"
"""Where profiles of charge points may stand by themselves."""


def read_texts(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """Return the text of each inventory file by its path below `folder`, and which could not be read."""
    texts: dict[str, str] = {}
    findings = []
    paths = [path for place in (FOLDER, MANAGED, PROFILES) for path in sorted((folder / place).glob("*.y*ml"))]
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix not in (".yaml", ".yml") or path.name.startswith("."):
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except OSError:
            findings.append(Finding.of("config.file_unreadable", file=name))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            findings.append(Finding.of("config.file_not_utf8", file=name, line=line))
    return texts, findings


def inventory_of(
    texts: Mapping[str, str],
    brokers: frozenset[str] | None,
    pseudonym_of: Callable[[str], str] | None = None,
    laws: LawTable | None = None,
) -> tuple[Inventory, list[Finding]]:
    """Return the inventory, and everything that is wrong in any file; with mistakes it is only what could be read.

    `brokers` are the names a feed may use; None if they are not known, then they are not checked. Without
    `pseudonym_of` a card's number is not compared with the pseudonyms of others, without `laws` no contract with them.
    """
    findings: list[Finding] = []
    shelves: Shelves = {kind: {} for kind in KINDS}
    for file, text in texts.items():
        findings += _read_file(file, text, shelves)
    findings += check_references(shelves, brokers)
    findings += check_tags(shelves, pseudonym_of)
    findings += check_profiles(shelves)
    findings += check_laws(shelves, laws) if laws else ()
    return _inventory(shelves), findings


def _inventory(shelves: Shelves) -> Inventory:
    sound: dict[str, Any] = {
        kind: {name: written.value for name, written in shelf.items() if written.value is not None}
        for kind, shelf in shelves.items()
    }
    return Inventory(**sound)


def _read_file(file: str, text: str, shelves: Shelves) -> list[Finding]:
    tree, writing = read_tree(text, file)
    findings = list(writing)
    if tree is None:
        return findings
    locator = Locator(file, tree)
    if not isinstance(tree.data, dict):
        return [*findings, Finding.of("config.file_no_sections", file=file, line=tree.line)]
    for kind, section in tree.data.items():
        if kind not in KINDS:
            findings.append(locator.unknown_key((kind,), list(KINDS)))
        elif section.data is not None and not isinstance(section.data, dict):
            findings.append(locator.finding("config.expected_entries", (kind,)))
        elif isinstance(section.data, dict):
            for name in section.data:
                findings += _read_entry(kind, name, locator, shelves[kind])
    return findings


def _read_entry(kind: str, name: str, locator: Locator, shelf: dict[str, Written]) -> list[Finding]:
    way = (kind, name)
    if name in shelf:
        first = shelf[name].locator
        line = first.line_of(way)
        return [locator.finding("config.id_twice", way, first_file=first.file, first_line=line)]
    form, findings = _form(KINDS[kind], locator, way)
    if not is_slug(name):
        findings.append(locator.finding("config.id_invalid", way))
    shelf[name] = Written(form.made(name) if form else None, way, locator)
    return findings


def _form(kind: type[EntryForm], locator: Locator, way: tuple[str, str]) -> tuple[EntryForm | None, list[Finding]]:
    """Return the form of an entry and its mistakes; without its wrong keys, so that the rest is still checked."""
    plain = locator.plain(way) or {}
    try:
        return kind.model_validate(plain), []
    except ValidationError as error:
        findings = locator.refused(error, kind, way)
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False) if detail["loc"]}
    if not isinstance(plain, dict):
        return None, findings
    try:
        return kind.model_validate({key: value for key, value in plain.items() if key not in wrong}), findings
    except ValidationError:
        return None, findings
