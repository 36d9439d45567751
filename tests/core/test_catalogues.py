"""Every text a person may read stands in both catalogues, and nothing else does."""

from __future__ import annotations

import ast
import io
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.texts import LANGUAGES, Language
from operations.table import CAPABILITIES

ROOT = Path(__file__).parents[2]
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]
TEMPLATES = ROOT / "console" / "templates"
SPEAKERS = {"t", "say", "of"}
"""The functions whose first argument is a text's code, besides all errors."""

BEGINNING = re.compile(r"[a-z_]+(\.|(\.[a-z0-9_]+)+[._])\Z")
CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+\Z")


@cache
def texts(language: Language) -> dict[str, str]:
    """Return each code with all its forms in one string."""
    found: dict[str, str] = {}
    folder = resources.files("core") / "catalogue" / language
    for entry in folder.iterdir():
        if entry.name.endswith(".po"):
            for message in read_po(io.BytesIO(entry.read_bytes()), locale=language):
                code = message.id if isinstance(message.id, str) else message.id[0]
                said = message.string if isinstance(message.string, str) else " ".join(message.string)
                if code:
                    assert code not in found, f"{code} stands twice"
                    found[code] = said
    return found


@cache
def trees() -> dict[str, ast.Module]:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


@cache
def spoken() -> tuple[tuple[str, str], ...]:
    """Return each code that Python or a template says, with where."""
    return tuple(_spoken())


def _spoken() -> Iterator[tuple[str, str]]:
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and speaks(node.func):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and CODE.match(first.value):
                    yield first.value, f"{file}:{node.lineno}"
    for file in TEMPLATES.rglob("*.html"):
        for code in re.findall(r"""\bt\(\s*["']([a-z0-9_.]+)["']""", file.read_text(encoding="utf-8")):
            yield code, str(file.relative_to(ROOT))


def speaks(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SPEAKERS or name.endswith("Error")


def mentioned() -> tuple[set[str], tuple[str, ...]]:
    """Return all strings of the code that may be codes, and all beginnings of codes made at run time."""
    whole = {code for code, _ in spoken()}
    beginnings: set[str] = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and BEGINNING.match(node.value):
                beginnings.add(node.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value):
                whole.add(node.value)
    return whole, tuple(beginnings)


def test_every_code_that_is_said_has_a_text() -> None:
    for language in LANGUAGES:
        missing = sorted(f"{code} ({where})" for code, where in spoken() if code not in texts(language))
        assert not missing, language


def test_both_languages_have_the_same_codes() -> None:
    assert texts("de").keys() ^ texts("en").keys() == set()


def test_no_text_is_an_orphan() -> None:
    whole, beginnings = mentioned()
    whole |= {f"capability.{row}" for row in CAPABILITIES}
    orphans = [code for code in texts("de") if code not in whole and not code.startswith(beginnings)]
    assert not orphans


def test_placeholders_agree_between_the_languages() -> None:
    for code, german in texts("de").items():
        assert placeholders(german) == placeholders(texts("en")[code]), code


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_no_text_is_left_in_the_other_language() -> None:
    same = {code for code, german in texts("de").items() if german == texts("en")[code] and len(german.split()) > 3}
    assert not same


class _Written(HTMLParser):
    """Collects what a template would show as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        attribute = re.fullmatch(r'\s*[a-z-]+="[a-z]+"\s*', data)
        if re.search(r"[^\W\d_]", data) and not attribute:
            self.found.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        read = {"alt", "aria-label", "placeholder", "title", "data-label"}
        self.found += [value for name, value in attrs if name in read and value and re.search(r"[^\W\d_]", value)]


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: file.name)
def test_a_template_contains_no_text_of_its_own(file: Path) -> None:
    written = _Written()
    written.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL))
    assert written.found == []


def test_a_text_of_its_own_would_be_found() -> None:
    written = _Written()
    written.feed('<p title="Zähler">1 <b>Ladevorgang</b> {# kein Text #}</p>')
    assert written.found == ["Zähler", "Ladevorgang", "{# kein Text #}"]
