"""Command groups that know the names and helps of their commands, and make one only when it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperGroup

from cli.errors import WrongUsageError
from core.texts import Catalogue


@dataclass(frozen=True, slots=True)
class Entry:
    """A command's name, its help, and how it is made."""

    name: str
    help: str
    make: Callable[[], Any]


class Group(TyperGroup):
    """A group of entries."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._entries: dict[str, Entry] = {}

    def offer(self, entry: Entry) -> None:
        """Add a command."""
        self._entries[entry.name] = entry

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order they were offered."""
        del ctx
        return list(self._entries)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, made now; None if there is none of that name."""
        del ctx
        entry = self._entries.get(cmd_name)
        return entry.make() if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is meant. Raises `WrongUsageError` if there is none of that name."""
        if args and args[0] not in self._entries:
            raise WrongUsageError("cli.unknown_command", name=args[0][:80], known=", ".join(self._entries))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write names and helps; no command is made for it."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in self._entries.values()])


def command(name: str, function: Callable[..., None], *, texts: Catalogue, help: str = "") -> Any:  # noqa: A002
    """Return the command of a function; parameters without help of their own get the text `option.<parameter>`."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name=name, help=help or texts.say(f"cli.{name}"))(function)
    made: Any = typer.main.get_command(app)
    for parameter in made.params:
        if not getattr(parameter, "help", "x"):
            parameter.help = texts.say(f"option.{parameter.name}")
    return made
