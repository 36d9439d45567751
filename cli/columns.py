"""What lists show on a screen: their columns, what gives way, and where the words of a column stand."""

from __future__ import annotations

from core.quantities import Quantity

COLUMNS: dict[str, tuple[str, ...]] = {
    "sites.list": ("id", "name", "kind", "municipality", "power", "meters", "stations", "vehicles"),
    "meters.list": ("id", "name", "site_name", "medium", "state", "age_s", "values"),
    "meters.bookings.items": (
        *("id", "kind", "quantity", "at_utc", "end_value", "start_value", "amount", "reason", "withdrawn_at_utc"),
    ),
    "meters.proposals": ("id", "name", "step", "from_utc", "from_value", "to_utc", "to_value", "age_s"),
    "stations.events": ("received_at_utc", "kind", "connector", "code", "info", "count", "finding"),
    "reliability.show.rows": (
        *("name", "availability_percent", "target_percent", "out_of_order_percent", "no_contact_percent"),
        *("planned_percent", "unknown_percent", "outages", "repair_s"),
    ),
    "reliability.faults.rows": ("group", "kind", "code", "count", "per_thousand_sessions", "stations"),
    "commands.list": ("id", "station", "command", "progress", "asked_by", "asked_at_utc", "finding"),
    "adoption.list.waiting": ("id", "name", "site", "connected", "maker", "model", "serial_number"),
    "adoption.list.invitations": ("id", "kind", "site", "station", "arrived", "most", "until_utc", "made_by"),
    "adoption.list.refused": ("name", "count", "last_seen_utc"),
    "rollouts.list": ("id", "firmware", "state", "wave", "waves", "through", "failed", "stations", "started_at_utc"),
    **{
        f"rollouts.{verb}.stations": (
            "station",
            "name",
            "wave",
            "rollout_state",
            "firmware",
            "changed_at_utc",
            "finding",
        )
        for verb in ("start", "show", "pause", "resume", "cancel")
    },
    "firmware.list": ("id", "maker", "model", "firmware", "size_byte", "with_signature", "loadable", "added_at_utc"),
    "certificates.list": ("name", "kind", "state", "valid_to_utc", "left_days", "holder"),
    "quirks.list": ("name", "area", "said", "makers", "count"),
    "maintenance.list": ("id", "name", "begins_utc", "ends_utc", "reason", "running"),
    "stations.list": ("id", "name", "site_name", "state", "age_s", "protocol", "outlets"),
    "sessions.list": (
        "id",
        "station_name",
        "connector",
        "begun_at_utc",
        "duration_s",
        "energy_wh",
        "cost_eur",
        "state",
        "tag",
    ),
    "vehicles.candidates.items": (
        "rank",
        "name",
        "year_distance_m",
        "best",
        "suitability",
        "limit",
        "failing",
        "co2e_avoided_year_g",
        "cost_delta_eur",
        "reason",
    ),
    "vehicles.infrastructure.items": (
        *("site_name", "newcomers", "connectors", "connectors_needed", "evenings_short"),
        *("headroom_w", "added_at_once_w", "added_managed_w"),
    ),
    "vehicles.scenario.items": (
        *("replace", "vehicles", "cost_delta_eur", "co2e_avoided_year_g", "connectors_missing"),
    ),
    "vehicles.scenario.ranking": ("rank", "vehicle", "name"),
    "vehicles.costs.figures": ("name", "value", "unit", "computed", "not_computed", "reason"),
    "vehicles.costs.vehicles": ("vehicle", "name", "distance_m", "saved_eur", "co2_price_eur"),
    "vehicles.bookings.items": (*("id", "kind", "at_utc", "end_value", "start_value", "reason", "withdrawn_at_utc"),),
    "vehicles.list": ("id", "name", "site_name", "drive", "state", "age_s", "soc", "odometer", "charging"),
    "tags.list": ("id", "name", "state", "vehicle_name", "group", "valid_from", "valid_to", "pseudonym"),
    "tags.import.tags": ("line", "pseudonym", "id", "state", "fields", "written", "refused"),
    "tags.unknown": ("pseudonym", "station_name", "count", "age_s"),
    "plants.list": ("id", "name", "kind", "power_w", "municipality_name", "operator", "commissioned", "laws"),
    "plants.import.plants": ("register_number", "name", "kind", "power_w", "municipality_name", "state", "id"),
    "plants.show.rules": ("rule", "verdict", "contract", "reasons"),
    "plants.show.contracts": ("id", "law", "rate_ct_per_kwh", "valid_from", "valid_to", "redistribute"),
    "municipalities.list": ("id", "name", "key", "state", "plants", "power_w", "contracts"),
    "feed_in.list": ("id", "plant_name", "month", "fed_in_wh", "curtailed_wh", "negative_wh", "withdrawn_at_utc"),
    "feed_in.revenue.plants": (
        *("name", "site_name", "marketing", "generation_wh", "self_use_wh", "fed_in_wh"),
        *("negative_wh", "paid_eur", "market_eur"),
    ),
    "feed_in.show.months": (
        *("month", "fed_in_wh", "source", "metered_wh", "stated_wh", "difference_wh"),
        *("unavailable_wh", "curtailed_wh", "other_fictitious_wh", "negative_wh"),
    ),
    "inventory.list": ("id", "name", "site", "valid_from", "valid_to", "file", "managed"),
    "inventory.history": ("id", "at_utc", "actor", "action", "entry", "undoes", "undone", "undoable"),
    "rejections.list": ("id", "channel", "subject", "reason", "received_at_utc", "preview"),
    "discoveries.list": ("channel", "subject", "hint", "count", "age_s"),
    "users.list": ("name", "role", "sites", "language", "disabled_at_utc"),
    "tokens.list": ("name", "role", "sites", "active", "created_by", "expires_at_utc"),
    "alarms.list": ("id", "kind", "severity", "state", "subject_name", "site_name", "finding", "age_s"),
    "alarms.history": ("id", "kind", "state", "subject_name", "finding", "raised_at_utc", "cleared_at_utc"),
    "alarms.kinds": ("kind", "severity", "raise_after_s", "clear_after_s", "notifies", "action"),
    "quality.list": ("site_name", "subject_name", "kind", "finding", "age_s", "action"),
    "notify.list": ("name", "channel", "address", "severities", "sites", "waiting", "dead", "last_state", "problem"),
    "jobs.list": ("name", "cadence", "state", "message", "done_at_utc", "next_at_utc"),
    "jobs.history": ("id", "job", "period", "state", "begun_at_utc", "duration_s", "attempt", "message", "started_by"),
    "costs.show.months": ("period", "used", "energy_eur", "base_eur", "power_eur", "export_eur", "total_eur", "reason"),
    "budgets.show.items": ("name", "status", "amount_eur", "to_date_eur", "forecast_eur", "method", "reason"),
    "weather.show.months": ("period", "degree_days_kd", "heating_days", "mean_c", "days_known", "used"),
    "compare.show.rows": ("period", "value", "former", "change_percent", "reason", "figure"),
    **dict.fromkeys(
        ("shares.list.municipalities", "shares.list.operators"),
        ("scope", "name", "plants", "paid_eur", "payment_year", "reimbursable_eur", "refund_year", "draft", "revision"),
    ),
    "shares.list.plants": ("scope", "name", "operator", "rules", "owed_eur", "offered_eur", "draft"),
    "shares.show.settlements": ("plant", "rule", "owed", "total_eur", "paid_eur", "reimbursable_eur", "draft"),
    "shares.show.amounts": ("year", "accrued_eur", "paid_eur", "refunded_eur"),
    "shares.show.months": ("month", "fed_in_wh", "fictitious_wh", "negative_wh"),
    "shares.show.areas": ("radius_m", "whole_m2", "uncovered_m2", "edition", "valid_on", "epsg"),
    "shares.show.not_held": ("id", "reasons"),
    "shares.history.items": ("version", "made_at_utc", "made_by", "reason", "draft"),
    "shares.payments.items": ("payee", "amount_eur", "payer", "plant", "purpose", "payment_year"),
    "shares.payments.held_back": ("payee", "amount_eur", "payer", "plant", "open"),
    "shares.use_of_funds.items": ("id", "spent_on", "amount_eur", "district", "purpose", "withdrawn"),
    "savings.show.figures": ("name", "avoided_g", "provisional", "computed", "not_computed", "reasons"),
    "savings.show.vehicles": ("vehicle", "name", "group", "distance_m", "grid_wh", "pv_wh", "reliable", "notes"),
    "savings.show.factors": ("id", "value", "unit", "boundary", "year", "edition", "status"),
    "savings.show.series": ("id", "boundary", "values"),
    "savings.show.versions": ("version", "made_at_utc", "made_by", "reason"),
    "savings.show.scopes": ("scope", "name"),
    "privacy.export.places": ("what", "count"),
    "privacy.erase.places": ("what", "count"),
    "imports.list": ("id", "file", "mapping", "state", "first_utc", "last_utc", "added", "left_out", "made_by"),
    "mappings.list": ("name", "version", "kind", "quantity", "meter", "meter_column", "saved_at_utc", "saved_by"),
    "actions.list": ("id", "text", "owner", "due", "subject"),
    "sendings.list": ("id", "recipient", "period", "revision", "state", "attempts", "answer", "last_attempt_at_utc"),
    "bills.list": ("id", "meter_name", "first_day", "last_day", "used", "unit", "net_eur", "number", "document"),
    "totals.list": ("period", "value", "share", "measured_percent", "corrected", "figure"),
    "versions.list": ("version", "made_at_utc", "made_by", "reason", "figures"),
    "months.list": ("period", "value", "at_utc", "share", "figure"),
    "typical_days.list": ("season", "kind", "days"),
    "boundaries.list": ("id", "edition", "valid_on", "source", "areas", "epsg", "imported_by", "withdrawn_at_utc"),
    "shares.areas.circles": ("plant", "radius_m", "whole_m2", "foreign_m2", "uncovered_m2", "findings", "notes"),
    "shares.areas.parts": ("plant", "radius_m", "key", "party", "area_m2", "percent", "reason"),
    "report.list": ("id", "kind", "name", "period", "format", "version", "made_at_utc", "made_by", "file"),
    "audit.list": ("number", "at_utc", "actor", "action", "subject", "detail"),
}
"""What a list shows; `--json` gives everything."""

