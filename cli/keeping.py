"""What a backup takes from the configuration, joined to what it takes from the stores."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from config.load import Configuration, load
from core.care import Kept
from core.errors import ConfigError
from core.ports import Clock
from core.texts import Finding

if TYPE_CHECKING:
    from store.backup.copy import Copied
    from store.open import Stores


@dataclass(frozen=True, slots=True)
class Keeping:
    """`core.care.Safekeeper`; what writes backups is loaded when one is wanted."""

    configuration: Configuration
    stores: Stores
    clock: Clock

    async def keep(self, folder: Path, progress: Callable[[float, Finding], None]) -> Kept:
        """Write a backup into a folder and return what is in it."""
        from config.recovery import Seal, read_recovery_key
        from store.backup.copy import Keeper

        own, data_dir = self.configuration.folder, self.configuration.settings.data_dir
        keeper = Keeper(
            stores=self.stores,
            data_dir=data_dir,
            version=version("kreiswatt"),
            clock=self.clock,
            configuration=self._copied,
            seal=lambda: Seal(read_recovery_key(own)),
            forbidden=(own, data_dir),
        )
        return await keeper.keep(folder, progress)

    def _copied(self) -> Copied:
        from config.copies import pack
        from store.backup.copy import Copied

        packed = pack(self.configuration.folder, self.configuration.settings.data_dir)
        return Copied(packed.data, packed.files, packed.left_out, orjson.dumps(self._outside_secrets()))

    def _outside_secrets(self) -> dict[str, str]:
        """Return secrets from outside of the folder as they are now; as they were at the start if it is not sound."""
        try:
            return dict(load(self.configuration.folder, os.environ).outside_secrets)
        except ConfigError:
            return dict(self.configuration.outside_secrets)
