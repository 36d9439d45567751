"""How a page says things: texts, numbers, units, instants, ages and durations in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta

from console.pages.marks import Mark, look
from core.inventory import Medium
from core.quantities import Quantity
from core.texts import Finding, Language, Param, catalogue
from core.units import money, number, show, show_exact
from operations.values import Told

NO_BREAK = "\N{NO-BREAK SPACE}"
_ALL_DIGITS = ("_kw", "_ct")
_PERIOD = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")

LABELS: dict[str, str] = {
    "Admission": "stations.admission.",
    "Answer": "plants.answer.",
    "AreaKind": "boundaries.kind.",
    "Basis": "laws.basis.",
    "Marketing": "feed_in.marketing.",
    "RegisterState": "plants.state.",
    "CohortBy": "laws.by.",
    "Computed": "laws.computed.",
    "Denominator": "laws.denominator.",
    "RuleVerdict": "laws.verdict.",
    "Split": "laws.split.",
    "TotalRounding": "laws.rounding.",
    "Account": "calc.account.",
    "BaseSource": "feed_in.source.",
    "CertificateOf": "calc.of.",
    "Doubt": "calc.doubt.",
    "PvUse": "calc.use.",
    "Light": "savings.light.",
    "Term": "calc.term.",
    "Boundary": "factors.boundary.",
    "Convention": "calc.convention.",
    "Kind": "factors.kind.",
    "Provenance": "factors.provenance.",
    "PvLine": "pv.line.",
    "PvMethod": "calc.method.",
    "QuotaGroup": "calc.group.",
    "Resolution": "calc.resolution.",
    "Status": "factors.status.",
    "Subject": "factors.subject.",
    "Verdict": "calc.verdict.",
    "BaselineBasis": "console.baseline_basis.",
    "BillVerdict": "bills.verdict.",
    "Bridge": "console.bridge.",
    "BudgetStatus": "budgets.status.",
    "MeterEventKind": "console.booking_kind.",
    "CorrectionKind": "console.session_booking.",
    "SendingState": "sendings.state.",
    "Shelf": "console.privacy.shelf_",
    "SlotShare": "evidence.share.",
    "Contact": "reliability.contact.",
    "Grouping": "reliability.grouping.",
    "QuirkArea": "reliability.area.",
    "InvitationKind": "adoption.kind.",
    "LevelWord": "configuring.level.",
    "Measurand": "measurand.",
    "PlannedState": "configuring.planned.",
    "PlanSource": "configuring.source.",
    "RolloutKind": "rollouts.kind.",
    "DataPath": "dashboards.path.",
    "Part": "dashboards.part.",
    "Outcome": "dashboards.outcome.",
    "RolloutState": "rollouts.state.",
    "StationRollout": "rollouts.station_state.",
    "CertificatePurpose": "certificates.kind.",
    "CertificateState": "certificates.state.",
    "Urgency": "certificates.urgency.",
    "StationEventKind": "reliability.kind.",
    "AlarmState": "console.alarm_state.",
    "Cadence": "jobs.cadence.",
    "ChangeAction": "word.",
    "CommandKind": "commands.kind.",
    "LimitPurpose": "commands.purpose.",
    "ResetWay": "commands.way.",
    "CommandState": "commands.state.",
    "ConnectorStatus": "console.status.",
    "CostKind": "costs.kind.",
    "DayKind": "loads.day_kind.",
    "Drive": "console.drive.",
    "EnergyBasis": "console.energy_basis.",
    "EntryKind": "console.entry_kind.",
    "ForecastMethod": "budgets.method.",
    "Freshness": "console.freshness.",
    "FileClock": "console.file_clock.",
    "FuelKind": "console.fuel_kind.",
    "Generator": "console.generator.",
    "ImportState": "console.import_state.",
    "RowKind": "console.row_kind.",
    "FileLayout": "console.file_layout.",
    "CardState": "tags.state.",
    "ClockChange": "console.clock_change.",
    "Stamp": "console.stamp.",
    "JobState": "jobs.state.",
    "ListState": "local_lists.state.",
    "LetterState": "console.letter_state.",
    "MatchBasis": "console.match.by_",
    "Medium": "console.medium.",
    "MeterRole": "console.meter_role.",
    "PlantKind": "console.plant_kind.",
    "Quantity": "console.quantity.",
    "ReadingQuality": "console.quality.",
    "Role": "console.role.",
    "Season": "loads.season.",
    "SessionState": "console.session_state.",
    "Severity": "console.severity.",
    "SiteKind": "console.site_kind.",
    "State": "console.run_state.",
    "StationState": "console.station_state.",
    "TagState": "tags.state.",
    "TagVerdict": "console.tag_verdict.",
    "UnknownTags": "console.unknown_tags.",
    "VehicleClass": "console.vehicle_class.",
    "VoucherKind": "vouchers.kind.",
    "ChargePlace": "vouchers.place.",
    "Weekday": "console.weekday.",
}
"""Where the texts of an enum's members stand, by the enum's name: prefix + value."""

_NAMED = {
    "subject": "factors.subject.",
    "boundary": "factors.boundary.",
    "series": "factors.boundary.",
    "drive": "console.drive.",
}
"""Parameters of findings whose values have names, and where these stand."""

_QUANTITIES = frozenset(Quantity)


class Words:
    """The texts of one page, as one person reads them at `now_utc` at a place in `zone`."""

    def __init__(self, language: Language, now_utc: datetime, zone: ZoneInfo) -> None:
        self.language = language
        self.now_utc = now_utc
        self.zone = zone
        self._catalogue = catalogue(language)

    def t(self, code: str, **params: Param) -> str:
        """Return the text of `code`; whole numbers among `params` are written in the language's form."""
        return self._catalogue.say(code, **params)

    def tell(self, told: Told) -> str:
        """Return a finding in words."""
        return self._catalogue.say(told.code, **self._legible(told.params))

    def say(self, finding: Finding) -> str:
        """Return an error's finding in words."""
        return self._catalogue.say(finding.code, **self._legible(dict(finding.params)))

    def _legible(self, params: Mapping[str, Param]) -> dict[str, Param]:
        """Return the parameters with large and broken numbers in the language's form; `count` stays a number.

        Powers and rates keep all their digits, as 999.99 kW is not the 1,000 kW that a law asks for.
        """
        return {
            name: value if name == "count" or name.endswith(_ALL_DIGITS) else self._number_of(value)
            for name, value in params.items()
        } | {
            name: self.t(beginning + said)
            for name, beginning in _NAMED.items()
            if isinstance(said := params.get(name), str) and self.t(beginning + said) != beginning + said
        }

    def _number_of(self, value: Param) -> Param:
        if isinstance(value, float):
            return self.number(value, 0 if value.is_integer() else 1)
        if isinstance(value, int) and abs(value) >= 10_000:  # noqa: PLR2004 - where separators begin to help
            return self.number(value)
        return self._text_of(value) if isinstance(value, str) else value

    def _text_of(self, value: str) -> str:
        if _INSTANT.fullmatch(value):
            return self._instant_of(value)
        if _PERIOD.match(value):
            return ", ".join(self.period(each) for each in value.split(", "))
        return self.label(Quantity(value)) if value in _QUANTITIES else value

    def _instant_of(self, value: str) -> str:
        try:
            return self.local(datetime.fromisoformat(value))
        except (ValueError, OverflowError):  # a device said so; what only looks like an instant stays as it is
            return value

    def label(self, member: StrEnum) -> str:
        """Return what people call a state, role, medium and the like."""
        return self._catalogue.say(LABELS[type(member).__name__] + member.value.lower())

    def land(self, state: str) -> str:
        """Return the name of a Land by its letters (`SN`)."""
        return self.t(f"laws.state.{state.lower()}")

    def mark(self, member: StrEnum) -> Mark:
        """Return a state as shape, tone and word."""
        return Mark(*look(member), self.label(member))

    def outlet(self, status: StrEnum | None, *, connected: bool) -> Mark:
        """Return how an outlet is; what a station said before it was lost no longer counts."""
        if not connected:
            return Mark("offline", "bad", self.t("console.link_lost"))
        return self.mark(status) if status else Mark("unknown", "idle", self.t("console.station_state.unknown"))

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with the language's separators."""
        return number(value, decimals, self.language)

    def signed_number(self, value: float, decimals: int = 0) -> str:
        """Return a change as a number, its sign always written."""
        return f"{'+' if round(value, decimals) > 0 else ''}{self.number(value, decimals)}"

    def quantity(self, quantity: Quantity, value: float | Decimal | None, medium: Medium | None = None) -> str:
        """Return a stored value with the unit people read it in, e.g. `1.234,5 kWh`, oil in litres; a dash for None."""
        if value is None:
            return self.t("console.none")
        if quantity in (Quantity.CHARGING_FLAG, Quantity.PLUGGED_IN_FLAG):
            return self.t("console.yes") if value else self.t("console.no")
        return show(quantity, value, self.language, medium).text

    def signed(self, quantity: Quantity, value: float, medium: Medium | None = None) -> str:
        """Return a change of a value, its sign always written."""
        return f"{'+' if value > 0 else ''}{self.quantity(quantity, value, medium)}"

    def exact_value(self, value: Decimal, unit: str) -> str:
        """Return a value with all its digits and its unit."""
        return show_exact(value, "" if unit == "1" else unit, self.language)

    def kilograms(self, mass_g: Decimal | None) -> str:
        """Return a mass in kilograms with three decimals, from grams."""
        return self.t("console.none") if mass_g is None else f"{number(mass_g / 1000, 3, self.language)}{NO_BREAK}kg"

    def euro(self, amount: Decimal | None) -> str:
        """Return an amount of money with its cents."""
        return self.t("console.none") if amount is None else money(amount, self.language)

    def energy(self, energy_wh: float | None) -> str:
        """Return an energy in kWh with two decimals: what a charging session shows."""
        return self.quantity(Quantity.ENERGY_SESSION_WH, energy_wh)

    def power(self, power_w: float | None) -> str:
        """Return a power in kW with one decimal: what a glance can take in."""
        if power_w is None:
            return self.t("console.none")
        return f"{self.number(power_w / 1000, 1)}{NO_BREAK}kW"

    def percent(self, percent: float | None) -> str:
        """Return a percentage without decimals."""
        return self.quantity(Quantity.SOC_PERCENT, percent)

    def local(self, at_utc: datetime, zone: ZoneInfo | None = None) -> str:
        """Return local date and time to the minute; today the time alone suffices."""
        place = zone or self.zone
        at, today = at_utc.astimezone(place), self.now_utc.astimezone(place).date()
        clock = format_time(at, "HH:mm", locale=self.language)
        if at.date() == today:
            return self.t("console.today_at", time=clock)
        return f"{format_date(at.date(), 'medium', locale=self.language)}, {clock}"

    def exact(self, at_utc: datetime) -> str:
        """Return the instant in UTC to the second, for the tooltip of a local time."""
        return at_utc.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    def iso(self, at_utc: datetime) -> str:
        """Return the instant in UTC for machines."""
        return at_utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def day(self, day: date) -> str:
        """Return a date, e.g. `22.11.2026`."""
        return format_date(day, "medium", locale=self.language)

    def period(self, name: str) -> str:
        """Return a period as people name it: `2026-11-22` is 22.11.2026, `2026-11` is November 2026."""
        if not _PERIOD.fullmatch(name):
            return name
        whole = len(name) == len("2026-11-22")
        try:
            day = date.fromisoformat(name if whole else f"{name}-01")
        except ValueError:  # somebody typed what only looks like one
            return name
        return self.day(day) if whole else format_date(day, "LLLL y", locale=self.language)

    def clock(self) -> str:
        """Return the present local time with its zone, e.g. `22.11.2026, 10:47 MEZ`."""
        return format_datetime(self.now_utc, "dd.MM.y, HH:mm zzz", tzinfo=self.zone, locale=self.language)

    def age(self, at_utc: datetime) -> str:
        """Return how long ago an instant was."""
        return self.ago((self.now_utc - at_utc).total_seconds())

    def ago(self, age_s: float) -> str:
        """Return an age, coarse on purpose: a page of ages must not flicker."""
        if abs(age_s) < 60:  # noqa: PLR2004 - a minute
            return self.t("console.ago_now")
        return format_timedelta(
            timedelta(seconds=-age_s),
            granularity="minute",
            threshold=1.5,
            add_direction=True,
            format="short",
            locale=self.language,
        )

    def instant(self, age_s: float) -> datetime:
        """Return the instant that is `age_s` old."""
        return self.now_utc - timedelta(seconds=age_s)

    def duration(self, duration_s: float) -> str:
        """Return hours and minutes."""
        hours, minutes = divmod(int(duration_s) // 60, 60)
        if hours:
            return f"{self.number(hours)}{NO_BREAK}h{NO_BREAK}{minutes:02d}{NO_BREAK}min"
        return f"{minutes}{NO_BREAK}min" if minutes else f"{int(duration_s)}{NO_BREAK}s"

    def hours(self, hours: float, decimals: int = 0) -> str:
        """Return a number of hours."""
        return f"{self.number(hours, decimals)}{NO_BREAK}h"

    def area(self, area_m2: float) -> str:
        """Return an area in square metres."""
        return f"{self.number(area_m2)}{NO_BREAK}m²"

    def figure(self, value: float) -> str:
        """Return a counter of the service: whole if it is whole."""
        return self.number(value, 0 if value == int(value) else 3)

    def size(self, size_byte: int) -> str:
        """Return a size in bytes or kB."""
        if size_byte < 1000:  # noqa: PLR2004 - a kilobyte
            return f"{size_byte}{NO_BREAK}B"
        return f"{self.number(size_byte / 1000, 1)}{NO_BREAK}kB"
