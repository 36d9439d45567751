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
    subject, whose name is the whole command: `explain.show` is `kreiswatt explain`. A row `apart` needs
    nothing but factors: its command asks no service and opens no stores.
    """

    function: str
    role: Role = Role.VIEWER
    changes: bool = False
    whole: bool = False
    long: bool = False
    others: tuple[Role, ...] = ()
    alone: bool = False
    apart: bool = False

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

_IMPORTERS: Any = {"role": Role.FACILITY, "others": (Role.FLEET,)}
"""Who imports files: of readings the one, of papers about vehicles the other."""

CAPABILITIES: dict[str, Capability] = {
    "overview.show": Capability("operations.overview:show_overview"),
    "sites.list": Capability("operations.sites:list_sites"),
    "sites.show": Capability("operations.sites:show_site"),
    "meters.list": Capability("operations.metering.meters:list_meters"),
    "meters.show": Capability("operations.metering.meters:show_meter"),
    "meters.bookings": Capability("operations.metering.bookings:list_bookings"),
    "meters.gaps": Capability("operations.metering.gaps:list_gaps"),
    "meters.proposals": Capability("operations.metering.proposals:list_proposals"),
    "meters.preview": Capability("operations.metering.life:preview_booking", Role.FACILITY),
    "meters.exchange": Capability("operations.metering.life:exchange_meter", Role.FACILITY, changes=True),
    "meters.read": Capability("operations.metering.life:read_meter", Role.FACILITY, changes=True),
    "meters.reset": Capability("operations.metering.life:reset_meter", Role.FACILITY, changes=True),
    "meters.rollover": Capability("operations.metering.life:roll_over_meter", Role.FACILITY, changes=True),
    "meters.correct": Capability("operations.metering.life:correct_meter", Role.FACILITY, changes=True),
    "meters.withdrawal": Capability("operations.metering.bookings:preview_withdrawal", Role.FACILITY),
    "meters.withdraw": Capability("operations.metering.bookings:withdraw_booking", Role.FACILITY, changes=True),
    "meters.accept": Capability("operations.metering.proposals:accept_proposal", Role.FACILITY, changes=True),
    "meters.dismiss": Capability("operations.metering.proposals:dismiss_proposal", changes=True, **_KEEPERS),
    "meters.link": Capability("operations.metering.links:link_meter", Role.FACILITY, changes=True),
    "meters.unlink": Capability("operations.metering.links:unlink_meter", Role.FACILITY, changes=True),
    "meters.sheet": Capability("operations.metering.links:sheet_of_site", Role.FACILITY, changes=True),
    "meters.discover": Capability("operations.arrivals.detective:discover_devices", whole=True, long=True, **_KEEPERS),
    "imports.list": Capability("operations.arrivals.imports:list_imports"),
    "imports.show": Capability("operations.arrivals.imports:show_import"),
    "imports.look": Capability("operations.arrivals.imports:look_at_file", **_IMPORTERS),
    "imports.preview": Capability("operations.arrivals.imports:preview_import", **_IMPORTERS, long=True),
    "imports.run": Capability("operations.arrivals.imports:run_import", **_IMPORTERS, changes=True, long=True),
    "imports.withdraw": Capability(
        "operations.arrivals.imports:withdraw_import", Role.FACILITY, others=(Role.FLEET, Role.OPERATOR), changes=True
    ),
    "mappings.list": Capability("operations.arrivals.file_mappings:list_mappings", **_IMPORTERS),
    "mappings.show": Capability("operations.arrivals.file_mappings:show_mapping", Role.FACILITY),
    "mappings.save": Capability("operations.arrivals.file_mappings:save_mapping", Role.FACILITY, changes=True),
    "meters.decode": Capability("operations.arrivals.decoding:decode_payload", Role.OPERATOR),
    "stations.list": Capability("operations.stations.listing:list_stations"),
    "stations.show": Capability("operations.stations.listing:show_station"),
    "stations.start": Capability("operations.stations.commands:start", Role.OPERATOR, changes=True),
    "stations.stop": Capability("operations.stations.commands:stop", Role.OPERATOR, changes=True),
    "stations.reset": Capability("operations.stations.commands:reset", Role.OPERATOR, changes=True),
    "stations.unlock": Capability("operations.stations.commands:unlock", Role.OPERATOR, changes=True),
    "stations.availability": Capability("operations.stations.commands:availability", Role.OPERATOR, changes=True),
    "stations.reserve": Capability("operations.stations.commands:reserve", Role.OPERATOR, changes=True),
    "stations.cancel_reservation": Capability(
        "operations.stations.commands:cancel_reservation", Role.OPERATOR, changes=True
    ),
    "stations.limit": Capability("operations.stations.commands:limit", Role.OPERATOR, changes=True),
    "stations.clear_limit": Capability("operations.stations.commands:clear_limit", Role.OPERATOR, changes=True),
    "stations.limits": Capability("operations.stations.commands:limits", Role.OPERATOR, changes=True),
    "stations.schedule": Capability("operations.stations.commands:schedule", Role.OPERATOR, changes=True),
    "stations.get": Capability("operations.stations.commands:get", Role.OPERATOR, changes=True),
    "stations.set": Capability("operations.stations.commands:change", Role.OPERATOR, changes=True),
    "stations.report": Capability("operations.stations.commands:report", Role.OPERATOR, changes=True),
    "stations.network_profile": Capability("operations.stations.commands:network_profile", Role.OPERATOR, changes=True),
    "stations.trigger": Capability("operations.stations.commands:trigger", Role.OPERATOR, changes=True),
    "stations.clear_cache": Capability("operations.stations.commands:clear_cache", Role.OPERATOR, changes=True),
    "stations.password": Capability("operations.stations.commands:change_password", Role.OPERATOR, changes=True),
    "stations.list_version": Capability("operations.stations.commands:list_version", Role.OPERATOR, changes=True),
    "stations.send_list": Capability("operations.stations.commands:send_list", Role.OPERATOR, changes=True),
    "stations.firmware": Capability("operations.stations.commands:update_firmware", Role.OPERATOR, changes=True),
    "stations.publish_firmware": Capability(
        "operations.stations.commands:publish_firmware", Role.OPERATOR, changes=True
    ),
    "stations.unpublish_firmware": Capability(
        "operations.stations.commands:unpublish_firmware", Role.OPERATOR, changes=True
    ),
    "stations.log": Capability("operations.stations.commands:log", Role.OPERATOR, changes=True),
    "stations.certificates": Capability("operations.stations.commands:certificates", Role.OPERATOR, changes=True),
    "stations.install_certificate": Capability(
        "operations.stations.commands:install_certificate", Role.OPERATOR, changes=True
    ),
    "stations.delete_certificate": Capability(
        "operations.stations.commands:delete_certificate", Role.OPERATOR, changes=True
    ),
    "stations.logs": Capability("operations.stations.logs:list_logs", Role.OPERATOR),
    "stations.fetch_log": Capability("operations.stations.logs:fetch_log", Role.OPERATOR, changes=True),
    "stations.delete_log": Capability("operations.stations.logs:delete_log", Role.OPERATOR, changes=True),
    "dashboards.show": Capability("operations.dashboards.showing:show_dashboards", Role.ADMIN, whole=True),
    "dashboards.build": Capability(
        "operations.dashboards.building:build_dashboards", Role.ADMIN, whole=True, long=True
    ),
    "dashboards.preview": Capability(
        "operations.dashboards.previewing:preview_dashboards", Role.ADMIN, whole=True, long=True
    ),
    "dashboards.diff": Capability("operations.dashboards.pushing:diff_dashboards", Role.ADMIN, whole=True),
    "dashboards.push": Capability(
        "operations.dashboards.pushing:push_dashboards", Role.ADMIN, changes=True, whole=True
    ),
    "firmware.add": Capability("operations.firmware.library:add_firmware", Role.OPERATOR, changes=True, whole=True),
    "firmware.list": Capability("operations.firmware.library:list_firmware", Role.OPERATOR),
    "firmware.show": Capability("operations.firmware.library:show_firmware", Role.OPERATOR),
    "firmware.remove": Capability(
        "operations.firmware.library:remove_firmware", Role.OPERATOR, changes=True, whole=True
    ),
    "adoption.open": Capability("operations.adoption.inviting:open_window", Role.OPERATOR, changes=True),
    "adoption.password": Capability("operations.adoption.inviting:make_invitation", Role.OPERATOR, changes=True),
    "adoption.close": Capability("operations.adoption.inviting:close_invitation", Role.OPERATOR, changes=True),
    "adoption.list": Capability("operations.adoption.inviting:list_newcomers", Role.OPERATOR),
    "rollouts.start": Capability("operations.rollouts.running:start_rollout", Role.OPERATOR, changes=True),
    "rollouts.list": Capability("operations.rollouts.running:list_rollouts", Role.OPERATOR),
    "rollouts.show": Capability("operations.rollouts.running:show_rollout", Role.OPERATOR),
    "rollouts.pause": Capability("operations.rollouts.running:pause_rollout", Role.OPERATOR, changes=True),
    "rollouts.resume": Capability("operations.rollouts.running:resume_rollout", Role.OPERATOR, changes=True),
    "rollouts.cancel": Capability("operations.rollouts.running:cancel_rollout", Role.OPERATOR, changes=True),
    "rollouts.reverse": Capability("operations.rollouts.running:reverse_rollout", Role.OPERATOR, changes=True),
    "certificates.list": Capability("operations.stations.held_certificates:list_certificates", Role.OPERATOR),
    "certificates.authority": Capability("operations.stations.held_certificates:show_authority", Role.OPERATOR),
    "stations.transfer": Capability("operations.stations.commands:transfer", Role.OPERATOR, changes=True),
    "stations.display": Capability("operations.stations.commands:display", Role.OPERATOR, changes=True),
    "stations.displayed": Capability("operations.stations.commands:displayed", Role.OPERATOR, changes=True),
    "stations.clear_display": Capability("operations.stations.commands:clear_display", Role.OPERATOR, changes=True),
    "stations.monitor": Capability("operations.stations.commands:monitor", Role.OPERATOR, changes=True),
    "stations.clear_monitor": Capability("operations.stations.commands:clear_monitor", Role.OPERATOR, changes=True),
    "stations.monitoring_base": Capability("operations.stations.commands:monitoring_base", Role.OPERATOR, changes=True),
    "stations.monitoring_level": Capability(
        "operations.stations.commands:monitoring_level", Role.OPERATOR, changes=True
    ),
    "stations.monitors": Capability("operations.stations.commands:monitors", Role.OPERATOR, changes=True),
    "stations.customer": Capability("operations.stations.commands:customer", Role.OPERATOR, changes=True),
    "stations.transaction": Capability("operations.stations.commands:transaction", Role.OPERATOR, changes=True),
    "stations.cost": Capability("operations.stations.commands:cost", Role.OPERATOR, changes=True),
    "stations.configuration": Capability("operations.stations.configuration:show_configuration", Role.OPERATOR),
    "commands.list": Capability("operations.stations.progress:list_commands", Role.OPERATOR),
    "commands.show": Capability("operations.stations.progress:show_command", Role.OPERATOR),
    "commands.cancel": Capability("operations.stations.progress:cancel_command", Role.OPERATOR, changes=True),
    "stations.profile": Capability("operations.configuring.planning:show_profile", Role.OPERATOR),
    "stations.plan": Capability("operations.configuring.planning:plan_stations", Role.OPERATOR, long=True),
    "stations.apply": Capability("operations.configuring.applying:apply_plan", Role.OPERATOR, changes=True, long=True),
    "stations.drift": Capability("operations.configuring.drifting:show_drift", Role.OPERATOR, long=True),
    "profiles.adopt": Capability("operations.configuring.keeping:adopt_drift", Role.OPERATOR, changes=True),
    "profiles.import": Capability(
        "operations.configuring.importing:import_profiles", Role.OPERATOR, changes=True, long=True
    ),
    "stations.events": Capability("operations.reliability.events:list_station_events"),
    "stations.local_list": Capability("operations.local_lists.sync:show_local_list", Role.OPERATOR),
    "stations.sync_list": Capability("operations.local_lists.sync:sync_local_list", Role.OPERATOR, changes=True),
    "reliability.show": Capability("operations.reliability.availability:show_reliability"),
    "reliability.faults": Capability("operations.reliability.faults:show_faults"),
    "quirks.list": Capability("operations.reliability.quirks:list_quirks"),
    "maintenance.list": Capability("operations.reliability.maintenance:list_maintenance"),
    "maintenance.add": Capability("operations.reliability.maintenance:add_maintenance", Role.OPERATOR, changes=True),
    "maintenance.cancel": Capability(
        "operations.reliability.maintenance:cancel_maintenance", Role.OPERATOR, changes=True
    ),
    "tags.list": Capability("operations.tags.cards:list_tags", Role.OPERATOR),
    "tags.unknown": Capability("operations.tags.cards:list_unknown_tags", Role.OPERATOR),
    "tags.add": Capability("operations.tags.cards:add_tag", Role.OPERATOR, changes=True),
    "tags.import": Capability("operations.tags.importing:import_tags", Role.OPERATOR, changes=True, whole=True),
    "tags.show": Capability("operations.tags.cards:show_tag", Role.OPERATOR),
    "tags.assign": Capability("operations.tags.cards:assign_tag", Role.OPERATOR, changes=True),
    "tags.block": Capability("operations.tags.cards:block_tag", Role.OPERATOR, changes=True),
    "tags.unblock": Capability("operations.tags.cards:unblock_tag", Role.OPERATOR, changes=True),
    "adoption.import": Capability("operations.adoption.importing:import_stations", Role.OPERATOR, changes=True),
    "stations.adopt": Capability("operations.adoption.adopting:adopt_station", Role.OPERATOR, changes=True),
    "stations.refuse": Capability("operations.adoption.adopting:refuse_station", Role.OPERATOR, changes=True),
    "stations.rebuild": Capability(
        "operations.charging.rebuilding:rebuild_sessions", Role.OPERATOR, changes=True, long=True
    ),
    "sessions.list": Capability("operations.sessions:list_sessions"),
    "sessions.show": Capability("operations.sessions:show_session"),
    "sessions.correct": Capability("operations.charging.corrections:correct_session", Role.OPERATOR, changes=True),
    "sessions.split": Capability("operations.charging.corrections:split_session", Role.OPERATOR, changes=True),
    "sessions.merge": Capability("operations.charging.corrections:merge_sessions", Role.OPERATOR, changes=True),
    "sessions.void": Capability("operations.charging.corrections:void_session", Role.OPERATOR, changes=True),
    "sessions.undo": Capability("operations.charging.corrections:undo_session_booking", Role.OPERATOR, changes=True),
    "sessions.import": Capability(
        "operations.charging.importing:import_sessions", Role.OPERATOR, changes=True, whole=True, long=True
    ),
    "sessions.assign": Capability(
        "operations.fleet.sessions:assign_session", Role.FLEET, changes=True, others=(Role.OPERATOR,)
    ),
    "vehicles.list": Capability("operations.vehicles:list_vehicles"),
    "vehicles.show": Capability("operations.vehicles:show_vehicle"),
    "vehicles.days": Capability("operations.fleet.vehicle_days:list_vehicle_days", Role.FLEET),
    "vehicles.bookings": Capability("operations.fleet.odometer:list_odometer_bookings", Role.FLEET),
    "vehicles.read": Capability("operations.fleet.odometer:read_odometer", Role.FLEET, changes=True),
    "vehicles.exchange": Capability("operations.fleet.odometer:exchange_odometer", Role.FLEET, changes=True),
    "vehicles.withdraw": Capability("operations.fleet.odometer:withdraw_odometer_booking", Role.FLEET, changes=True),
    "vehicles.link": Capability("operations.fleet.odometer:link_vehicle", Role.FLEET, changes=True),
    "vehicles.unlink": Capability("operations.fleet.odometer:unlink_vehicle", Role.FLEET, changes=True),
    "vouchers.list": Capability("operations.vouchers.vouchers:list_vouchers", Role.FLEET),
    "vouchers.add": Capability("operations.vouchers.vouchers:add_voucher", Role.FLEET, changes=True),
    "vouchers.withdraw": Capability("operations.vouchers.vouchers:withdraw_voucher", Role.FLEET, changes=True),
    "vehicles.candidates": Capability("operations.candidates.candidates:list_candidates", Role.FLEET),
    "vehicles.infrastructure": Capability("operations.candidates.infrastructure:show_infrastructure", Role.FLEET),
    "vehicles.scenario": Capability("operations.candidates.scenario:compare_scenarios", Role.FLEET),
    "vehicles.costs": Capability("operations.fleet.costs:list_fleet_costs", Role.FLEET),
    "voucher_mappings.list": Capability("operations.vouchers.mappings:list_voucher_mappings", Role.FLEET),
    "voucher_mappings.show": Capability("operations.vouchers.mappings:show_voucher_mapping", Role.FLEET),
    "voucher_mappings.save": Capability("operations.vouchers.mappings:save_voucher_mapping", Role.FLEET, changes=True),
    "savings.show": Capability("operations.savings.savings:show_savings", Role.FLEET),
    "savings.export": Capability("operations.savings.export:export_savings", Role.FLEET, long=True),
    "factors.list": Capability("operations.calc.factors:list_factors", apart=True),
    "factors.show": Capability("operations.calc.factors:show_factor", apart=True),
    "laws.list": Capability("operations.laws.laws:list_laws", apart=True),
    "laws.show": Capability("operations.laws.laws:show_law"),
    "pv.show": Capability("operations.roofs.pv:show_pv", alone=True),
    "intensity.list": Capability("operations.grid.intensity:list_intensity"),
    "intensity.show": Capability("operations.grid.intensity:show_intensity"),
    "intensity.import": Capability(
        "operations.grid.intensity:import_intensity", Role.FLEET, changes=True, whole=True, others=(Role.FACILITY,)
    ),
    "calc.savings": Capability("operations.calc.savings:calc_savings", apart=True),
    "calc.thg": Capability("operations.calc.thg:calc_thg", apart=True),
    "calc.clean_vehicles": Capability("operations.calc.clean_vehicles:calc_clean_vehicles", apart=True),
    "calc.shares": Capability("operations.calc.shares:calc_shares", apart=True),
    "totals.show": Capability("operations.intervals.totals:show_totals"),
    "totals.freeze": Capability("operations.intervals.totals:freeze_totals", Role.FACILITY, changes=True),
    "loads.show": Capability("operations.loads.shown:show_loads", alone=True),
    "peaks.show": Capability("operations.loads.shown:show_peaks", alone=True),
    "baseload.show": Capability("operations.loads.shown:show_base_load", alone=True),
    "loadmap.show": Capability("operations.loads.shown:show_load_map", alone=True),
    "balance.show": Capability("operations.balances.balance:show_balance"),
    "balance.freeze": Capability("operations.balances.freezing:freeze_balance", Role.FACILITY, changes=True),
    "metering.show": Capability("operations.balances.tree:show_metering", alone=True),
    "exports.readings": Capability("operations.reports.exports:export_readings", long=True),
    "exports.intervals": Capability("operations.reports.exports:export_intervals", long=True),
    "costs.show": Capability("operations.costs.cost:show_costs", alone=True),
    "budgets.show": Capability("operations.costs.budgets:show_budgets", alone=True),
    "compare.show": Capability("operations.costs.compare:show_comparison", alone=True),
    "benchmark.show": Capability("operations.costs.benchmark:show_benchmark", alone=True),
    "weather.show": Capability("operations.weather.shown:show_weather"),
    "weather.import": Capability("operations.weather.shown:import_weather", Role.FACILITY, changes=True, whole=True),
    "bills.add": Capability("operations.costs.bills:add_bill", Role.FACILITY, changes=True),
    "bills.list": Capability("operations.costs.bills:list_bills"),
    "bills.show": Capability("operations.costs.bills:show_bill"),
    "bills.withdraw": Capability("operations.costs.bills:withdraw_bill", Role.FACILITY, changes=True),
    "feed_in.list": Capability("operations.feed_in.statements:list_feed_in", Role.FACILITY, whole=True),
    "feed_in.show": Capability("operations.feed_in.shown:show_feed_in", Role.FACILITY, whole=True),
    "feed_in.add": Capability("operations.feed_in.statements:add_feed_in", Role.FACILITY, changes=True, whole=True),
    "feed_in.revenue": Capability("operations.feed_in.revenue:show_revenue", Role.FACILITY),
    "feed_in.withdraw": Capability(
        "operations.feed_in.statements:withdraw_feed_in", Role.FACILITY, changes=True, whole=True
    ),
    "feed_in.import": Capability(
        "operations.feed_in.importing:import_feed_in", Role.FACILITY, changes=True, whole=True
    ),
    "prices.list": Capability("operations.feed_in.price_import:list_prices"),
    "prices.import": Capability(
        "operations.feed_in.price_import:import_prices", Role.FACILITY, changes=True, whole=True
    ),
    "shares.list": Capability("operations.shares.shares:list_shares", whole=True),
    "shares.show": Capability("operations.shares.shares:show_shares", whole=True),
    "shares.history": Capability("operations.shares.history:list_share_history", whole=True),
    "shares.settle": Capability(
        "operations.shares.job:settle_shares", Role.FACILITY, changes=True, whole=True, long=True
    ),
    "shares.payments": Capability("operations.shares.payments:list_share_payments", Role.FACILITY, whole=True),
    "shares.export": Capability("operations.share_papers.export:export_shares", Role.FACILITY, whole=True, long=True),
    "shares.publish": Capability(
        "operations.transparency.publish:publish_shares", Role.FACILITY, whole=True, long=True
    ),
    "shares.use_of_funds": Capability("operations.shares.uses:show_share_uses", whole=True),
    "shares.book_use": Capability("operations.shares.uses:book_share_use", Role.FACILITY, changes=True, whole=True),
    "shares.withdraw_use": Capability(
        "operations.shares.uses:withdraw_share_use", Role.FACILITY, changes=True, whole=True
    ),
    "plants.list": Capability("operations.plants.plants:list_plants"),
    "plants.show": Capability("operations.plants.plants:show_plant"),
    "plants.import": Capability(
        "operations.plants.importing:import_plants", Role.ADMIN, changes=True, whole=True, long=True
    ),
    "municipalities.list": Capability("operations.plants.plants:list_municipalities"),
    "municipalities.show": Capability("operations.plants.plants:show_municipality"),
    "boundaries.list": Capability("operations.boundaries.boundaries:list_boundaries"),
    "boundaries.show": Capability("operations.boundaries.boundaries:show_boundaries"),
    "boundaries.import": Capability(
        "operations.boundaries.boundaries:import_boundaries", Role.FACILITY, changes=True, whole=True, long=True
    ),
    "boundaries.withdraw": Capability(
        "operations.boundaries.boundaries:withdraw_boundaries", Role.FACILITY, changes=True, whole=True
    ),
    "shares.areas": Capability("operations.boundaries.shown:show_areas", whole=True),
    "report.list": Capability("operations.reports.made:list_reports"),
    "report.energy": Capability("operations.reports.made:make_energy_report", Role.FACILITY, changes=True, long=True),
    "report.carriers": Capability(
        "operations.reports.carrier_report:make_carriers", Role.FACILITY, changes=True, whole=True, long=True
    ),
    "report.fleet": Capability("operations.fleet_report.mailing:report_fleet", Role.FLEET, changes=True, long=True),
    "actions.list": Capability("operations.fleet_report.actions:list_actions", Role.FLEET, whole=True),
    "actions.add": Capability("operations.fleet_report.actions:add_action", Role.FLEET, changes=True, whole=True),
    "actions.change": Capability("operations.fleet_report.actions:change_action", Role.FLEET, changes=True, whole=True),
    "sendings.list": Capability("operations.fleet_report.sending:list_sendings", Role.FLEET, whole=True),
    "sendings.resend": Capability(
        "operations.fleet_report.sending:resend_report", Role.FLEET, changes=True, whole=True
    ),
    "sendings.settle": Capability(
        "operations.fleet_report.sending:settle_sending", Role.FLEET, changes=True, whole=True
    ),
    "explain.show": Capability("operations.explain:explain_figure", alone=True),
    "intervals.recompute": Capability("operations.intervals.recomputing:recompute_intervals", changes=True, **_KEEPERS),
    "inventory.list": Capability("operations.inventory:list_entries", **_KEEPERS),
    "inventory.history": Capability("operations.inventory:list_changes", **_KEEPERS),
    "inventory.show": Capability("operations.inventory:show_entry", **_KEEPERS),
    "inventory.add": Capability("operations.inventory:add_entry", changes=True, **_KEEPERS),
    "inventory.change": Capability("operations.inventory:change_entry", changes=True, **_KEEPERS),
    "inventory.end": Capability("operations.inventory:end_entry", changes=True, **_KEEPERS),
    "inventory.undo": Capability("operations.inventory:undo_change", changes=True, **_KEEPERS),
    "rejections.list": Capability("operations.arrivals.rejections:list_rejections", Role.OPERATOR, whole=True),
    "rejections.show": Capability("operations.arrivals.rejections:show_rejection", Role.OPERATOR, whole=True),
    "rejections.replay": Capability(
        "operations.arrivals.replay:replay_rejections", Role.OPERATOR, changes=True, whole=True, long=True
    ),
    "discoveries.list": Capability("operations.arrivals.discoveries:list_discoveries", Role.OPERATOR, whole=True),
    "alarms.list": Capability("operations.alarms.shown:list_alarms"),
    "alarms.show": Capability("operations.alarms.shown:show_alarm"),
    "alarms.acknowledge": Capability("operations.alarms.shown:acknowledge_alarm", changes=True, **_KEEPERS),
    "alarms.history": Capability("operations.alarms.shown:list_past_alarms"),
    "alarms.kinds": Capability("operations.alarms.shown:list_alarm_kinds"),
    "quality.list": Capability("operations.alarms.quality:list_quality"),
    "notify.list": Capability("operations.alarms.notifying:list_recipients", Role.OPERATOR, whole=True),
    "notify.test": Capability("operations.alarms.notifying:test_recipient", Role.ADMIN, changes=True, whole=True),
    "jobs.list": Capability("operations.upkeep.jobs:list_jobs", Role.OPERATOR, whole=True),
    "jobs.history": Capability("operations.upkeep.jobs:list_runs", Role.OPERATOR, whole=True),
    "jobs.run": Capability("operations.upkeep.jobs:run_job", Role.OPERATOR, changes=True, whole=True, long=True),
    "jobs.cancel": Capability("operations.upkeep.jobs:cancel_run", Role.OPERATOR, changes=True, whole=True),
    "health.show": Capability("operations.health:show_health", whole=True),
    "users.list": Capability("operations.people.users:list_users", Role.ADMIN, whole=True),
    "users.show": Capability("operations.people.users:show_user", Role.ADMIN, whole=True),
    "users.add": Capability("operations.people.users:add_user", Role.ADMIN, changes=True, whole=True),
    "users.change": Capability("operations.people.users:change_user", Role.ADMIN, changes=True, whole=True),
    "users.disable": Capability("operations.people.users:disable_user", Role.ADMIN, changes=True, whole=True),
    "users.link": Capability("operations.people.users:link_user", Role.ADMIN, changes=True, whole=True),
    "users.password": Capability("operations.people.users:set_own_password", changes=True),
    "tokens.list": Capability("operations.people.tokens:list_tokens", Role.ADMIN, whole=True),
    "tokens.add": Capability("operations.people.tokens:add_token", Role.ADMIN, changes=True, whole=True),
    "tokens.revoke": Capability("operations.people.tokens:revoke_token", Role.ADMIN, changes=True, whole=True),
    "privacy.report": Capability("operations.upkeep.privacy:report_privacy", Role.ADMIN, whole=True),
    "privacy.export": Capability("operations.privacy.exporting:export_privacy", Role.ADMIN, changes=True, whole=True),
    "privacy.customer": Capability("operations.privacy.customer:show_customer", Role.ADMIN, changes=True),
    "privacy.forget_customer": Capability("operations.privacy.customer:forget_customer", Role.ADMIN, changes=True),
    "privacy.erase": Capability("operations.privacy.erasing:erase_privacy", Role.ADMIN, changes=True, whole=True),
    "audit.list": Capability("operations.people.audit:list_audit", Role.ADMIN, whole=True),
    "audit.verify": Capability("operations.people.audit:verify_audit", Role.ADMIN, whole=True, long=True),
}
