from __future__ import annotations

import re
from pathlib import Path

import ingest
from core.texts import LANGUAGES, catalogue

CODE = re.compile(r'"((?:payload|ingest)\.[a-z0-9_]+)"')


def test_every_code_that_ingest_uses_has_a_text_in_every_language() -> None:
    files = Path(str(ingest.__file__)).parent.rglob("*.py")
    used = {code for file in files for code in CODE.findall(file.read_text(encoding="utf-8"))}
    assert len(used) > 20
    assert [used - catalogue(language).codes() for language in LANGUAGES] == [set() for _ in LANGUAGES]
