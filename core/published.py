"""Facts that are published into the time series, for dashboards: how their measurements are named.

A fact is one row at an instant: that at which it happened, or at which its day, month or year begins. Its fields are
named like the figures that they are. Whoever publishes is in `operations/publishing`, one file a subject.
"""

from __future__ import annotations

from enum import StrEnum


class Fact(StrEnum):
    """A published fact by its measurement."""

    ALARM = "alarm"
    """At the instant it was raised, whether an alarm is open."""
    ALARM_LOOK = "alarm_look"
    """At the instant of a look at the whole district, how many alarms were open."""
    AVAILABILITY = "availability"
    """A station's local day."""
    EVENT = "event"
    """What people see as a mark in a chart: bookings, gaps, drift, new prices, reports."""
    JOB_RUN = "job_run"
    """A run of a job, at its begin."""
    MONTH = "month"
    """What a source counted in a local month, with tags and fields as `day`."""
    OUTLET = "outlet"
    """A new state of an outlet or, as connector 0, of its station; whether a station is connected."""
    SERVICE = "service"
    """Counters of a part of the service, each quarter of an hour."""
    SESSION = "session"
    """A charge session, at its begin."""
    VEHICLE_DAY = "vehicle_day"
    """A vehicle's local day; of vehicles that one person uses there is none."""
    BALANCE = "statement_balance"
    """A site's electricity in a local day or month (tag `span`)."""
    BASE_LOAD = "statement_base_load"
    """What a site draws of a medium while nobody is there, by month."""
    BENCHMARK = "statement_benchmark"
    """What a site uses per square metre in the last twelve whole months."""
    BUDGET = "statement_budget"
    """A budget of a year, with what was spent and the forecast."""
    CANDIDATE = "statement_candidate"
    """How an electric model would do in the place of a vehicle."""
    CORRECTED = "statement_corrected"
    """What a site used of what heats in the last twelve whole months, and what it would have in usual weather."""
    COST = "statement_cost"
    """What a site pays for a medium in a month."""
    FLEET = "statement_fleet"
    """The fleet's month: figures of the monthly report."""
    PEAK = "statement_peak"
    """The highest quarter of an hour of a site's month."""
    PEAK_PART = "statement_peak_part"
    """What stood behind such a peak."""
    ROOF = "statement_roof"
    """What the power of a site's own roofs was used for in a month, and what that saved."""
    SAVINGS = "statement_savings"
    """What electric vehicles avoided in a month, by scope."""
    SHARES = "statement_shares"
    """What a municipality, operator or plant has of a settled year."""
    SHARE_FORECAST = "statement_share_forecast"
    """The same of a year that is not settled yet."""
    WEATHER = "statement_weather"
    """Degree days of a month, and what was used of what heats."""


class Span(StrEnum):
    """What a row of a fact is of that there is of days and of months."""

    DAY = "day"
    MONTH = "month"
