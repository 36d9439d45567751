"""What people may ask of charge points: the fields of each kind of command, with which stations and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.commands import CommandKind
from operations.stations.requests.charging import (
    AskAvailability,
    AskCost,
    AskLimit,
    AskLimits,
    AskNoLimit,
    AskNoReservation,
    AskReservation,
    AskSchedule,
    AskStart,
    AskStop,
    AskTransaction,
    AskUnlock,
)
from operations.stations.requests.settings import (
    AskChange,
    AskClearCache,
    AskList,
    AskListVersion,
    AskMessage,
    AskNetwork,
    AskReport,
    AskReset,
    AskSettings,
)
from operations.stations.requests.targets import Targets
from operations.stations.requests.telling import (
    AskCustomer,
    AskDisplay,
    AskDisplayed,
    AskMonitor,
    AskMonitoringBase,
    AskMonitoringLevel,
    AskMonitors,
    AskNoDisplay,
    AskNoMonitor,
    AskTransfer,
)
from operations.stations.requests.upkeep import (
    AskCertificates,
    AskFirmware,
    AskInstall,
    AskLog,
    AskNoCertificate,
    AskPublished,
    AskUnpublished,
)

__all__ = [
    "PLAIN",
    "RENAMED",
    "AskAvailability",
    "AskCertificates",
    "AskChange",
    "AskClearCache",
    "AskCost",
    "AskCustomer",
    "AskDisplay",
    "AskDisplayed",
    "AskFirmware",
    "AskInstall",
    "AskLimit",
    "AskLimits",
    "AskList",
    "AskListVersion",
    "AskLog",
    "AskMessage",
    "AskMonitor",
    "AskMonitoringBase",
    "AskMonitoringLevel",
    "AskMonitors",
    "AskNetwork",
    "AskNoCertificate",
    "AskNoDisplay",
    "AskNoLimit",
    "AskNoMonitor",
    "AskNoReservation",
    "AskPublished",
    "AskReport",
    "AskReservation",
    "AskReset",
    "AskSchedule",
    "AskSettings",
    "AskStart",
    "AskStop",
    "AskTransaction",
    "AskTransfer",
    "AskUnlock",
    "AskUnpublished",
    "Targets",
]

RENAMED: Final[Mapping[str, str]] = {
    "file_url": "url",
    "csms_url": "url",
    "vendor_data": "data",
    "shown_text": "text",
    "text_language": "language",
    "text_format": "format",
}
"""Fields that the command line could not tell from its own options, and what they are called in the command."""

PLAIN: Final[Mapping[type[Any], CommandKind]] = {
    AskReset: CommandKind.RESET,
    AskUnlock: CommandKind.UNLOCK,
    AskAvailability: CommandKind.AVAILABILITY,
    AskNoReservation: CommandKind.CANCEL_RESERVATION,
    AskNoLimit: CommandKind.CLEAR_LIMIT,
    AskLimits: CommandKind.GET_LIMITS,
    AskSchedule: CommandKind.COMPOSITE_SCHEDULE,
    AskSettings: CommandKind.GET,
    AskReport: CommandKind.REPORT,
    AskNetwork: CommandKind.NETWORK_PROFILE,
    AskMessage: CommandKind.TRIGGER,
    AskClearCache: CommandKind.CLEAR_CACHE,
    AskListVersion: CommandKind.LIST_VERSION,
    AskFirmware: CommandKind.FIRMWARE,
    AskPublished: CommandKind.PUBLISH_FIRMWARE,
    AskUnpublished: CommandKind.UNPUBLISH_FIRMWARE,
    AskLog: CommandKind.LOG,
    AskCertificates: CommandKind.LIST_CERTIFICATES,
    AskInstall: CommandKind.INSTALL_CERTIFICATE,
    AskTransfer: CommandKind.DATA_TRANSFER,
    AskDisplay: CommandKind.SET_MESSAGE,
    AskDisplayed: CommandKind.GET_MESSAGES,
    AskNoDisplay: CommandKind.CLEAR_MESSAGE,
    AskNoMonitor: CommandKind.CLEAR_MONITORING,
    AskMonitoringBase: CommandKind.MONITORING_BASE,
    AskMonitoringLevel: CommandKind.MONITORING_LEVEL,
    AskMonitors: CommandKind.MONITORING_REPORT,
    AskTransaction: CommandKind.TRANSACTION_STATUS,
    AskCost: CommandKind.COST_UPDATED,
}
"""Requests whose fields are those of the command."""
