"""What does not fit into one message goes in several, and comes back as one result."""

from chargepoints.commands.answers import refused
from chargepoints.commands.batches import LISTS, halves, joined, most_items, parts
from chargepoints.commands.sending import Outcome
from core import command_requests as ask
from core.command_words import CertificateUse
from core.commands import CommandKind, CommandState
from core.facts import Protocol
from tests.chargepoints.command_examples import REQUESTS

V16, V201 = Protocol.OCPP_16, Protocol.OCPP_201
TWO = ask.SetConfiguration(settings=(ask.Setting(key="A", value="1"), ask.Setting(key="B", value="2")))
TOO_LONG = refused("OccurenceConstraintViolation")


def test_an_old_station_is_told_one_thing_at_a_time() -> None:
    assert parts(V16, CommandKind.SET, TWO) == tuple(ask.SetConfiguration(settings=(each,)) for each in TWO.settings)
    assert parts(V201, CommandKind.SET, TWO) == (TWO,)
    uses = ask.ListCertificates(uses=(CertificateUse.CENTRAL_ROOT, CertificateUse.MAKER_ROOT))
    assert [part.uses for part in parts(V16, CommandKind.LIST_CERTIFICATES, uses)] == [(use,) for use in uses.uses]
    nothing = ask.SetConfiguration(settings=())
    assert parts(V16, CommandKind.SET, nothing) == (nothing,)


def test_no_message_has_more_items_than_a_station_has_told_it_takes() -> None:
    told = [
        {"key": "DeviceDataCtrlr/ItemsPerMessage.GetVariables", "value": "4"},
        {"key": "MonitoringCtrlr/ItemsPerMessage.ClearVariableMonitoring:Actual", "value": "3"},
        {"key": "DeviceDataCtrlr/ItemsPerMessage.SetVariables", "value": ""},
        {"key": "OCPPCommCtrlr/HeartbeatInterval", "value": "300"},
    ]
    most = most_items({"settings": told})
    assert most == {CommandKind.GET: 4, CommandKind.CLEAR_MONITORING: 3}
    keys = ("A/a", "B/b", "C/c", "D/d", "E/e")
    asked = parts(V201, CommandKind.GET, ask.GetConfiguration(keys=keys), most[CommandKind.GET])
    assert [part.keys for part in asked] == [keys[:4], keys[4:]]
    everything = ask.GetConfiguration()
    assert parts(V16, CommandKind.GET, everything, 10) == (everything,)


def test_every_kind_that_is_split_has_its_items() -> None:
    for kind, field in LISTS.items():
        assert all(isinstance(getattr(request, field), tuple) for request in REQUESTS[kind])


def test_what_was_refused_for_its_length_is_halved_until_one_is_left() -> None:
    request = ask.GetConfiguration(keys=("A/a", "B/b", "C/c"))
    one, two = halves(CommandKind.GET, request, TOO_LONG)
    assert (one.keys, two.keys) == (("A/a",), ("B/b", "C/c"))
    assert halves(CommandKind.GET, one, TOO_LONG) == ()
    assert halves(CommandKind.GET, request, refused("FormationViolation")) == ()
    assert halves(CommandKind.RESET, ask.ResetStation(), TOO_LONG) == ()


def test_results_are_joined_and_a_refusal_counts() -> None:
    first = Outcome(state=CommandState.DONE, result={"settings": [1], "reboot_required": True})
    second = Outcome(state=CommandState.DONE, result={"settings": [2], "reboot_required": False})
    assert joined([first, second]).result == {"settings": [1, 2], "reboot_required": True}
    assert joined([first]) is first
    rejected = Outcome(state=CommandState.REJECTED, result={"status": "Rejected"})
    both = joined([first, rejected])
    assert (both.state, both.result["settings"]) == (CommandState.REJECTED, [1])
