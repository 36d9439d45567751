"""The form of an entry: labelled fields for everything that its kind can say, made from `config.forms`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from starlette.datastructures import FormData

from config.forms import KINDS, PARTS, SECTIONS, FeedForm
from config.splice import write_value
from console.pages.entry_choices import MANY, choices_of
from console.pages.filters import Choice
from console.pages.visit import Visit
from core.texts import catalogue
from ingest.routing import DECODERS

Control = Literal["text", "number", "date", "choice", "many", "lines"]


@dataclass(frozen=True, slots=True)
class Rows:
    """How a list of sections is asked for: the texts of its title and of a row's field, and how many may be added."""

    title: str
    label: str
    spare: int
    seldom: bool = False
    """Whether most entries have none, so that an empty list need not stand open."""


ROWS: dict[str, Rows] = {
    "connectors": Rows("console.entries.outlets", "console.entries.of_outlet", 2),
    "terms": Rows("console.entries.terms", "console.entries.of_term", 3, seldom=True),
    "openings": Rows("console.entries.openings", "console.entries.of_opening", 3),
    "breaks": Rows("console.entries.breaks", "console.entries.of_break", 4, seldom=True),
    "windows": Rows("console.entries.windows", "console.entries.of_window", 3, seldom=True),
    "months": Rows("console.entries.months", "console.entries.of_month", 3),
    "steady": Rows("console.entries.steady", "console.entries.of_steady", 2, seldom=True),
    "outline": Rows("console.entries.outline", "console.entries.of_outline", 4, seldom=True),
    "raw": Rows("console.entries.raw", "console.entries.of_raw", 3, seldom=True),
    "parties": Rows("console.entries.parties", "console.entries.of_party", 3),
}
"""The lists of `config.forms.PARTS`."""

PART_TITLES: dict[str, str] = {
    "baseline": "console.entries.baseline",
    "procurement": "console.entries.procurement",
    "costs": "console.entries.costs",
    "settings": "console.entries.settings",
}
"""The titles of `config.forms.SECTIONS`."""

_MATTERS = frozenset({"settings"})
"""Sections that an entry is there for."""

_MAPS = ("feed.fields", "feed.options")
"""Sections with free names, which are asked for as lines."""

_SERVICE_WRITES = frozenset({"pseudonym", "uid_sealed"})
"""What only the service writes; a card's pseudonym is taken on its own page."""

_NUMBER_OF_CARD = "uid"
"""Asked for here, though a card may also be known by its pseudonym alone."""

