"""Which settings of charge points are secrets: their values are never kept, shown or logged."""

from __future__ import annotations

from typing import Final

SECRET_SETTINGS: Final = frozenset({"authorizationkey", "basicauthpassword"})
"""Names in lower case: AuthorizationKey of OCPP 1.6, BasicAuthPassword of 2.x."""


def is_secret_setting(name: str) -> bool:
    """Return whether a setting, named as `core.variable_names` says or as on the wire, is a secret."""
    bare = name.rpartition("/")[2].partition("[")[0].partition(":")[0]
    return bare.strip().casefold() in SECRET_SETTINGS