_STEERED = (
    *("start", "stop", "reset", "unlock", "availability", "reserve", "cancel_reservation", "limit"),
    *("clear_limit", "limits", "schedule", "get", "set", "report", "network_profile", "trigger"),
    *("clear_cache", "password", "list_version", "send_list", "firmware", "publish_firmware"),
    *("unpublish_firmware", "log", "certificates", "install_certificate", "delete_certificate", "transfer"),
    *("display", "displayed", "clear_display", "monitor", "clear_monitor", "monitoring_base"),
    *("monitoring_level", "monitors", "customer", "transaction", "cost"),
)
COLUMNS |= {
    f"stations.{verb}.items": ("id", "station", "command", "progress", "station_said", "finding") for verb in _STEERED
}
"""What was asked of stations is shown alike."""

COLUMNS |= {"stations.logs": ("id", "station", "name", "size_byte", "digest", "came_at_utc")}

COLUMNS |= {"stations.configuration.items": ("key", "value", "read_only", "reboot_required", "compared", "at_utc")}

EXPENDABLE: dict[str, tuple[str, ...]] = {
    "sites.list": ("vehicles", "stations", "meters"),
    "meters.list": ("medium",),
    "stations.list": ("protocol",),
    "sessions.list": ("tag", "connector", "station_name"),
    "vehicles.list": ("odometer", "site_name", "drive"),
    "shares.list.municipalities": ("refund_year", "revision", "payment_year", "reimbursable_eur", "plants"),
    "shares.list.operators": ("refund_year", "revision", "payment_year", "reimbursable_eur", "plants"),
    "shares.list.plants": ("operator", "offered_eur", "draft"),
    "shares.show.settlements": ("reimbursable_eur", "owed", "draft"),
    "feed_in.list": ("withdrawn_at_utc", "negative_wh", "curtailed_wh"),
    "plants.list": ("commissioned", "kind", "operator"),
    "inventory.list": ("managed", "file"),
    "inventory.history": ("undoable", "undone", "undoes"),
    "rejections.list": ("channel",),
    "tokens.list": ("created_by",),
    "jobs.history": ("attempt", "started_by", "begun_at_utc"),
}
"""What a list leaves out, in this order, where a screen is too narrow for all of it."""

