"""Commands made from the table's rows: `stations.list` is `kreiswatt stations list`.

A request's `id`, `name`, `ids` and `figure` are arguments, other fields options, secrets are asked for and
never given on the command line. Values go as text to the same reader as those of REST.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, Field
from enum import Enum
from functools import partial
from getpass import getpass
from inspect import Parameter, Signature
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_type_hints

import typer

from cli.groups import command
from core.errors import RequestError
from core.texts import Language, catalogue
from operations.table import CAPABILITIES, Capability

CONFIG = Path("/etc/kreiswatt")
ARGUMENTS = ("id", "name", "ids", "figure", "upload")


def row_names() -> dict[str, tuple[str, ...]]:
    """Return the rows of each subject, in the table's order."""
    subjects = dict.fromkeys(name.partition(".")[0] for name in CAPABILITIES)
    return {subject: tuple(name for name in CAPABILITIES if name.partition(".")[0] == subject) for subject in subjects}


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a row's command."""
    subject, verb = name.split(".")
    return (subject,) if CAPABILITIES[name].alone else (subject, verb.replace("_", "-"))


def row_command(name: str, capability: Capability, language: Language) -> Any:
    """Return the command of a row."""
    function = partial(_run, name, language)
    out = _OUT if gives_file(capability) else ()
    signed = _signed(function, [*map(partial(_parameter, capability), _asked(capability)), *out, *_COMMON])
    texts = catalogue(language)
    return command(words_of(name)[-1], signed, texts=texts, help=texts.say(f"capability.{name}"))


def _run(name: str, language: Language, /, **given: Any) -> None:
    # What a command needs is loaded when it runs, so that help is quick.
    from cli.client import Way, answer_of
    from cli.shown import show
    from cli.steered import exit_code

    way = Way(given.pop("config"), given.pop("url"), given.pop("token"), language)
    as_json, out = given.pop("json"), given.pop("out", None)
    capability = CAPABILITIES[name]
    request = {field: _plain(value) for field, value in given.items() if value not in (None, [], False)}
    request |= _read_files(capability, request) | _secrets(capability, request, language)
    answer = answer_of(name, capability, request, way, out)
    if as_json:
        sys.stdout.buffer.write(answer + b"\n")
    else:
        show(name, answer, language)
    if code := exit_code(name, capability, answer):
        raise typer.Exit(code)


def _asked(capability: Capability) -> list[Field[Any]]:
    # A secret that must be given is asked for in any case and needs no option.
    return [field for field in capability.fields if field.repr or field.default is not MISSING]


def _parameter(capability: Capability, field: Field[Any]) -> Parameter:
    hint = get_type_hints(capability.request)[field.name]
    several = tuple in {getattr(part, "__origin__", None) for part in (hint, *get_args(hint))}
    kind = _kind(hint) if field.repr else bool
    shape: Any = list[kind] if several else kind  # type: ignore[valid-type]
    flag = "--" + field.name.replace("_", "-")
    if field.name in ARGUMENTS:
        mark: Any = typer.Argument(metavar=field.name.upper(), show_default=False)
    else:
        mark = typer.Option(flag, show_default=False, metavar=field.name.upper() if kind is str else None)
    default = False if kind is bool else None
    return _named(field.name, Annotated[shape if kind is bool else shape | None, mark], default)


def _kind(hint: Any) -> Any:
    """Return what the command line checks itself: flags and words of a list; all else is text until it is read."""
    parts = [part for part in (get_args(hint) or (hint,)) if part is not NoneType]
    if parts == [bool]:
        return bool
    words = [part for part in parts if isinstance(part, type) and issubclass(part, Enum)]
    return words[0] if words else str


def _named(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _signed(function: Callable[..., None], parameters: list[Parameter]) -> Callable[..., None]:
    def signed(**given: Any) -> None:
        function(**given)

    signed.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    signed.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return signed


_COMMON = (
    _named("json", Annotated[bool, typer.Option("--json")], default=False),
    _named("config", Annotated[Path, typer.Option("--config", envvar="KREISWATT_CONFIG", metavar="FOLDER")], CONFIG),
    _named("url", Annotated[str | None, typer.Option("--url", envvar="KREISWATT_URL", metavar="URL")], None),
    _named("token", Annotated[str | None, typer.Option("--token", envvar="KREISWATT_TOKEN", metavar="TOKEN")], None),
)

_OUT = (_named("out", Annotated[Path | None, typer.Option("--out", "-o", metavar="PATH", show_default=False)], None),)


def gives_file(capability: Capability) -> bool:
    """Return whether a row makes a file that can be fetched."""
    return "file" in getattr(capability.result, "__dataclass_fields__", ())


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def _read_files(capability: Capability, request: dict[str, Any]) -> dict[str, str]:
    """Return the contents of fields that were given as `@FILE`, or as `-` for the standard input.

    A field with the metadata `path` is always a file, with or without `@`; its name goes into the field named there.
    """
    fields = [field for field in capability.fields if field.metadata.get("file") and field.name in request]
    read: dict[str, str] = {}
    for field in fields:
        place, origin = str(request[field.name]), field.metadata.get("path")
        if origin and place != "-":
            place = f"@{place.removeprefix('@')}"
            read.setdefault(origin, request.get(origin) or Path(place[1:]).name)
        if place == "-" or place.startswith("@"):
            read[field.name] = _contents(place)
    return read


def _contents(place: str) -> str:
    if place == "-":
        return sys.stdin.buffer.read().decode("utf-8", "backslashreplace")
    try:
        content = Path(place[1:]).read_bytes()
    except OSError as error:
        raise RequestError("cli.file_unreadable", path=place[1:]) from error
    return content.decode("utf-8", "backslashreplace")


def _secrets(capability: Capability, request: dict[str, Any], language: Language) -> dict[str, str]:
    """Return the secrets of a request, asked for without echo; from a pipe one line each."""
    wanted = [field for field in capability.fields if not field.repr]
    return {
        field.name: _ask(catalogue(language).say(f"option.{field.name}"))
        for field in wanted
        if field.name in request or field.default is MISSING
    }


def _ask(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass(f"{prompt}: ")
    return sys.stdin.readline().rstrip("\n")
