"""All capabilities, one row each. REST routes, commands and the reference page are generated from it.

Rows hold names: importing the table imports no capability. A row `meters.list` is
`GET /api/v1/meters` and `kreiswatt meters list`. The function's annotations name its request
and its result; texts are `capability.<row>` and `option.<field>` in `operations.po`.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import Field, dataclass, fields
from functools import cached_property
from importlib import import_module
from typing import Any, get_type_hints

from core.people import Actor, Role


@dataclass(frozen=True)
class Capability:
    """One thing Kreiswatt can do: `function` as `module:name`, and who may ask for it.

    `changes` rows are written to the audit. `whole` rows concern the whole district and are
    refused to actors limited to some sites. `long` rows report progress and can be cancelled.
    `others` are roles that may ask besides `role`. A row that stands `alone` is the only one of its
    subject, whose name is the whole command: `explain.show` is `kreiswatt explain`.
    """

    function: str
    role: Role = Role.VIEWER
    changes: bool = False
    whole: bool = False
    long: bool = False
    others: tuple[Role, ...] = ()
    alone: bool = False

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return all roles that may ask."""
        return (self.role, *self.others)

    def admits(self, actor: Actor) -> bool:
        """Return whether the actor may ask at all."""
        return any(actor.may(role) for role in self.roles) and not (self.whole and actor.sites is not None)

    @cached_property
    def run(self) -> Callable[..., Awaitable[Any]]:
        """Return the function itself, which takes house, request and call."""
        module, _, name = self.function.partition(":")
        found: Callable[..., Awaitable[Any]] = getattr(import_module(module), name)
        return found

    @cached_property
    def request(self) -> type[Any]:
        """Return the dataclass the function takes."""
        request: type[Any] = self._hints()[1]
        return request

    @cached_property
    def result(self) -> Any:
        """Return the type of what the function gives back."""
        return self._hints()[-1]

    @property
    def fields(self) -> tuple[Field[Any], ...]:
        """Return the request's fields in their order."""
        return fields(self.request)

    @property
    def key(self) -> str | None:
        """Return the name of the field that says which thing is meant, None if there is none."""
        return next((field.name for field in self.fields if field.name in ("id", "name", "figure")), None)

    def _hints(self) -> tuple[Any, ...]:
        module = sys.modules[self.run.__module__]
        return tuple(get_type_hints(self.run, vars(module), include_extras=True).values())


_KEEPERS: Any = {"role": Role.FACILITY, "others": (Role.FLEET, Role.OPERATOR)}
"""Who keeps some kind of entry; which, says `operations.keepers.KEEPERS`."""

