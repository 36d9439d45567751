"""Where each capability is found in the console, and the menu."""

from __future__ import annotations

from dataclasses import dataclass

from core.people import Actor
from operations.table import CAPABILITIES

PLACES: dict[str, str] = {
    "overview.show": "/",
    "sites.list": "/sites",
    "sites.show": "/sites/{id}",
    "meters.list": "/meters",
    "meters.show": "/meters/{id}",
    "meters.bookings": "/meters/{id}/bookings",
    "meters.gaps": "/meters/{id}/gaps",
    "meters.proposals": "/proposals",
    "meters.preview": "/meters/{id}/book/{kind}",
    "meters.exchange": "/meters/{id}/book/{kind}",
    "meters.read": "/meters/{id}/book/{kind}",
    "meters.reset": "/meters/{id}/book/{kind}",
    "meters.rollover": "/meters/{id}/book/{kind}",
    "meters.correct": "/meters/{id}/book/{kind}",
    "meters.withdraw": "/bookings/{id}/withdraw",
    "meters.withdrawal": "/bookings/{id}/withdraw",
    "meters.accept": "/proposals/{id}/accept",
    "meters.dismiss": "/proposals/{id}/dismiss",
    "meters.link": "/meters/{id}/link",
    "meters.unlink": "/meters/{id}/unlink",
    "meters.sheet": "/sites/{id}/sheet",
    "intervals.recompute": "/meters/{id}/recompute",
    "meters.discover": "/discover",
    "imports.list": "/imports",
    "imports.show": "/imports/{id}",
    "imports.look": "/imports/files/{upload}",
    "imports.preview": "/imports/files/{upload}/try",
    "imports.run": "/imports/files/{upload}/run",
    "imports.withdraw": "/imports/{id}/withdraw",
    "mappings.list": "/mappings",
    "mappings.show": "/mappings/{name}",
    "mappings.save": "/mappings",
    "meters.decode": "/decode",
    "factors.list": "/factors",
    "factors.show": "/factors/{id}",
    "laws.list": "/laws",
    "laws.show": "/laws/{id}",
    "calc.savings": "/calc/savings",
    "calc.thg": "/calc/thg",
    "calc.clean_vehicles": "/calc/clean-vehicles",
    "calc.shares": "/calc/shares",
    "totals.show": "/totals/{id}",
    "totals.freeze": "/totals/{id}/freeze",
    "loads.show": "/loads/{id}",
    "peaks.show": "/loads/{id}",
    "baseload.show": "/loads/{id}",
    "loadmap.show": "/loads/{id}",
    "balance.show": "/balance/{id}",
    "balance.freeze": "/balance/{id}/freeze",
    "metering.show": "/balance/{id}",
    "pv.show": "/balance/{id}",
    "plants.list": "/plants",
    "plants.show": "/plants/{id}",
    "plants.import": "/plants/register",
    "municipalities.list": "/municipalities",
    "municipalities.show": "/municipalities/{id}",
    "boundaries.list": "/boundaries",
    "boundaries.show": "/boundaries/{id}",
    "boundaries.import": "/boundaries",
    "boundaries.withdraw": "/boundaries/{id}/withdraw",
    "shares.areas": "/areas",
    "shares.list": "/shares",
    "shares.show": "/shares/{id}",
    "shares.history": "/shares/{id}",
    "shares.settle": "/shares/settle",
    "shares.payments": "/shares/payments",
    "shares.export": "/reports/make",
    "shares.publish": "/reports/make",
    "shares.use_of_funds": "/shares/uses/{id}",
    "shares.book_use": "/shares/uses/{id}",
    "shares.withdraw_use": "/shares/uses/{id}/withdraw",
    "feed_in.list": "/feed-in",
    "feed_in.show": "/feed-in/{id}",
    "feed_in.revenue": "/own-plants",
    "feed_in.add": "/feed-in",
    "feed_in.withdraw": "/feed-in/{id}/withdraw",
    "feed_in.import": "/feed-in/import",
    "prices.list": "/feed-in",
    "prices.import": "/feed-in/prices",
    "intensity.list": "/intensity",
    "intensity.show": "/intensity/{id}",
    "intensity.import": "/intensity",
    "costs.show": "/costs/{id}",
    "budgets.show": "/budgets",
    "compare.show": "/compare/{id}",
    "benchmark.show": "/benchmark",
    "weather.show": "/weather/{id}",
    "weather.import": "/weather/{id}/import",
    "bills.list": "/bills",
    "bills.show": "/bills/{id}",
    "bills.add": "/bills",
    "bills.withdraw": "/bills/{id}/withdraw",
    "voucher_mappings.list": "/voucher-mappings",
    "voucher_mappings.show": "/voucher-mappings/{name}",
    "voucher_mappings.save": "/voucher-mappings",
    "vouchers.list": "/vouchers",
    "vouchers.add": "/vouchers",
    "vouchers.withdraw": "/vouchers/{id}/withdraw",
    "report.list": "/reports",
    "report.energy": "/reports/make",
    "report.carriers": "/reports/make",
    "report.fleet": "/reports/make",
    "actions.list": "/actions",
    "actions.add": "/actions",
    "actions.change": "/actions/{id}/done",
    "sendings.list": "/sendings",
    "sendings.resend": "/sendings/{id}/resend",
    "sendings.settle": "/sendings/{id}/settle",
    "savings.export": "/reports/make",
    "exports.readings": "/reports/make",
    "exports.intervals": "/reports/make",
    "explain.show": "/explain/{figure}",
    "stations.list": "/stations",
    "stations.show": "/stations/{id}",
    "stations.events": "/stations/{id}/events",
    "stations.local_list": "/stations/{id}/cards",
    "stations.sync_list": "/stations/{id}/cards",
    "reliability.show": "/reliability",
    "reliability.faults": "/reliability/faults",
    "quirks.list": "/quirks",
    "maintenance.list": "/maintenance",
    "maintenance.add": "/maintenance",
    "maintenance.cancel": "/maintenance/{id}/cancel",
    "tags.list": "/tags",
    "tags.show": "/tags/{id}",
    "tags.unknown": "/tags",
    "tags.add": "/tags",
    "tags.assign": "/tags/{id}/assign",
    "tags.import": "/tags/import",
    "tags.block": "/tags/{id}/block",
    "tags.unblock": "/tags/{id}/unblock",
    "stations.rebuild": "/stations/{id}/rebuild",
    "sessions.list": "/sessions",
    "sessions.show": "/sessions/{id}",
    "sessions.correct": "/sessions/{id}/book/correct",
    "sessions.split": "/sessions/{id}/book/split",
    "sessions.merge": "/sessions/{id}/book/merge",
    "sessions.void": "/sessions/{id}/book/void",
    "sessions.undo": "/session-bookings/{id}/undo",
    "sessions.assign": "/sessions/{id}/assign",
    "vehicles.list": "/vehicles",
    "vehicles.show": "/vehicles/{id}",
    "vehicles.days": "/vehicles/{id}/days",
    "vehicles.bookings": "/vehicles/{id}/odometer",
    "vehicles.read": "/vehicles/{id}/read",
    "vehicles.exchange": "/vehicles/{id}/exchange",
    "vehicles.withdraw": "/vehicles/{id}/withdraw",
    "vehicles.link": "/vehicles/{id}/link",
    "vehicles.unlink": "/vehicles/{id}/unlink",
    "vehicles.candidates": "/candidates",
    "vehicles.infrastructure": "/infrastructure",
    "vehicles.scenario": "/scenario",
    "vehicles.costs": "/fleet-costs",
    "savings.show": "/savings",
    "inventory.list": "/inventory",
    "inventory.history": "/inventory/history",
    "inventory.show": "/inventory/{id}",
    "inventory.add": "/inventory/new",
    "inventory.change": "/inventory/{id}/change",
    "inventory.end": "/inventory/{id}/end",
    "inventory.undo": "/inventory/history/{id}/undo",
    "rejections.list": "/rejections",
    "rejections.show": "/rejections/{id}",
    "rejections.replay": "/rejections/replay",
    "discoveries.list": "/discoveries",
    "alarms.list": "/alarms",
    "alarms.show": "/alarms/{id}",
    "alarms.acknowledge": "/alarms/{id}/acknowledge",
    "alarms.history": "/alarms/history",
    "alarms.kinds": "/alarms/kinds",
    "quality.list": "/quality",
    "notify.list": "/notify",
    "notify.test": "/notify/{name}/test",
    "jobs.list": "/jobs",
    "jobs.history": "/jobs/history",
    "jobs.run": "/jobs/run",
    "jobs.cancel": "/jobs/{id}/cancel",
    "health.show": "/health",
    "users.list": "/users",
    "users.show": "/users/{name}",
    "users.add": "/users",
    "users.change": "/users/{name}",
    "users.disable": "/users/{name}/disable",
    "users.link": "/users/{name}/link",
    "users.password": "/account",
    "tokens.list": "/tokens",
    "tokens.add": "/tokens",
    "tokens.revoke": "/tokens/{name}/revoke",
    "privacy.report": "/privacy",
    "privacy.export": "/privacy/export",
    "privacy.erase": "/privacy/erase",
    "audit.list": "/audit",
    "audit.verify": "/audit/verify",
}
"""The path that shows a capability's result (GET) or carries it out (POST, for what changes or takes long)."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the menu, shown to those who may call `capability`."""

    path: str
    title: str
    capability: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of the menu that belong together."""

    title: str
    links: tuple[Link, ...]


MENU: tuple[Group, ...] = (
    Group(
        "console.menu.operation",
        (
            Link("/", "console.overview.title", "overview.show"),
            Link("/alarms", "console.alarms.title", "alarms.list"),
            Link("/quality", "console.data_quality.title", "quality.list"),
            Link("/sessions", "console.sessions.title", "sessions.list"),
            Link("/reliability", "reliability.title", "reliability.show"),
            Link("/maintenance", "reliability.maintenance_title", "maintenance.list"),
        ),
    ),
    Group(
        "console.menu.buildings",
        (
            Link("/budgets", "console.budgets.title", "budgets.show"),
            Link("/bills", "console.bills.title", "bills.list"),
            Link("/benchmark", "console.benchmark.title", "benchmark.show"),
        ),
    ),
    Group(
        "console.menu.fleet",
        (
            Link("/savings", "console.savings.title", "savings.show"),
            Link("/fleet-costs", "fleet_costs.title", "vehicles.costs"),
            Link("/candidates", "candidates.title", "vehicles.candidates"),
            Link("/infrastructure", "infrastructure.title", "vehicles.infrastructure"),
            Link("/scenario", "scenario.title", "vehicles.scenario"),
            Link("/vouchers", "vouchers.title", "vouchers.list"),
            Link("/actions", "actions.title", "actions.list"),
        ),
    ),
    Group(
        "console.menu.renewables",
        (
            Link("/plants", "plants.title", "plants.list"),
            Link("/municipalities", "plants.municipalities", "municipalities.list"),
            Link("/feed-in", "feed_in.title", "feed_in.list"),
            Link("/own-plants", "feed_in.own_title", "feed_in.revenue"),
            Link("/shares", "shares.title", "shares.list"),
            Link("/areas", "shares_areas.title", "shares.areas"),
            Link("/boundaries", "boundaries.title", "boundaries.list"),
            Link("/laws", "laws.title", "laws.list"),
        ),
    ),
    Group(
        "console.menu.evidence",
        (
            Link("/reports", "console.reports.title", "report.list"),
            Link("/sendings", "sendings.title", "sendings.list"),
            Link("/explain", "console.explain.title", "explain.show"),
            Link("/calc", "calc.title", "calc.savings"),
            Link("/factors", "factors.title", "factors.list"),
            Link("/intensity", "console.intensity.title", "intensity.list"),
        ),
    ),
    Group(
        "console.menu.inventory",
        (
            Link("/sites", "console.sites.title", "sites.list"),
            Link("/meters", "console.meters.title", "meters.list"),
            Link("/stations", "console.stations.title", "stations.list"),
            Link("/vehicles", "console.vehicles.title", "vehicles.list"),
            Link("/tags", "tags.title", "tags.list"),
            Link("/inventory", "console.entries.title", "inventory.list"),
        ),
    ),
    Group(
        "console.menu.inbox",
        (
            Link("/proposals", "console.proposals.title", "meters.proposals"),
            Link("/imports", "console.imports.title", "imports.list"),
            Link("/rejections", "console.rejections.title", "rejections.list"),
            Link("/discoveries", "console.discoveries.title", "discoveries.list"),
            Link("/discover", "console.discover.title", "meters.discover"),
            Link("/decode", "console.decode.title", "meters.decode"),
        ),
    ),
    Group(
        "console.menu.administration",
        (
            Link("/users", "console.users.title", "users.list"),
            Link("/tokens", "console.tokens.title", "tokens.list"),
            Link("/privacy", "console.privacy.title", "privacy.report"),
            Link("/audit", "console.audit.title", "audit.list"),
            Link("/notify", "console.notify.title", "notify.list"),
            Link("/jobs", "console.jobs.title", "jobs.list"),
            Link("/health", "console.health.title", "health.show"),
        ),
    ),
)


def menu_of(actor: Actor) -> tuple[Group, ...]:
    """Return the menu without what the actor may not open."""
    groups = (Group(group.title, tuple(link for link in group.links if may(actor, link.capability))) for group in MENU)
    return tuple(group for group in groups if group.links)


def may(actor: Actor, capability: str) -> bool:
    """Return whether the actor may call a capability at all."""
    return CAPABILITIES[capability].admits(actor)


def path_of(source: str) -> str:
    """Return the page of the thing that a source id names, e.g. `/meters/schule-a-strom`."""
    kind, _, name = source.partition(":")
    return f"/{kind}s/{name.partition('/')[0]}"
