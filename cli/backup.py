"""`kreiswatt backup`: everything in one file, while the service runs; and new recovery passphrases."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from core.texts import Catalogue, catalogue

if TYPE_CHECKING:
    from cli.client import Way

CONFIG = Path("/etc/kreiswatt")


def backup(
    to: Annotated[Path, typer.Option("--to", metavar="DIR")] = Path(),
    config: Annotated[Path, typer.Option("--config", envvar="KREISWATT_CONFIG")] = CONFIG,
    *,
    new_passphrase: Annotated[bool, typer.Option("--new-passphrase")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Write a backup into a folder; the service does it, if it runs."""
    from cli.client import Way
    from cli.main import language_of

    language = language_of(sys.argv[1:], os.environ)
    texts = catalogue(language)
    if new_passphrase:
        print(passphrase_card(config, texts), file=sys.stderr if json else sys.stdout)
    kept = _written(to.absolute(), Way(config, None, None, language))
    if json:
        print(orjson.dumps(kept).decode())
    else:
        _say(kept, texts)


def passphrase_card(folder: Path, texts: Catalogue) -> str:
    """Give a configuration folder a new recovery key and return the text that shows its passphrase, once."""
    from config.recovery import new_passphrase, recovery_key, write_recovery_key

    passphrase = new_passphrase()
    key = recovery_key(passphrase)
    write_recovery_key(folder, key)
    return texts.say("backup.passphrase_shown", passphrase=passphrase, name=key.name)


def _written(folder: Path, way: Way) -> dict[str, Any]:
    from cli.client import answer_of
    from operations.local import LOCAL_ROWS

    row = "backup.write"
    answer: dict[str, Any] = orjson.loads(answer_of(row, LOCAL_ROWS[row], {"folder": str(folder)}, way))
    return answer


def _say(kept: dict[str, Any], texts: Catalogue) -> None:
    print(texts.say("backup.written", file=kept["file"], size_mb=round(kept["size_bytes"] / 1e6, 1)))
    readings = sum(kept["readings"].values())
    print(texts.say("backup.holds", readings=readings, sessions=kept["sessions"], frames=kept["frames"]))
    print(texts.say("backup.opened_by", name=kept["key_name"]))
    if kept["audit_head"]:
        print(f"{texts.say('console.audit.head')}: {kept['audit_head']}")
    for name in kept["left_out"]:
        print(texts.say("backup.left_out", file=name), file=sys.stderr)
