"""Meters, and how things report over MQTT."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from config.forms.form import EntryForm, PartForm
from config.values import Amount, Day, Positive, Slug, Text, Topic, Whole
from core.inventory import Entry, Feed, Generator, Medium, Meter, MeterRole, SteadyUse, Term


class FeedForm(PartForm):
    """How a meter or vehicle reports over MQTT."""

    makes: ClassVar[type] = Feed

    broker: Slug
    format: Text
    topic: Topic
    device: str = ""
    fields: dict[Text, Text] = Field(default_factory=dict)
    options: dict[Text, Text] = Field(default_factory=dict)


class TermForm(PartForm):
    """A meter in the formula of a virtual one."""

    makes: ClassVar[type] = Term

    meter: Slug
    factor: Amount = Decimal(1)


class SteadyUseForm(PartForm):
    """A part of what a meter counts that does not depend on the weather."""

    makes: ClassVar[type] = SteadyUse

    name: Text
    valid_from: Day
    valid_to: Day | None = None
    percent: Amount | None = Field(default=None, gt=0, le=100)
    kwh_per_year: Amount | None = Field(default=None, gt=0)
    reference: str = Field(min_length=1, max_length=500)


class MeterForm(EntryForm):
    """A meter."""

    makes: ClassVar[type[Entry]] = Meter

    site: Slug
    medium: Medium
    role: MeterRole
    building: Slug | None = None
    parent: Slug | None = None
    feed: FeedForm | None = None
    nominal_interval_s: Whole = Field(default=900, ge=1, le=366 * 24 * 3600)
    digits: Whole | None = Field(default=None, ge=1, le=15)
    resolution: Positive = 1.0
    max_power_w: Positive | None = None
    contract_power_w: Positive | None = None
    generator: Generator | None = None
    fuel: Slug | None = None
    terms: tuple[TermForm, ...] = ()
    steady: tuple[SteadyUseForm, ...] = ()
