"""What Grafana gets: dashboards, alert rules and whom they are told to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.errors import UnavailableError
from dashboards.alerting import groups
from dashboards.pushing.outcomes import Content
from dashboards.registry import build_all
from dashboards.settings import GrafanaSettings
from operations.house import House

CONTACT_POINT: Final = "Kreiswatt"


def settings_of(house: House) -> GrafanaSettings:
    """Return the settings. Raises `UnavailableError` where this process has none."""
    if house.grafana is None:
        raise UnavailableError("grafana.no_settings")
    return house.grafana


def reachable(house: House) -> GrafanaSettings:
    """Return the settings of a Grafana that can be asked. Raises `UnavailableError` where none is set up."""
    settings = settings_of(house)
    if not settings.url:
        raise UnavailableError("grafana.not_set_up")
    return settings


def content_of(settings: GrafanaSettings, console_url: str = "") -> Content:
    """Return all that a Grafana with these settings gets; with the console's address alerts lead back into it."""
    receiver = CONTACT_POINT if settings.mail else ""
    return Content(
        boards=boards_in(settings, console_url),
        groups=groups(settings.language, settings.source.uid, receiver=receiver, console_url=console_url),
        contact_points=_contact_points(settings),
    )


def boards_in(settings: GrafanaSettings, console_url: str = "") -> Mapping[str, dict[str, Any]]:
    """Return the dashboards by their uid, with links to the console at an address."""
    return build_all(settings.language, console_url, settings.source.name, settings.source.uid)


def count_rules(content: Content) -> int:
    """Return how many alert rules there are."""
    return sum(len(group["rules"]) for group in content.groups.values())


def _contact_points(settings: GrafanaSettings) -> list[dict[str, Any]]:
    if not settings.mail:
        return []
    addresses = {"addresses": ";".join(settings.mail), "singleEmail": True}
    return [{"uid": "kw-mail", "name": CONTACT_POINT, "type": "email", "settings": addresses}]