PROSE = frozenset(
    {"name", "site_name", "station_name", "municipality", "cadence", "values", "outlets", "message", "detail"}
    | {"preview", "reason", "hint", "sites", "file", "subject", "station_said"}
)
"""Columns whose lines may break between words."""

NUMBERED = frozenset({"id", "number", "undoes", "year", "epsg", "settled_years", "payment_year", "refund_year"})
"""Numbers that are typed again and so stay as they are."""

WORDS: dict[str, str] = {
    "light": "savings.light.",
    "command": "commands.kind.",
    "progress": "commands.state.",
    "factors.boundary": "factors.boundary.",
    "factors.status": "factors.status.",
    "drive": "console.drive.",
    "area_kind": "boundaries.kind.",
    "match": "console.match.by_",
    "sessions.basis": "console.match.by_",
    "distance_share": "evidence.share.",
    "freshness": "console.freshness.",
    "course_quantity": "console.quantity.",
    "counted_quantity": "console.quantity.",
    "against": "loads.against.",
    "season": "loads.season.",
    "loads.kind": "loads.day_kind.",
    "media": "console.medium.",
    "kind": "console.site_kind.",
    "medium": "console.medium.",
    "origin": "word.",
    "quality": "console.quality.",
    "quantity": "console.quantity.",
    "quantities": "console.quantity.",
    "share": "evidence.share.",
    "share_after": "evidence.share.",
    "share_before": "evidence.share.",
    "status": "console.status.",
    "budgets.status": "budgets.status.",
    "method": "budgets.method.",
    "verdict": "bills.verdict.",
    "tag_verdict": "console.tag_verdict.",
    "meters.kind": "console.booking_kind.",
    "vehicles.kind": "console.booking_kind.",
    "meters.step": "console.step.",
    "alarms.kind": "alarm.",
    "alarms.severity": "console.severity.",
    "alarms.state": "console.alarm_state.",
    "quality.kind": "alarm.",
    "quality.severity": "console.severity.",
    "notify.last_state": "console.letter_state.",
    "notify.severities": "console.severity.",
    "report.kind": "console.report_kind.",
    "jobs.cadence": "jobs.cadence.",
    "jobs.state": "jobs.state.",
    "inventory.action": "word.",
    "imports.state": "console.import_state.",
    "adoption.kind": "adoption.kind.",
    "invitations.kind": "adoption.kind.",
    "inventory.kind": "console.entry_kind.",
    "mappings.kind": "console.row_kind.",
    "mappings.clock": "console.file_clock.",
    "mappings.stamp": "console.stamp.",
    "meters.role": "console.meter_role.",
    "users.role": "console.role.",
    "tokens.role": "console.role.",
    "meters.state": "console.freshness.",
    "suitability": "candidates.suitability.",
    "vehicles.limit": "candidates.limit.",
    "vehicles.state": "console.freshness.",
    "tags.state": "tags.state.",
    "vouchers.kind": "vouchers.kind.",
    "plants.kind": "console.plant_kind.",
    "plants.marketing": "feed_in.marketing.",
    "plants.state": "plants.state.",
    "plants.verdict": "laws.verdict.",
    "answer": "plants.answer.",
    "municipalities.kind": "console.plant_kind.",
    "feed_in.marketing": "feed_in.marketing.",
    "feed_in.source": "feed_in.source.",
    "vouchers.place": "vouchers.place.",
    "voucher_mappings.kind": "vouchers.kind.",
    "stations.kind": "reliability.kind.",
    "reliability.kind": "reliability.kind.",
    "reliability.by": "reliability.grouping.",
    "area": "reliability.area.",
    "certificates.kind": "certificates.kind.",
    "rollouts.state": "rollouts.state.",
    "rollout_state": "rollouts.station_state.",
    "certificates.state": "certificates.state.",
    "urgency": "certificates.urgency.",
    "stations.standing": "local_lists.state.",
    "stations.state": "console.station_state.",
    "sessions.kind": "console.session_booking.",
    "sessions.state": "console.session_state.",
}
"""Where the words of a column stand, by its name, or by subject and name where they differ."""

MEASURED: dict[str, frozenset[str]] = {
    "meters": frozenset({"start_value", "end_value", "amount", "from_value", "to_value", "before", "after"}),
    "vehicles": frozenset({"start_value", "end_value", "before", "after"}),
    "totals": frozenset({"corrected"}),
    "weather": frozenset({"used", "base", "heating", "corrected"}),
    "imports.preview.series": frozenset({"total"}),
    "totals.show.totals": frozenset({"corrected"}),
    "weather.show.months": frozenset({"used"}),
    "compare.show.rows": frozenset({"former", "change"}),
}
"""By subject or list, what is measured in the quantity of its row, or of all, and shown in its unit as `value` is."""

UNITS: dict[str, Quantity] = {
    "_wh": Quantity.ENERGY_IMPORT_WH,
    "_w": Quantity.POWER_W,
    "_percent": Quantity.SOC_PERCENT,
    "distance_m": Quantity.ODOMETER_M,
}
"""How a plain number is shown, by the unit its name ends in."""

EXACT = frozenset({"distance_m", "grid_wh", "pv_wh", "coverage_percent", "avoided_g"})
"""Exact numbers, which come as text, that are shown as rounded as others."""
