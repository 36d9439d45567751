"""Every text code that these packages name has its text in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cli
import console
import operations
from core.texts import LANGUAGES, Catalogue, Language

CALLED = re.compile(r'(?:Error|Finding\.of|\.say|\.t)\(\s*"([a-z_]+\.[a-z_.]+)"')
NAMED = re.compile(r'"(request\.field_[a-z_]+)"')
FOLDERS = [Path(package.__path__[0]) for package in (operations, console, cli)]


def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in (file for folder in FOLDERS for file in folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        found |= dict.fromkeys([*CALLED.findall(text), *NAMED.findall(text)], file.name)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_in_the_sources_has_a_text(language: Language) -> None:
    codes = _codes()
    assert len(codes) > 50
    known = Catalogue(language).codes()
    assert {code: file for code, file in codes.items() if code not in known} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_that_is_answered_has_a_title(language: Language) -> None:
    known = Catalogue(language).codes()
    for status in (400, 401, 403, 404, 405, 409, 413, 421, 422, 429, 500, 503):
        assert f"error.status_{status}" in known
