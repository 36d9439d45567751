"""What is asked for on this machine alone: rows with neither a page nor a place in the table of capabilities.

Their commands (`kreiswatt backup`, `kreiswatt restore`) speak to a running service as
`local:<os user>`, a name that no person and no program has.
"""

from __future__ import annotations

from core.people import Actor, Role
from operations.table import Capability

LOCAL_ROWS: dict[str, Capability] = {
    "backup.write": Capability(
        "operations.upkeep.backup:write_backup", Role.ADMIN, changes=True, whole=True, long=True
    ),
    "backup.prove": Capability("operations.upkeep.proof:prove_stores", Role.ADMIN, changes=True, whole=True, long=True),
}


def is_local(actor: Actor) -> bool:
    """Return whether an actor is who owns the service's files."""
    return actor.name.startswith("local:")
