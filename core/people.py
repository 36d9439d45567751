"""Who acts: roles, their rank, and the sites they may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person or a program may do. `viewer` reads; `admin` may do everything."""

    VIEWER = "viewer"
    FACILITY = "facility"
    FLEET = "fleet"
    OPERATOR = "operator"
    ADMIN = "admin"


_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.VIEWER: frozenset({Role.VIEWER}),
    Role.FACILITY: frozenset({Role.VIEWER, Role.FACILITY}),
    Role.FLEET: frozenset({Role.VIEWER, Role.FLEET}),
    Role.OPERATOR: frozenset({Role.VIEWER, Role.OPERATOR}),
    Role.ADMIN: frozenset(Role),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: `name` as the audit shows it (`anna`, `token:grafana`, `local:root`, `job:intervals`).

    `sites` limits what is seen and changed to these site ids; None means all sites.
    """

    name: str
    role: Role
    sites: frozenset[str] | None = None

    def may(self, role: Role) -> bool:
        """Return whether the actor's role includes `role`."""
        return role in _INCLUDES[self.role]

    def sees(self, site: str | None) -> bool:
        """Return whether the actor may see a thing at `site`; things without a site need the full scope."""
        return self.sites is None or (site is not None and site in self.sites)
