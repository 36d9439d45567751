"""Whatever stands in the files: an inventory or findings, never another error."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.findings import is_warning
from config.forms import KINDS
from config.inventory import inventory_of
from config.load import check, load
from config.settings import BrokerForm, ChargePointsForm, ConsoleForm, EmbeddedBrokerForm
from config.tree import read_tree
from core.errors import ConfigError
from core.inventory import Inventory
from core.texts import LANGUAGES, catalogue

KEYS = [*KINDS, *(key for form in KINDS.values() for key in form.model_fields)]
SIGNS = [
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "\n  ",
    "\n    ",
    "&a ",
    "*a",
    "!!x ",
    "? ",
    "| ",
    "> ",
    "'",
    '"',
    "#",
    "%",
]
WORDS = [
    "---\n",
    "...\n",
    "<<: ",
    "\t",
    "~",
    "a",
    "lra",
    "2024-01-01",
    "1e400",
    "-0",
    "0x10",
    "\\ud800",
    "\ufeff",
    "\x85",
]
PIECES = st.sampled_from([*KEYS, *SIGNS, *WORDS])
YAML_LIKE = st.lists(PIECES, max_size=40).map("".join)
SCALARS = st.one_of(st.none(), st.text(max_size=12), st.integers().map(str), st.floats().map(str), st.dates().map(str))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@given(st.text(max_size=300) | YAML_LIKE)
@settings(max_examples=100, deadline=None)
def test_any_text_is_an_inventory_or_findings(text: str) -> None:
    inventory, findings = inventory_of({"inventory/x.yaml": text}, frozenset({"main"}))
    assert isinstance(inventory, Inventory)
    for finding in findings:
        for language in LANGUAGES:
            assert catalogue(language).tell(finding) != finding.code


@st.composite
def settings_files(draw: st.DrawFn) -> str:
    forms = {"console": ConsoleForm, "embedded_broker": EmbeddedBrokerForm, "charge_points": ChargePointsForm}
    rows = [f"data_dir: {_flow(draw(SCALARS))}"]
    for name in draw(st.sets(st.sampled_from(sorted(forms)))):
        form = forms[name]
        rows.append(f"{name}: {_flow(draw(st.dictionaries(st.sampled_from(list(form.model_fields)), VALUES)))}")
    broker = draw(st.dictionaries(st.sampled_from(list(BrokerForm.model_fields)), VALUES))
    return "\n".join([*rows, f"brokers: [{_flow(broker)}]"])


@pytest.fixture
def alone(folder: Path) -> Path:
    shutil.rmtree(folder / "inventory")
    return folder


@given(st.text(max_size=300) | YAML_LIKE | settings_files())
@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_settings_are_a_configuration_or_findings(alone: Path, text: str) -> None:
    (alone / "kreiswatt.yaml").write_text(text, encoding="utf-8", errors="surrogateescape")
    mistakes = [finding for finding in check(alone, {}) if not is_warning(finding)]
    if mistakes:
        with pytest.raises(ConfigError):
            load(alone, {})
    else:
        assert load(alone, {}).settings.data_dir.is_absolute()


@st.composite
def entries(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(list(KINDS)))
    keys = list(KINDS[kind].model_fields)
    rows = {key: draw(VALUES) for key in draw(st.lists(st.sampled_from(keys), unique=True))}
    return f"{kind}:\n  x:\n" + "".join(f"    {key}: {_flow(value)}\n" for key, value in rows.items())


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "~" if value is None else "'" + str(value).replace("'", "''").replace("\n", " ") + "'"


@given(entries())
@settings(max_examples=100, deadline=None)
def test_any_values_of_known_keys_are_an_inventory_or_findings(text: str) -> None:
    inventory, findings = inventory_of({"inventory/x.yaml": text}, frozenset({"main"}))
    assert isinstance(inventory, Inventory)
    assert all(dict(finding.params)["file"] == "inventory/x.yaml" for finding in findings)


def test_deep_nesting_is_refused_at_its_line() -> None:
    tree, (finding,) = read_tree("\n" + "[" * 100_000, "x.yaml")
    assert tree is None
    assert finding.code == "config.yaml_too_deep"
    assert dict(finding.params)["line"] == 2
