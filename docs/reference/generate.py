"""Writes the page of capabilities from their table: `python docs/reference/generate.py`."""  # noqa: INP001 - a script

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from cli.generated import ARGUMENTS, row_names, words_of
from core.ports import Page
from core.texts import Catalogue, catalogue
from operations.routes import ROOT, route_of
from operations.table import CAPABILITIES, Capability

PAGE = Path(__file__).with_name("capabilities.md")

HEAD = f"""\
# Capabilities

<!-- Written by docs/reference/generate.py from operations/table.py; a test compares both. Edit those. -->

Everything that Kreiswatt can be asked, by page, program or command. A command and a route with the
same name take the same fields and give the same JSON.

**Commands.** `kreiswatt --help` lists them. Every command takes `--json` (the JSON that REST gives),
`--config DIR` (the configuration folder, default `/etc/kreiswatt`), `--url` and `--token` (a service on
another machine). Secrets are asked for, or read from a pipe one a line, and never given on the command line.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.

**REST.** Routes begin with `{ROOT}`; `{ROOT}/openapi.json` describes them as OpenAPI 3.1. Programs send
`Authorization: Bearer <token>`; a token comes from `kreiswatt tokens add`. `GET` takes fields as query
parameters, `POST` as a JSON object, and an `Idempotency-Key` header makes a repeated `POST` harmless.
Errors are `application/problem+json` with a stable `code`. Lists give `items`, `total` and `next_cursor`,
which goes into `cursor` for the next page.

**Long** capabilities answer at once with 202 and the address of the running operation, which tells its
progress and can be cancelled.

**Roles.** `viewer` is included in every role, and `admin` includes all. A person or token limited to some
sites sees those only; capabilities marked *whole district* are refused to them.
"""


SIGNS = {"": "empty", "\t": "tabulator", " ": "space", "|": "vertical bar"}
"""What is said instead of a sign that a table cannot show."""


def page() -> str:
    """Return the text of the page."""
    texts = catalogue("en")
    parts = [HEAD]
    for subject, names in row_names().items():
        parts.append(f"\n## {texts.say(f'subject.{subject}')}\n")
        parts += [_section(name, CAPABILITIES[name], texts) for name in names]
    return "".join(parts)


def _section(name: str, capability: Capability, texts: Catalogue) -> str:
    method, path = route_of(name, capability)
    facts = {
        "Command": f"`kreiswatt {' '.join(words_of(name))}{_arguments(capability)}`",
        "REST": f"`{method} {path}`",
        "Role": " or ".join(f"`{role}`" for role in capability.roles),
    }
    marks = {"changes": "written to the audit", "whole": "whole district", "long": "long"}
    said = [text for mark, text in marks.items() if getattr(capability, mark)]
    if said:
        facts["Marks"] = ", ".join(said)
    rows = "".join(f"- {fact}: {value}\n" for fact, value in facts.items())
    text = texts.say(f"capability.{name}").rstrip(".")
    answer = f"\nAnswer: {_answer(capability.result)}\n"
    return f"\n### {name}\n\n{text}.\n\n{rows}{_fields(capability, texts)}{answer}"


def _arguments(capability: Capability) -> str:
    named = [field for field in capability.fields if field.name in ARGUMENTS]
    words = [field.name.upper() if field.default is MISSING else f"[{field.name.upper()}]" for field in named]
    return "".join(f" {word}" for word in words)


def _fields(capability: Capability, texts: Catalogue) -> str:
    if not capability.fields:
        return ""
    hints = get_type_hints(capability.request)
    rows = "".join(
        f"| `{field.name}` | {_kind(hints[field.name])} | {_default(field)} | {_meaning(field.name, texts)} |\n"
        for field in capability.fields
    )
    return f"\n| Field | Type | Default | Meaning |\n|---|---|---|---|\n{rows}"


def _meaning(name: str, texts: Catalogue) -> str:
    return texts.say(f"option.{name}").replace("|", "\\|")


def _default(field: Field[Any]) -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return "required"
    value = field.default
    return "–" if value in (None, (), "", MISSING) else f"`{value}`"


def _kind(hint: Any) -> str:
    """Return a type in words."""
    if get_origin(hint) in (tuple, list):
        return f"list of {_kind(get_args(hint)[0])}"
    parts = [part for part in get_args(hint) if part is not NoneType]
    if parts and (NoneType in get_args(hint) or hasattr(hint, "__metadata__")):
        return _kind(parts[0])
    if parts:
        return " or ".join(SIGNS.get(part, f"`{part}`") for part in parts)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " or ".join(f"`{word.value}`" for word in hint)
    names = {str: "text", int: "whole number", float: "number", bool: "yes or no", datetime: "instant"}
    return names.get(hint, "text")


def _answer(result: Any) -> str:
    origin = get_origin(result)
    if origin is Page:
        return f"a page of rows with {_names(get_args(result)[0])}."
    if origin is tuple:
        return f"a list of rows with {_names(get_args(result)[0])}."
    return f"{_names(result)}."


def _names(shape: Any) -> str:
    return ", ".join(_field_names(shape)) if is_dataclass(shape) else "nothing"


def _field_names(shape: Any) -> Iterator[str]:
    yield from (f"`{field.name}`" for field in fields(shape))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} written")  # noqa: T201 - a script says what it did
