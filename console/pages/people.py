"""What the pages about people and programs share: scopes and roles in forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.datastructures import FormData

from console.pages.visit import Visit
from core.people import Role


async def scope(visit: Visit) -> dict[str, Any]:
    """Return what templates need for roles and scopes: all sites, all roles, and the names of sites."""
    sites = (await visit.ask("sites.list", limit=500)).items
    return {"sites": sites, "roles": list(Role), "site_names": _names({site.id: site.name for site in sites})}


def sites_given(form: FormData) -> tuple[str, ...]:
    """Return the sites that are ticked; none means no limit."""
    return tuple(str(site) for site in form.getlist("sites"))


def _names(known: dict[str, str]) -> Callable[[Sequence[str]], list[str]]:
    def names(sites: Sequence[str]) -> list[str]:
        return [known.get(site, site) for site in sites]

    return names
