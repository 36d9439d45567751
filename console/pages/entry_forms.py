"""The form of an entry: labelled fields for everything that its kind can say, made from `config.forms`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from starlette.datastructures import FormData

from config.forms import KINDS, ConnectorForm, FeedForm
from config.splice import write_value
from console.pages.filters import Choice
from console.pages.visit import Visit
from core.texts import catalogue
from ingest.routing import DECODERS

Control = Literal["text", "number", "date", "choice", "many", "lines"]

OFFERED: dict[str, tuple[str, dict[str, str]]] = {
    "site": ("sites.list", {}),
    "sites": ("sites.list", {}),
    "municipality": ("inventory.list", {"kind": "municipalities"}),
    "building": ("inventory.list", {"kind": "buildings"}),
    "parent": ("meters.list", {}),
    "meter": ("meters.list", {}),
    "vehicle": ("vehicles.list", {}),
    "plant": ("inventory.list", {"kind": "plants"}),
}
"""Which list offers the entries that a field may name."""

OFFERED_AT_MOST = 500
SPARE_OUTLETS = 2
"""How many outlets may be added to a station at a time."""


_COMMA = re.compile(r"-?\d+,\d{1,2}", re.ASCII)


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


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; `title` is the code of its text. Those of a closed one are seldom needed."""

    title: str
    fields: tuple[FormField, ...]
    closed: bool = False


async def sections_of(visit: Visit, kind: str, shown: Mapping[str, str]) -> tuple[Section, ...]:
    """Return the form of a kind with a row for each outlet among the `shown` fields, and one more."""
    form = KINDS[kind]
    own = [field async for field in _own(visit, form)]
    sections = [
        Section("console.entries.required", tuple(field for field in own if field.required)),
        Section("console.entries.feed", tuple(_feed(visit, shown)) if "feed" in form.model_fields else ()),
        Section("console.entries.outlets", tuple(_outlets(visit, shown)) if "connectors" in form.model_fields else ()),
        Section("console.entries.further", tuple(field for field in own if not field.required), closed=True),
    ]
    return tuple(section for section in sections if section.fields)


def shown_of(values: Mapping[str, str]) -> dict[str, str]:
    """Return an entry's fields as its form shows them: a feed's map of names as lines, lists of ids in one."""
    inside = "feed.fields."
    lines = [
        f"{write_value(name.removeprefix(inside))}: {write_value(text)}"
        for name, text in values.items()
        if name.startswith(inside)
    ]
    shown = {name: text for name, text in values.items() if not name.startswith(inside) and name != "uid"}
    return {**shown, "feed.fields": "\n".join(lines)} if lines else shown


def given_in(form: FormData, sections: tuple[Section, ...]) -> dict[str, str]:
    """Return what was filled in, by field."""
    given = {field.name: _text(form, field) for section in sections for field in section.fields}
    # The broker alone says nothing: it is preset, and means something only with a topic or format.
    if "feed.broker" in given and not any(given[f"feed.{name}"] for name in ("format", "topic", "device", "fields")):
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
        if outlet.startswith("connectors[") and part == "max_power_w" and number not in shown:
            if text or given[f"{outlet}].plug"]:
                yield f"{number}={outlet.removeprefix('connectors[')}"
        elif part == "max_power_w" and not text and not given[f"{outlet}].plug"] and number in shown:
            yield f"{number}="


async def _own(visit: Visit, form: type[BaseModel]) -> AsyncIterator[FormField]:
    subject = form.__name__.removesuffix("Form").lower()
    for name, written in form.model_fields.items():
        if name in ("feed", "connectors"):
            continue
        default = written.default
        field = _field(visit, subject, name, "", required=written.is_required())
        field = replace(field, **_control(visit, written.annotation))
        if not written.is_required() and default is not None:
            field = replace(field, default=default.value if isinstance(default, StrEnum) else f"{default}")
        if name == "valid_from":
            field = replace(field, default=visit.desk.gate.house.day(visit.now_utc).isoformat())
        choices = await _offered(visit, name)
        if choices:
            field = replace(field, control="many" if name == "sites" else "choice", choices=choices, hint="")
        yield field


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
        elif name == "fields":
            field = replace(field, control="lines")
        yield field


def _fed(visit: Visit) -> tuple[Any, Any]:
    inventory = visit.desk.gate.house.inventory()
    return inventory.meters.values(), inventory.vehicles.values()


def _outlets(visit: Visit, shown: Mapping[str, str]) -> Iterator[FormField]:
    rows = sum(name.startswith("connectors[") and name.endswith("].plug") for name in shown)
    for row in range(1, rows + SPARE_OUTLETS + 1):
        number = shown.get(f"connectors[{row}].number", str(row))
        for name in ConnectorForm.model_fields:
            if name != "number":
                field = _field(visit, "connector", name, f"connectors[{row}].", required=row == 1)
                label = visit.words.t("console.entries.of_outlet", number=number, label=field.label)
                yield replace(field, label=label, control="number" if name == "max_power_w" else "text")


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
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return {
            "control": "choice",
            "choices": tuple(Choice(member.value, visit.words.label(member)) for member in annotation),
        }
    if annotation is date:
        return {"control": "date"}
    return {"control": "number" if annotation in (int, float, Decimal) else "text"}


async def _offered(visit: Visit, name: str) -> tuple[Choice, ...]:
    """Return the entries to choose from; none where there are too many for a list, or they may not be seen."""
    if name not in OFFERED:
        return ()
    capability, narrowed = OFFERED[name]
    page = await visit.ask(capability, **narrowed, limit=OFFERED_AT_MOST)
    if page.next_cursor is not None:
        return ()
    return tuple(Choice(row.id.rpartition("/")[2], row.name) for row in page.items)


def _text(form: FormData, field: FormField) -> str:
    if field.control == "many":
        chosen = [str(each) for each in form.getlist(field.name)]
        return f"[{', '.join(chosen)}]" if chosen else ""
    text = str(form.get(field.name, "")).replace("\r\n", "\n").strip()
    # People write 22,5; what would be a thousands separator elsewhere is refused by the check.
    return text.replace(",", ".") if field.control == "number" and _COMMA.fullmatch(text) else text