CAPABILITIES: dict[str, Capability] = {
    "overview.show": Capability("operations.overview:show_overview"),
    "sites.list": Capability("operations.sites:list_sites"),
    "sites.show": Capability("operations.sites:show_site"),
    "meters.list": Capability("operations.meters:list_meters"),
    "meters.show": Capability("operations.meters:show_meter"),
    "meters.bookings": Capability("operations.bookings:list_bookings"),
    "meters.gaps": Capability("operations.meter_gaps:list_gaps"),
    "meters.proposals": Capability("operations.proposals:list_proposals"),
    "meters.preview": Capability("operations.meter_life:preview_booking", Role.FACILITY),
    "meters.exchange": Capability("operations.meter_life:exchange_meter", Role.FACILITY, changes=True),
    "meters.read": Capability("operations.meter_life:read_meter", Role.FACILITY, changes=True),
    "meters.reset": Capability("operations.meter_life:reset_meter", Role.FACILITY, changes=True),
    "meters.rollover": Capability("operations.meter_life:roll_over_meter", Role.FACILITY, changes=True),
    "meters.correct": Capability("operations.meter_life:correct_meter", Role.FACILITY, changes=True),
    "meters.withdraw": Capability("operations.bookings:withdraw_booking", Role.FACILITY, changes=True),
    "meters.accept": Capability("operations.proposals:accept_proposal", Role.FACILITY, changes=True),
    "meters.dismiss": Capability("operations.proposals:dismiss_proposal", Role.FACILITY, changes=True),
    "meters.link": Capability("operations.reading_links:link_meter", Role.FACILITY, changes=True),
    "meters.unlink": Capability("operations.reading_links:unlink_meter", Role.FACILITY, changes=True),
    "meters.sheet": Capability("operations.reading_links:sheet_of_site", Role.FACILITY, changes=True),
    "meters.discover": Capability("operations.detective:discover_devices", whole=True, long=True, **_KEEPERS),
    "imports.list": Capability("operations.imports:list_imports"),
    "imports.show": Capability("operations.imports:show_import"),
    "imports.look": Capability("operations.imports:look_at_file", Role.FACILITY),
    "imports.preview": Capability("operations.imports:preview_import", Role.FACILITY, long=True),
    "imports.run": Capability("operations.imports:run_import", Role.FACILITY, changes=True, long=True),
    "imports.withdraw": Capability("operations.imports:withdraw_import", Role.FACILITY, changes=True),
    "mappings.list": Capability("operations.file_mappings:list_mappings", Role.FACILITY),
    "mappings.show": Capability("operations.file_mappings:show_mapping", Role.FACILITY),
    "mappings.save": Capability("operations.file_mappings:save_mapping", Role.FACILITY, changes=True),
    "meters.decode": Capability("operations.decoding:decode_payload", Role.OPERATOR),
    "stations.list": Capability("operations.stations:list_stations"),
    "stations.show": Capability("operations.stations:show_station"),
    "sessions.list": Capability("operations.sessions:list_sessions"),
    "sessions.show": Capability("operations.sessions:show_session"),
    "vehicles.list": Capability("operations.vehicles:list_vehicles"),
    "vehicles.show": Capability("operations.vehicles:show_vehicle"),
    "totals.show": Capability("operations.totals:show_totals"),
    "totals.freeze": Capability("operations.totals:freeze_totals", Role.FACILITY, changes=True),
    "loads.show": Capability("operations.loads:show_loads", alone=True),
    "peaks.show": Capability("operations.loads:show_peaks", alone=True),
    "baseload.show": Capability("operations.loads:show_base_load", alone=True),
    "loadmap.show": Capability("operations.loads:show_load_map", alone=True),
    "balance.show": Capability("operations.balance:show_balance", alone=True),
    "metering.show": Capability("operations.metering:show_metering", alone=True),
    "exports.readings": Capability("operations.exports:export_readings", long=True),
    "exports.intervals": Capability("operations.exports:export_intervals", long=True),
    "costs.show": Capability("operations.costs:show_costs", alone=True),
    "budgets.show": Capability("operations.budgets:show_budgets", alone=True),
    "compare.show": Capability("operations.compare:show_comparison", alone=True),
    "benchmark.show": Capability("operations.benchmark:show_benchmark", alone=True),
    "weather.show": Capability("operations.weather:show_weather"),
    "weather.import": Capability("operations.weather:import_weather", Role.FACILITY, changes=True, whole=True),
    "bills.add": Capability("operations.bills:add_bill", Role.FACILITY, changes=True),
    "bills.list": Capability("operations.bills:list_bills"),
    "bills.show": Capability("operations.bills:show_bill"),
    "bills.withdraw": Capability("operations.bills:withdraw_bill", Role.FACILITY, changes=True),
    "report.list": Capability("operations.reports:list_reports"),
    "report.energy": Capability("operations.reports:make_energy_report", Role.FACILITY, changes=True, long=True),
    "report.carriers": Capability(
        "operations.carrier_report:make_carriers", Role.FACILITY, changes=True, whole=True, long=True
    ),
    "explain.show": Capability("operations.explain:explain_figure", alone=True),
    "intervals.recompute": Capability("operations.recomputing:recompute_intervals", changes=True, **_KEEPERS),
    "inventory.list": Capability("operations.inventory:list_entries", **_KEEPERS),
    "inventory.history": Capability("operations.inventory:list_changes", **_KEEPERS),
    "inventory.show": Capability("operations.inventory:show_entry", **_KEEPERS),
    "inventory.add": Capability("operations.inventory:add_entry", changes=True, **_KEEPERS),
    "inventory.change": Capability("operations.inventory:change_entry", changes=True, **_KEEPERS),
    "inventory.end": Capability("operations.inventory:end_entry", changes=True, **_KEEPERS),
    "inventory.undo": Capability("operations.inventory:undo_change", changes=True, **_KEEPERS),
    "rejections.list": Capability("operations.rejections:list_rejections", Role.OPERATOR, whole=True),
    "rejections.show": Capability("operations.rejections:show_rejection", Role.OPERATOR, whole=True),
    "rejections.replay": Capability(
        "operations.replay:replay_rejections", Role.OPERATOR, changes=True, whole=True, long=True
    ),
    "discoveries.list": Capability("operations.discoveries:list_discoveries", Role.OPERATOR, whole=True),
    "alarms.list": Capability("operations.alarms:list_alarms"),
    "alarms.show": Capability("operations.alarms:show_alarm"),
    "alarms.acknowledge": Capability("operations.alarms:acknowledge_alarm", changes=True, **_KEEPERS),
    "alarms.history": Capability("operations.alarms:list_past_alarms"),
    "alarms.kinds": Capability("operations.alarms:list_alarm_kinds"),
    "quality.list": Capability("operations.quality:list_quality"),
    "notify.list": Capability("operations.notifying:list_recipients", Role.OPERATOR, whole=True),
    "notify.test": Capability("operations.notifying:test_recipient", Role.ADMIN, changes=True, whole=True),
    "jobs.list": Capability("operations.jobs:list_jobs", Role.OPERATOR, whole=True),
    "jobs.history": Capability("operations.jobs:list_runs", Role.OPERATOR, whole=True),
    "jobs.run": Capability("operations.jobs:run_job", Role.OPERATOR, changes=True, whole=True, long=True),
    "jobs.cancel": Capability("operations.jobs:cancel_run", Role.OPERATOR, changes=True, whole=True),
    "health.show": Capability("operations.health:show_health", whole=True),
    "users.list": Capability("operations.users:list_users", Role.ADMIN, whole=True),
    "users.show": Capability("operations.users:show_user", Role.ADMIN, whole=True),
    "users.add": Capability("operations.users:add_user", Role.ADMIN, changes=True, whole=True),
    "users.change": Capability("operations.users:change_user", Role.ADMIN, changes=True, whole=True),
    "users.disable": Capability("operations.users:disable_user", Role.ADMIN, changes=True, whole=True),
    "users.link": Capability("operations.users:link_user", Role.ADMIN, changes=True, whole=True),
    "users.password": Capability("operations.users:set_own_password", changes=True),
    "tokens.list": Capability("operations.tokens:list_tokens", Role.ADMIN, whole=True),
    "tokens.add": Capability("operations.tokens:add_token", Role.ADMIN, changes=True, whole=True),
    "tokens.revoke": Capability("operations.tokens:revoke_token", Role.ADMIN, changes=True, whole=True),
    "audit.list": Capability("operations.audit:list_audit", Role.ADMIN, whole=True),
    "audit.verify": Capability("operations.audit:verify_audit", Role.ADMIN, whole=True, long=True),
}
