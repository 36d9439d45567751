"""What only the owner of the files may ask for, and only on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NotFoundError, RequestError, UnavailableError
from core.people import Actor, Role
from operations.gate import admitted
from operations.local import LOCAL_ROWS, is_local
from operations.table import CAPABILITIES
from operations.upkeep.backup import WriteBackup
from tests.district import NOW, District

LOCAL = Actor("local:root", Role.ADMIN)


@pytest.mark.parametrize("name", LOCAL_ROWS)
@pytest.mark.parametrize("actor", ["anna", "token:anna", "job:intervals"])
def test_for_everybody_else_these_rows_do_not_exist(name: str, actor: str) -> None:
    assert name not in CAPABILITIES
    assert admitted(name, LOCAL) is LOCAL_ROWS[name]
    with pytest.raises(NotFoundError):
        admitted(name, Actor(actor, Role.ADMIN))


async def test_nobody_can_be_called_like_the_owner(district: District) -> None:
    assert is_local(LOCAL)
    with pytest.raises(RequestError):
        await district.ask("users.add", name="local:root", role="admin")


async def test_a_backup_is_on_record_even_if_it_fails(district: District, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        await district.gate.call("backup.write", WriteBackup(folder=str(tmp_path)), LOCAL, NOW)
    newest, before, *_ = (await district.stores.ledger.audit_entries()).items
    assert (newest.action, newest.detail) == ("backup.write.failed", "backup.unavailable")
    assert (before.action, before.actor) == ("backup.write", "local:root")