_NUMBERED = "connectors"
_ROW = re.compile(r"([a-z]+)\[([1-9][0-9]{0,3})\]\.", re.ASCII)
_COMMA = re.compile(r"-?(\d+,(\d{1,2}|\d{4,12})|0,\d{1,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormField:
    """A field: its name as commands and findings say it, and how it is asked for."""

    name: str
    label: str
    hint: str
    required: bool
    control: Control = "text"
    choices: tuple[Choice, ...] = ()
    default: str = ""
    row: int = 0
    """Which section of a list the field is part of, from 1; they stand together."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; `title` is the code of its text. Those of a closed one are seldom needed."""

    title: str
    fields: tuple[FormField, ...]
    closed: bool = False


async def sections_of(visit: Visit, kind: str, shown: Mapping[str, str]) -> tuple[Section, ...]:
    """Return the form of a kind with a row for each section of a list among the `shown` fields, and some more."""
    form = KINDS[kind]
    own = [field async for field in _own(visit, form)]
    lists = [name for name in form.model_fields if name in PARTS]
    sections = [
        Section("console.entries.required", tuple(field for field in own if field.required)),
        Section("console.entries.feed", tuple(_feed(visit, shown)) if "feed" in form.model_fields else ()),
        *[await _part(visit, name, shown) for name in form.model_fields if name in SECTIONS],
        *[await _list(visit, name, shown, required=form.model_fields[name].is_required()) for name in lists],
        Section("console.entries.further", tuple(field for field in own if not field.required), closed=True),
    ]
    return tuple(section for section in sections if section.fields)


def shown_of(values: Mapping[str, str]) -> dict[str, str]:
    """Return an entry's fields as its form shows them: a feed's maps of names as lines, lists of ids in one."""
    lines: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for name, text in values.items():
        inside = next((each for each in _MAPS if name.startswith(f"{each}.")), None)
        if inside:
            lines.setdefault(inside, []).append(f"{write_value(name.removeprefix(f'{inside}.'))}: {write_value(text)}")
        elif name != "uid":
            shown[name] = text
    return shown | {name: "\n".join(each) for name, each in lines.items()}


def rows_in(form: Iterable[str]) -> dict[str, str]:
    """Return a mark for the last row of each list that a posted form had besides the spare ones."""
    found = ((name, rows - ROWS[name].spare) for name, rows in _rows_of(form).items())
    return {f"{name}[{rows}].": "posted" for name, rows in found if rows > 0}


def given_in(form: FormData, sections: tuple[Section, ...]) -> dict[str, str]:
    """Return what was filled in, by field."""
    given = {field.name: _text(form, field) for section in sections for field in section.fields}
    # The broker alone says nothing: it is preset, and means something only with a topic or format.
    if "feed.broker" in given and not any(
        given[f"feed.{name}"] for name in ("format", "topic", "device", "fields", "options")
    ):
        given["feed.broker"] = ""
    return given


def values_of(given: Mapping[str, str], shown: Mapping[str, str]) -> list[str]:
    """Return `field=value` for each field that is not as it was shown."""
    values = [f"{name}={text}" for name, text in given.items() if text != shown.get(name, "") and name != "uid"]
    return [*_numbers(given, shown), *values]


def _numbers(given: Mapping[str, str], shown: Mapping[str, str]) -> Iterator[str]:
    """Yield the number of each new outlet: its row. OCPP counts outlets from 1."""
    for name, text in given.items():
        outlet, _, part = name.partition("].")
        number = f"{outlet}].number"
        if outlet.startswith(f"{_NUMBERED}[") and part == "max_power_w" and number not in shown:
            if text or given[f"{outlet}].plug"]:
                yield f"{number}={outlet.removeprefix(f'{_NUMBERED}[')}"
        elif part == "max_power_w" and not text and not given[f"{outlet}].plug"] and number in shown:
            yield f"{number}="


async def _own(visit: Visit, form: type[BaseModel]) -> AsyncIterator[FormField]:
    for name, written in form.model_fields.items():
        if name == "feed" or name in PARTS or name in SECTIONS or name in _SERVICE_WRITES:
            continue
        field = await _asked(visit, form, name, "", required=written.is_required() or name == _NUMBER_OF_CARD)
        if name == "valid_from":
            field = replace(field, default=visit.desk.gate.house.day(visit.now_utc).isoformat())
        yield field


async def _asked(visit: Visit, form: type[BaseModel], name: str, prefix: str, *, required: bool) -> FormField:
    """Return how a field of a form is asked for."""
    written = form.model_fields[name]
    field = _field(visit, _subject(form), name, prefix, required=required)
    field = replace(field, **_control(visit, written.annotation))
    if not written.is_required() and written.default is not None:
        field = replace(field, default=_preset(written.default))
    choices = () if field.choices else await choices_of(visit, _subject(form), name)
    if choices:
        several = name in MANY
        hint = field.hint if several and not required else ""  # what it means to choose none
        field = replace(field, control="many" if several else "choice", choices=choices, hint=hint)
    return field


def _subject(form: type[BaseModel]) -> str:
    return form.__name__.removesuffix("Form").lower()


def _preset(default: Any) -> str:
    match default:
        case bool():
            return "true" if default else "false"
        case StrEnum():
            return default.value
        case ():
            return ""
        case _:
            return f"{default}"


def _feed(visit: Visit, shown: Mapping[str, str]) -> Iterator[FormField]:
    feeds = [getattr(entry, "feed", None) for shelf in _fed(visit) for entry in shelf]
    brokers = {feed.broker for feed in feeds if feed} | {shown.get("feed.broker", "")} - {""}
    for name in FeedForm.model_fields:
        field = _field(visit, "feed", name, "feed.", required=False)
        if name == "broker" and brokers:
            choices = tuple(Choice(broker, broker) for broker in sorted(brokers))
            field = replace(field, control="choice", choices=choices, default=choices[0].value)
        elif name == "format":
            field = replace(field, control="choice", choices=tuple(Choice(each, each) for each in sorted(DECODERS)))
        elif name in ("fields", "options"):
            field = replace(field, control="lines")
        yield field


def _fed(visit: Visit) -> tuple[Any, Any]:
    inventory = visit.desk.gate.house.inventory()
    return inventory.meters.values(), inventory.vehicles.values()


async def _list(visit: Visit, key: str, shown: Mapping[str, str], *, required: bool) -> Section:
    """Return the rows of a list: those `shown`, and spare ones. What is in none of them is taken from the list."""
    form, texts, fields = PARTS[key], ROWS[key], []
    asked = [
        await _asked(visit, form, name, "", required=written.is_required())
        for name, written in form.model_fields.items()
        if (key, name) != (_NUMBERED, "number")
    ]
    rows = _rows_of(name for name, text in shown.items() if text).get(key, 0)
    for row in range(1, rows + texts.spare + 1):
        number = shown.get(f"{key}[{row}].number", str(row))
        for field in asked:
            label = visit.words.t(texts.label, number=number, label=field.label)
            name = f"{key}[{row}].{field.name}"
            needed = required and row == 1
            fields.append(replace(field, name=name, label=label, required=needed, default="", row=row))
    return Section(texts.title, tuple(fields), closed=texts.seldom and not rows)


async def _part(visit: Visit, key: str, shown: Mapping[str, str]) -> Section:
    """Return the fields of one section. None is required or preset: an entry may do without all of it."""
    form = SECTIONS[key]
    asked = [await _asked(visit, form, name, f"{key}.", required=False) for name in form.model_fields]
    said = any(name.startswith(f"{key}.") for name in shown)
    return Section(
        PART_TITLES[key], tuple(replace(field, default="") for field in asked), closed=not said and key not in _MATTERS
    )


def _rows_of(names: Iterable[str]) -> dict[str, int]:
    """Return how many rows of each list are among the names of fields."""
    rows: dict[str, int] = {}
    for name in names:
        found = _ROW.match(name)
        if found and found[1] in ROWS:
            rows[found[1]] = max(rows.get(found[1], 0), int(found[2]))
    return rows


def _field(visit: Visit, subject: str, name: str, prefix: str, *, required: bool) -> FormField:
    known = catalogue(visit.language).codes()
    codes = (f"field.{subject}.{name}", f"field.{name}")
    hint = next((visit.words.t(code) for code in codes if code in known), "")
    special = f"label.{subject}.{name}"
    label = visit.words.t(special if special in known else f"label.{name}")
    return FormField(prefix + name, label, hint if hint != label else "", required)


def _control(visit: Visit, annotation: Any) -> dict[str, Any]:
    while get_origin(annotation) is Annotated or NoneType in get_args(annotation):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is tuple:
        each = get_args(annotation)[0]
        return {**_control(visit, each), "control": "many", "hint": ""} if _is_enum(each) else {}
    if _is_enum(annotation):
        choices = tuple(Choice(member.value, visit.words.label(member)) for member in annotation)
        return {"control": "choice", "choices": choices}
    if annotation is bool:
        words = {"true": visit.words.t("console.yes"), "false": visit.words.t("console.no")}
        return {"control": "choice", "choices": tuple(Choice(value, text) for value, text in words.items()), "hint": ""}
    if get_origin(annotation) is Literal:
        return {
            "control": "choice",
            "choices": tuple(
                Choice(word, visit.words.t(f"console.in_language.{word}")) for word in get_args(annotation)
            ),
        }
    if annotation is date:
        return {"control": "date"}
    return {"control": "number" if annotation in (int, float, Decimal) else "text"}


def _is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, StrEnum)


def _text(form: FormData, field: FormField) -> str:
    if field.control == "many":
        chosen = [str(each) for each in form.getlist(field.name)]
        return f"[{', '.join(chosen)}]" if chosen else ""
    text = str(form.get(field.name, "")).replace("\r\n", "\n").strip()
    # People write 22,5; what would be a thousands separator elsewhere is refused by the check.
    return text.replace(",", ".") if field.control == "number" and _COMMA.fullmatch(text) else text
