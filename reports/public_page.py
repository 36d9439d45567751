"""Public pages on revenue shares, in German and English: no scripts, no foreign addresses, readable by everybody."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from core.texts import Catalogue, Language, catalogue
from reports.public_data import (
    NAME,
    PublicRow,
    PublicShares,
    PublicStatus,
    csv_of,
    json_of,
    package_of,
    schema_of,
    totals,
)

PAGES: Final[Mapping[Language, str]] = {"de": "index.html", "en": "en.html"}
NAMES: Final[Mapping[Language, str]] = {"de": "Deutsch", "en": "English"}
HEADS: Final = ("municipality", "plants", "energy", "statutory", "contractual", "co2")
TERMS: Final = ("energy", "statutory", "contractual", "co2", "open", "left_out")
DASH: Final = "\N{EN DASH}"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of all files in an archive: the same data are the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSaid:
    """A municipality in words; an `open` one has no numbers."""

    name: str
    key: str
    plants: str
    open: bool
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSaid:
    """A year in words: what is told first, its rows and their sums."""

    year: int
    tiles: tuple[tuple[str, str, str, str], ...]
    rows: tuple[RowSaid, ...]
    sums: tuple[str, ...]
    notes: tuple[str, ...]


def public_files(shares: PublicShares) -> dict[str, bytes]:
    """Return all files by name; the same data give the same bytes."""
    style = (resources.files("reports") / "public" / "style.css").read_bytes()
    pages = {file: page_of(shares, language) for language, file in PAGES.items()}
    return pages | {
        "style.css": style,
        f"{NAME}.csv": csv_of(shares),
        f"{NAME}.json": json_of(shares),
        f"{NAME}.schema.json": schema_of(),
        "datapackage.json": package_of(shares),
    }


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP, all of the same date."""
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name, _EPOCH), content, ZIP_DEFLATED)
    return written.getvalue()


def page_of(shares: PublicShares, language: Language) -> bytes:
    """Return the page in a language."""
    other: Language = "en" if language == "de" else "de"
    words = _Words(catalogue(language))
    text = _template().render(
        language=language,
        other=other,
        other_file=PAGES[other],
        other_name=NAMES[other],
        t=words.text,
        years=[words.year(year, shares.of(year)) for year in shares.years],
        heads=[(words.text(f"head.{name}"), bool(place)) for place, name in enumerate(HEADS)],
        terms=[(words.text(f"term.{name}"), words.text(f"term.{name}_text")) for name in TERMS],
        files=[(file, words.text(f"file.{name}")) for file, name in _FILES],
        licence=shares.licence,
        as_of=words.as_of(shares),
    )
    return text.encode()


_FILES: Final = (
    (f"{NAME}.csv", "csv"),
    (f"{NAME}.json", "json"),
    (f"{NAME}.schema.json", "schema"),
    ("datapackage.json", "package"),
)


@cache
def _template() -> Template:
    loader = PackageLoader("reports", "public")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return made.get_template("page.html")


@dataclass(frozen=True, slots=True)
class _Words:
    """Says rows in one language."""

    texts: Catalogue

    def text(self, name: str, /, **params: str | int) -> str:
        return self.texts.say(f"transparency.{name}", **params)

    def year(self, year: int, rows: Sequence[PublicRow]) -> YearSaid:
        energy, money, co2 = totals(rows, "fed_in_kwh"), self._money(rows), totals(rows, "co2_kg")
        return YearSaid(
            year=year,
            tiles=(
                (self.text("tile.energy"), self._number(_thousandth(energy), 0), "MWh", ""),
                (self.text("tile.money"), self._number(money, 2), "EUR", self.text("tile.money_note")),
                (self.text("tile.co2"), self._number(_thousandth(co2), 0), "t", self._factor(rows)),
            ),
            rows=tuple(self._row(row) for row in rows),
            sums=(
                str(sum(row.plants for row in rows)),
                self._number(energy, 0),
                self._number(totals(rows, "statutory_eur"), 2),
                self._number(totals(rows, "contractual_eur"), 2),
                self._number(_thousandth(co2), 1),
            ),
            notes=tuple(dict.fromkeys(self._notes(rows))),
        )

    def as_of(self, shares: PublicShares) -> str:
        if shares.settled_at_utc is None:
            return ""
        locale = "en_GB" if self.texts.language == "en" else self.texts.language
        return self.text("as_of", day=format_date(shares.settled_at_utc.date(), "long", locale=locale))

    def _money(self, rows: Sequence[PublicRow]) -> Decimal | None:
        told = [sum_ for name in ("statutory_eur", "contractual_eur") if (sum_ := totals(rows, name)) is not None]
        return sum(told, Decimal(0)) if told else None

    def _row(self, row: PublicRow) -> RowSaid:
        return RowSaid(
            name=row.name,
            key=row.key,
            plants=str(row.plants),
            open=row.status is PublicStatus.OPEN,
            cells=(
                str(row.plants),
                self._number(row.fed_in_kwh, 0),
                self._number(row.statutory_eur, 2),
                self._number(row.contractual_eur, 2),
                self._number(_thousandth(row.co2_kg), 1),
            ),
        )

    def _factor(self, rows: Sequence[PublicRow]) -> str:
        factors = {row.factor for row in rows if row.factor}
        said = [
            self.text(
                "factor_provisional" if each.provisional else "factor",
                grams=self._number(each.g_per_kwh, 0),
                id=each.id,
                edition=each.edition or DASH,
            )
            for each in sorted(factors, key=lambda factor: factor.id)
        ]
        return " ".join(said)

    def _notes(self, rows: Sequence[PublicRow]) -> Iterator[str]:
        if any(row.status is PublicStatus.OPEN for row in rows):
            yield self.text("open_note")
        for row in rows:
            if row.co2_reason is not None:
                yield self.text("co2_not_computed", reason=self.texts.tell(row.co2_reason))

    def _number(self, value: Decimal | None, places: int) -> str:
        if value is None:
            return DASH
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(value, format=pattern, locale=self.texts.language).replace("-", "\N{MINUS SIGN}")


def _thousandth(value: Decimal | None) -> Decimal | None:
    """Return kWh in MWh, or kilograms in tonnes."""
    return None if value is None else value / 1000
