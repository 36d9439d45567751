"""Keys of makers for terms that OCPP has no name for: as data, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerKey:
    """The key of a maker for a term, with the `source` that says so; of any model if none is named."""

    term: str
    maker: str
    key: str
    source: str
    model: str = ""
    needs_reboot: bool = False

    def is_of(self, maker: str, model: str) -> bool:
        """Return whether a station of this maker and model has this key; case, spaces and hyphens aside."""
        return plain_make(self.maker) == plain_make(maker) and plain_make(self.model) in ("", plain_make(model))


def plain_make(name: str) -> str:
    """Return a maker's or model's name as it is told apart: letters and digits, without case."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


MAKER_KEYS: Final = (
    MakerKey(term="csms_url", maker="EVerest", key="CentralSystemURI", source="EVerest/libocpp#393", needs_reboot=True),
    MakerKey(term="csms_url", maker="Growatt", key="G_ServerURL", source="lbbrhzn/ocpp#1293", needs_reboot=True),
    MakerKey(term="max_current_a", maker="Growatt", key="G_MaxCurrent", source="lbbrhzn/ocpp#1293"),
    MakerKey(
        term="max_current_a",
        maker="Wallbox",
        key="chargingALimitConn1",
        source="ConnectorIO/connectorio-addons#155",
    ),
)
"""What another maker teaches is a new row. Where nothing is known a term is unsupported, and a raw key may say it."""
