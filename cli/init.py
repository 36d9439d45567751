"""`kreiswatt init`: a new configuration folder, the first administrator, and how to sign in."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConflictError
from core.people import Role
from core.texts import catalogue

if TYPE_CHECKING:
    from operations.gate import Gate

CONFIG = Path("/etc/kreiswatt")
DATA = Path("/var/lib/kreiswatt")
ADMIN = "admin"


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR")] = CONFIG,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", show_default=False)] = None,
    *,
    example: Annotated[bool, typer.Option("--example")] = False,
    free_ports: Annotated[bool, typer.Option("--free-ports")] = False,
) -> None:
    """Write the configuration and print the sign-in link of the first administrator."""
    from cli.backup import passphrase_card
    from cli.main import language_of
    from config.create import create
    from config.ports import write_free_ports

    language = language_of(sys.argv[1:], os.environ)
    data_dir = data or (DATA if folder == CONFIG else folder / "data")
    create(folder, example=example, data_dir=data_dir, language=language)
    if free_ports:
        write_free_ports(folder)
    texts = catalogue(language)
    card = passphrase_card(folder, texts)
    link = asyncio.run(_first_administrator(folder))
    print(texts.say("run.initialised", folder=str(folder), data=str(data_dir), link=link))
    print(card)


async def _first_administrator(folder: Path) -> str:
    from cli.wire import now_utc, open_house
    from config.load import load

    async with open_house(folder) as gate:
        link = await sign_in_link(gate, now_utc())
    console = load(folder, os.environ).settings.console
    return f"http://{console.host}:{console.port}{link}"


async def sign_in_link(gate: Gate, at_utc: datetime) -> str:
    """Return a one-time link, good for a day, for the first administrator, who is made if there is none."""
    from cli.wire import local_actor

    request = {"name": ADMIN, "role": Role.ADMIN.value}
    try:
        added = await gate.ask("users.add", request, local_actor(), at_utc)
    except ConflictError:
        added = await gate.ask("users.link", {"name": ADMIN}, local_actor(), at_utc)
    link: str = added.link
    return link
