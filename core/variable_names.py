"""How one setting of a charge point is named, in one line of text for all OCPP versions.

OCPP 1.6 knows keys: `HeartbeatInterval`. OCPP 2.x knows variables of components:

    Component[.instance][@evse[.connector]]/Variable[.instance][:attribute]

for example `OCPPCommCtrlr/HeartbeatInterval`, `EVSE@1/Power:MaxSet`, `Connector@1.2/Available` or
`AlignedDataCtrlr/Interval`. The attribute is `Actual` where none is named. Component and variable alone
(`OCPPCommCtrlr`) name all variables of the component; only reports take that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from core.errors import RequestError

ATTRIBUTES = ("Actual", "Target", "MinSet", "MaxSet")
"""The attributes of a variable (OCPP 2.0.1 part 2, AttributeEnumType)."""

_NAME_MAX = 50
_PLACE = re.compile(r"(?P<component>[^@]*)@(?P<evse>\d{1,9})(?:\.(?P<connector>\d{1,9}))?")
_ATTRIBUTE = re.compile(rf"(?P<variable>.*):(?P<attribute>{'|'.join(ATTRIBUTES)})", re.IGNORECASE)
_ATTRIBUTE_OF = {attribute.casefold(): attribute for attribute in ATTRIBUTES}


@dataclass(frozen=True, slots=True)
class VariableName:
    """One variable of OCPP 2.x; `variable` is empty where the whole component is meant."""

    component: str
    variable: str = ""
    instance: str = ""
    variable_instance: str = ""
    evse: int | None = None
    connector: int | None = None
    attribute: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the variable that a text names. Raises `RequestError` if it names none."""
        place, _, rest = text.strip().partition("/")
        placed, attributed = _PLACE.fullmatch(place), _ATTRIBUTE.fullmatch(rest)
        component, _, instance = (placed["component"] if placed else place).partition(".")
        variable, _, variable_instance = (attributed["variable"] if attributed else rest).partition(".")
        if not component or "@" in component + instance or (rest and not variable):
            raise RequestError("ocpp.variable_name_invalid", name=text[:_NAME_MAX])
        if max(map(len, (component, instance, variable, variable_instance))) > _NAME_MAX:
            raise RequestError("ocpp.variable_name_invalid", name=text[:_NAME_MAX])
        return cls(
            component,
            variable,
            instance,
            variable_instance,
            evse=int(placed["evse"]) if placed else None,
            connector=int(placed["connector"]) if placed and placed["connector"] else None,
            attribute=_ATTRIBUTE_OF[attributed["attribute"].casefold()] if attributed else "",
        )

    def __str__(self) -> str:
        """Return the text that names the variable."""
        place = "" if self.evse is None else f"@{self.evse}"
        if self.connector is not None:
            place += f".{self.connector}"
        component = self.component + _dotted(self.instance) + place
        if not self.variable:
            return component
        attribute = f":{self.attribute}" if self.attribute not in ("", ATTRIBUTES[0]) else ""
        return f"{component}/{self.variable}{_dotted(self.variable_instance)}{attribute}"


def _dotted(instance: str) -> str:
    return f".{instance}" if instance else ""
