"""The `kreiswatt` command: what acts on this machine, and all capabilities by their rows.

`--help` imports no capability and no library that a capability needs: commands are made when
they are called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer

from cli.errors import say_error
from cli.generated import row_command, row_names, words_of
from cli.groups import Entry, Group, command
from core.errors import ServiceError
from core.texts import LANGUAGES, Language, catalogue
from operations.table import CAPABILITIES

COMMANDS: dict[str, str] = {
    "init": "cli.init:init",
    "check": "cli.check:check",
    "run": "cli.run:run",
    "demo": "cli.demo:demo",
    "backup": "cli.backup:backup",
    "restore": "cli.restore:restore",
    "version": "cli.main:version",
}
"""The commands that are no capabilities: plain functions with Typer's annotations.

Their help is the text `cli.<command>`, that of their parameters `option.<parameter>`.
"""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 plan differs."""
    language = language_of(sys.argv[1:], os.environ)
    try:
        build(language)(prog_name="kreiswatt")
    except ServiceError as error:
        sys.exit(say_error(error, language))


def build(language: Language) -> Group:
    """Return the command, speaking `language`; nothing below it is imported before it is called."""
    texts = catalogue(language)
    app = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None, no_args_is_help=True)
    app.callback(help=texts.say("cli.kreiswatt"))(_root)
    root = typer.main.get_command(app)
    assert isinstance(root, Group)  # noqa: S101 - Typer makes what cls says
    root.params[0].help = texts.say("option.language")  # type: ignore[attr-defined]
    for name, place in COMMANDS.items():
        root.offer(Entry(name, texts.say(f"cli.{name}"), partial(_own_command, name, place, language)))
    for subject, names in row_names().items():
        root.offer(_entry(subject, names, language))
    return root


def version() -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    print(version_of("kreiswatt"))


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of a leading `--language`, else of LC_ALL, LC_MESSAGES or LANG; else English."""
    leading = " ".join(arguments[:2]).replace("=", " ").split()
    wanted = leading[1:2] if leading[:1] == ["--language"] else []
    wanted += [environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((word for word in wanted if word), "en")[:2].casefold()
    return next((language for language in LANGUAGES if language == first), "en")


def _root(language: Annotated[Language | None, typer.Option("--language", show_choices=True)] = None) -> None:
    """Take the options that stand before the command; the language has been read before."""


def _own_command(name: str, place: str, language: Language) -> Any:
    module, _, function = place.partition(":")
    return command(name, getattr(import_module(module), function), texts=catalogue(language))


def _entry(subject: str, names: tuple[str, ...], language: Language) -> Entry:
    texts = catalogue(language)
    if CAPABILITIES[names[0]].alone:
        made = partial(row_command, names[0], CAPABILITIES[names[0]], language)
        return Entry(subject, texts.say(f"capability.{names[0]}"), made)
    return Entry(subject, texts.say(f"subject.{subject}"), partial(_subject_group, subject, names, language))


def _subject_group(subject: str, names: tuple[str, ...], language: Language) -> Group:
    texts = catalogue(language)
    group = Group(name=subject, help=texts.say(f"subject.{subject}"), no_args_is_help=True, rich_markup_mode=None)
    for name in names:
        made = partial(row_command, name, CAPABILITIES[name], language)
        group.offer(Entry(words_of(name)[-1], texts.say(f"capability.{name}"), made))
    return group
