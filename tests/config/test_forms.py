"""Forms and texts keep up with the words of `core` and the code of `config`."""

import dataclasses
from pathlib import Path

import pytest

import config
from chargepoints.settings import ChargePointSettings
from config.forms import KINDS, PARTS, SECTIONS, EntryForm, FeedForm
from config.settings import BrokerForm, ChargePointsForm, ConsoleForm, ConsoleSettings, EmbeddedBrokerForm
from core.inventory import Feed, Inventory
from ingest.settings import BrokerSettings, EmbeddedBrokerSettings

SOURCES = "".join(path.read_text(encoding="utf-8") for path in Path(str(config.__file__)).parent.glob("*.py"))
PAIRS = [
    *((form, form.makes, {"id"}) for form in KINDS.values()),
    (FeedForm, Feed, set()),
    *((form, form.makes, set()) for form in [*PARTS.values(), *SECTIONS.values()]),
    (ConsoleForm, ConsoleSettings, set()),
    (BrokerForm, BrokerSettings, set()),
    (ChargePointsForm, ChargePointSettings, set()),
]


def test_every_kind_of_the_inventory_has_a_form() -> None:
    assert list(KINDS) == [field.name for field in dataclasses.fields(Inventory)]


@pytest.mark.parametrize(("form", "made", "outside"), PAIRS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_form_has_the_fields_and_defaults_of_what_it_makes(
    form: type[EntryForm], made: type, outside: set[str]
) -> None:
    fields = {field.name: field for field in dataclasses.fields(made) if field.name not in outside}
    assert set(form.model_fields) == set(fields)
    for name, field in fields.items():
        written = form.model_fields[name]
        assert written.is_required() == (field.default is dataclasses.MISSING), name
        if not written.is_required() and name not in ("fields", "options", "password"):
            assert written.default == field.default, name


def test_the_embedded_broker_has_the_ports_of_its_settings() -> None:
    form, made = EmbeddedBrokerForm(), EmbeddedBrokerSettings()
    assert (form.host, form.port, form.port_311) == (made.host, made.port, made.port_311)
