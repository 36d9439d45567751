"""One line of text names a setting of any OCPP version."""

import pytest

from core.command_requests import REQUESTS
from core.commands import CommandKind
from core.errors import RequestError
from core.variable_names import VariableName


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("OCPPCommCtrlr/HeartbeatInterval", VariableName("OCPPCommCtrlr", "HeartbeatInterval")),
        ("EVSE@1/Power:MaxSet", VariableName("EVSE", "Power", evse=1, attribute="MaxSet")),
        ("Connector@1.2/Available", VariableName("Connector", "Available", evse=1, connector=2)),
        ("A.b@3/C.d:Target", VariableName("A", "C", "b", "d", evse=3, attribute="Target")),
        ("AlignedDataCtrlr", VariableName("AlignedDataCtrlr")),
        ("LocalAuthListCtrlr/ItemsPerMessage.a:b", VariableName("LocalAuthListCtrlr", "ItemsPerMessage", "", "a:b")),
    ],
)
def test_a_name_reads_as_it_writes(text: str, name: VariableName) -> None:
    assert VariableName.parse(text) == name
    assert str(name) == text


def test_an_attribute_is_known_in_any_case_and_actual_is_not_said() -> None:
    assert VariableName.parse(" EVSE@1/Power:maxset ").attribute == "MaxSet"
    assert str(VariableName.parse("EVSE@1/Power:Actual")) == "EVSE@1/Power"


@pytest.mark.parametrize("text", ["", "/Interval", "A@/B", "A@x/B", "A@1.2.3/B", "A/.b", "A" * 51, "A/" + "B" * 51])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        VariableName.parse(text)
    assert refused.value.finding.code == "ocpp.variable_name_invalid"


def test_every_kind_of_command_has_a_request_of_its_own() -> None:
    assert set(REQUESTS) == set(CommandKind)
    assert len(set(REQUESTS.values())) == len(REQUESTS)
