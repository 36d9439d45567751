"""Requests of every kind, with what a person may ask."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chargepoints.commands.sending import Context, Running, Token
from core import command_requests as ask
from core.command_words import (
    CertificateUse,
    LimitPurpose,
    LimitSource,
    LimitTime,
    ListStatus,
    ListUpdate,
    LogKind,
    MessagePriority,
    MessageState,
    MonitorCriterion,
    MonitoringBase,
    MonitorKind,
    RateUnit,
    ReportBase,
    ReportCriterion,
    ResetWay,
    SignedUse,
    Triggered,
)
from core.commands import CommandKind

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
TAG, GROUP = "tag:0123456789abcdef0123", "tag:00000000000000000001"
CONTEXT = Context(
    now_utc=NOW,
    number=4711,
    tokens={TAG: Token("04A2B3C4"), GROUP: Token("FUHRPARK", "Central")},
    sessions={"s1": Running("815", 2)},
)
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HASH = ask.CertificateHash(issuer_name_hash="ab" * 32, issuer_key_hash="cd" * 32, serial_number="0f1e")
URL = "https://laden.example.org/logs/1"
STEPS = (
    ask.LimitStep(start_s=0, power_w=11_000.0, phases=3),
    ask.LimitStep(start_s=3600, power_w=4140.05),
)

REQUESTS: dict[CommandKind, tuple[object, ...]] = {
    CommandKind.START: (
        ask.StartCharging(connector=1, tag=TAG),
        ask.StartCharging(connector=2, tag=TAG, power_w=7360.0, phases=1),
        ask.StartCharging(connector=2, tag=TAG, parent_tag=GROUP),
    ),
    CommandKind.STOP: (ask.StopCharging(session="s1"),),
    CommandKind.RESET: (
        *(ask.ResetStation(way=way) for way in ResetWay),
        ask.ResetStation(connector=1),
    ),
    CommandKind.UNLOCK: (ask.UnlockConnector(connector=1),),
    CommandKind.AVAILABILITY: (
        ask.ChangeAvailability(operative=False),
        ask.ChangeAvailability(operative=True, connector=1),
        ask.ChangeAvailability(operative=True, connector=1, plug=2),
    ),
    CommandKind.RESERVE: (
        ask.ReserveOutlet(number=7, tag=TAG, until_utc=LATER),
        ask.ReserveOutlet(number=9, tag=TAG, until_utc=LATER, connector_type="sType2"),
        ask.ReserveOutlet(number=8, tag=TAG, until_utc=LATER, connector=2, parent_tag=GROUP),
    ),
    CommandKind.CANCEL_RESERVATION: (ask.CancelReservation(number=7),),
    CommandKind.LIMIT: (
        ask.LimitPower(power_w=22_000.0),
        ask.LimitPower(current_a=6.1, connector=1, purpose=LimitPurpose.DEFAULT, until_utc=LATER),
        ask.LimitPower(current_a=16.0, purpose=LimitPurpose.SESSION, session="s1", time=LimitTime.RELATIVE),
        ask.LimitPower(steps=STEPS, time=LimitTime.DAILY, from_utc=NOW, stack_level=3, profile=12),
        ask.LimitPower(steps=STEPS, time=LimitTime.WEEKLY, purpose=LimitPurpose.DEFAULT),
    ),
    CommandKind.CLEAR_LIMIT: (
        ask.ClearLimit(profile=12),
        ask.ClearLimit(connector=0, purpose=LimitPurpose.DEFAULT, stack_level=0),
    ),
    CommandKind.GET_LIMITS: (
        ask.GetLimits(),
        ask.GetLimits(connector=1, purpose=LimitPurpose.EXTERNAL, stack_level=1),
        ask.GetLimits(profiles=(1, 2), sources=(LimitSource.CENTRAL_SYSTEM, LimitSource.GRID_OPERATOR)),
    ),
    CommandKind.COMPOSITE_SCHEDULE: (
        ask.CompositeSchedule(),
        ask.CompositeSchedule(connector=1, duration_s=300, unit=RateUnit.AMPERE),
    ),
    CommandKind.GET: (
        ask.GetConfiguration(),
        ask.GetConfiguration(keys=("OCPPCommCtrlr/HeartbeatInterval", "Connector@1.2/Available:Target")),
    ),
    CommandKind.SET: (
        ask.SetConfiguration(settings=(ask.Setting(key="OCPPCommCtrlr/HeartbeatInterval", value="300"),)),
    ),
    CommandKind.REPORT: (
        ask.RequestReport(),
        *(ask.RequestReport(base=base) for base in ReportBase),
        ask.RequestReport(criteria=tuple(ReportCriterion), keys=("EVSE@1", "EVSE@1/Power")),
    ),
    CommandKind.NETWORK_PROFILE: (
        ask.SetNetworkProfile(slot=1, url="wss://laden.example.org/ocpp", security_profile=2),
    ),
    CommandKind.TRIGGER: (
        *(ask.TriggerMessage(message=message) for message in Triggered),
        ask.TriggerMessage(message=Triggered.STATUS, connector=1, plug=1),
        ask.TriggerMessage(message=Triggered.METER_VALUES, connector=2),
        ask.TriggerMessage(message=Triggered.HEARTBEAT, connector=2),
    ),
    CommandKind.CLEAR_CACHE: (ask.ClearCache(),),
    CommandKind.PASSWORD: (ask.ChangePassword(),),
    CommandKind.LIST_VERSION: (ask.ListVersion(),),
    CommandKind.SEND_LIST: (
        ask.SendList(version=1),
        ask.SendList(
            version=2,
            update=ListUpdate.DIFFERENTIAL,
            entries=(
                *(ask.ListEntry(tag=TAG, status=status, until_utc=LATER, parent_tag=GROUP) for status in ListStatus),
                ask.ListEntry(tag=GROUP, status=None),
            ),
        ),
    ),
    CommandKind.FIRMWARE: (
        ask.UpdateFirmware(url=URL, retrieve_at_utc=NOW, retries=3, retry_interval_s=60),
        ask.UpdateFirmware(
            url=URL, retrieve_at_utc=NOW, install_at_utc=LATER, signing_certificate=PEM, signature="c2lnbmVk"
        ),
    ),
    CommandKind.PUBLISH_FIRMWARE: (ask.PublishFirmware(url=URL, checksum="0" * 32, retries=2),),
    CommandKind.UNPUBLISH_FIRMWARE: (ask.UnpublishFirmware(checksum="0" * 32),),
    CommandKind.LOG: (
        *(ask.RequestLog(url=URL, kind=kind) for kind in LogKind),
        ask.RequestLog(url=URL, by_get_log=True, from_utc=NOW, to_utc=LATER, retries=1, retry_interval_s=30),
        ask.RequestLog(url=URL, from_utc=NOW, to_utc=LATER),
    ),
    CommandKind.INSTALL_CERTIFICATE: tuple(ask.InstallCertificate(use=use, certificate=PEM) for use in CertificateUse),
    CommandKind.DELETE_CERTIFICATE: (ask.DeleteCertificate(certificate=HASH),),
    CommandKind.LIST_CERTIFICATES: (
        ask.ListCertificates(),
        *(ask.ListCertificates(uses=(use,)) for use in CertificateUse),
        ask.ListCertificates(uses=(CertificateUse.CENTRAL_ROOT, CertificateUse.V2G_CHAIN)),
    ),
    CommandKind.CERTIFICATE_SIGNED: tuple(ask.CertificateSigned(chain=PEM, use=use, request=3) for use in SignedUse),
    CommandKind.DATA_TRANSFER: (
        ask.DataTransfer(vendor="org.example"),
        ask.DataTransfer(vendor="org.example", message="Hello", data='{"a": 1}'),
    ),
    CommandKind.SET_MESSAGE: (
        ask.SetMessage(number=1, text="Willkommen im Landratsamt"),
        ask.SetMessage(
            number=2,
            text="Gute Fahrt",
            priority=MessagePriority.ALWAYS_FRONT,
            state=MessageState.CHARGING,
            from_utc=NOW,
            until_utc=LATER,
            session="s1",
            connector=1,
        ),
    ),
    CommandKind.GET_MESSAGES: (
        ask.GetMessages(),
        ask.GetMessages(numbers=(1, 2), priority=MessagePriority.IN_FRONT, state=MessageState.IDLE),
    ),
    CommandKind.CLEAR_MESSAGE: (ask.ClearMessage(number=1),),
    CommandKind.SET_MONITORING: (
        ask.SetMonitoring(
            monitors=tuple(
                ask.Monitor(key="EVSE@1/Power", kind=kind, value=100.5, severity=8, during_sessions_only=True, number=3)
                for kind in MonitorKind
            )
        ),
    ),
    CommandKind.CLEAR_MONITORING: (ask.ClearMonitoring(numbers=(1, 2)),),
    CommandKind.MONITORING_BASE: tuple(ask.SetMonitoringBase(base=base) for base in MonitoringBase),
    CommandKind.MONITORING_LEVEL: (ask.SetMonitoringLevel(severity=4),),
    CommandKind.MONITORING_REPORT: (
        ask.RequestMonitoringReport(),
        ask.RequestMonitoringReport(criteria=tuple(MonitorCriterion), keys=("EVSE@1/Power",)),
    ),
    CommandKind.CUSTOMER_INFORMATION: (
        ask.CustomerInformation(report=True, clear=True, tag=TAG),
        ask.CustomerInformation(report=True, clear=False, customer="4711"),
        ask.CustomerInformation(report=False, clear=True, certificate=HASH),
    ),
    CommandKind.TRANSACTION_STATUS: (ask.TransactionStatus(), ask.TransactionStatus(session="s1")),
    CommandKind.COST_UPDATED: (ask.CostUpdated(session="s1", total_eur=Decimal("12.34")),),
}
