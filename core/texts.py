"""Findings and their texts in German and English.

Domain code never writes sentences: it returns a `Finding`, and the edge (page, mail, command
line) says it with `Catalogue`. The texts stand in `core/catalogue/<language>/<subject>.po`;
a text's code is its gettext message id, `subject.what`.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import isfinite
from typing import Literal, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

Param = str | int | float | bool | None
_CODE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, as a text code with named parameters, e.g. `payload.too_large(size_byte=300000)`."""

    code: str
    params: tuple[tuple[str, Param], ...] = ()

    @classmethod
    def of(cls, code: str, /, **params: Param) -> Finding:
        """Return the finding with its parameters in a fixed order, so that equal findings are equal."""
        return cls(code, tuple(sorted(params.items())))

    def __str__(self) -> str:
        """Return code and parameters for logs, e.g. `payload.too_large size_byte=300000`."""
        return " ".join([self.code, *(f"{name}={value}" for name, value in self.params)])


class Catalogue:
    """The texts of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = [_read(language, name) for name in _subjects(language)]

    def codes(self) -> frozenset[str]:
        """Return every code that has a text in this language."""
        return frozenset(code for _, codes in self._texts for code in codes)

    def say(self, code: str, /, **params: Param) -> str:
        """Return the text of `code` with `params` filled in; the bare code where there is none.

        A parameter `count` chooses the plural form; one that is a text's code is said in its place. Numbers
        that were measured, the floats, are written as the language does (`131,5`); whole ones stay as they are,
        for they may be years, lines or ids.
        """
        count = params.get("count")
        for texts, _ in self._texts:
            text = texts.ngettext(code, code, count) if isinstance(count, int) else texts.gettext(code)
            if text != code:
                return text.format_map(self._written(params))
            if isinstance(count, int) and (text := texts.gettext(code)) != code:
                return text.format_map(self._written(params))
        return code

    def tell(self, finding: Finding) -> str:
        """Return the text of a finding."""
        return self.say(finding.code, **dict(finding.params))

    def _written(self, params: Mapping[str, Param]) -> _Params:
        """Return the parameters as they stand in a text: measured numbers as the language writes them."""
        return _Params((name, self._said(value)) for name, value in params.items())

    def _said(self, value: Param) -> Param:
        if isinstance(value, float):
            return self._number(value)
        return self.say(value) if isinstance(value, str) and _CODE.fullmatch(value) else value

    def _number(self, value: float) -> str:
        if not isfinite(value):
            return str(value)
        text = format_decimal(value, locale=self.language, decimal_quantization=False)
        return text.replace("-", "\N{MINUS SIGN}")


class _Params(dict[str, Param]):
    """A missing parameter shows its name instead of hiding the whole text."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


@cache
def catalogue(language: Language) -> Catalogue:
    """Return the texts of `language`, read once."""
    return Catalogue(language)


def _subjects(language: Language) -> list[str]:
    folder = resources.files("core") / "catalogue" / language
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".po"))


def _read(language: Language, name: str) -> tuple[gettext.GNUTranslations, frozenset[str]]:
    text = (resources.files("core") / "catalogue" / language / name).read_text(encoding="utf-8")
    messages = read_po(io.StringIO(text), locale=language)
    codes = frozenset(entry.id if isinstance(entry.id, str) else entry.id[0] for entry in messages if entry.id)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled), codes
