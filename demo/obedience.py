"""What the invented charge points do when they are asked: they know a few settings, and refuse what needs a driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16
from ocpp.v16 import call_result as result16
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call_result as result201

SETTINGS_16: Final = {
    "HeartbeatInterval": "300",
    "MeterValueSampleInterval": "60",
    "ConnectionTimeOut": "120",
    "AuthorizeRemoteTxRequests": "true",
    "LocalAuthListEnabled": "true",
    "NumberOfConnectors": "2",
}
_READ_ONLY: Final = frozenset({"NumberOfConnectors"})


Handler = TypeVar("Handler", bound=Callable[..., Any])


def _answers(action: str) -> Callable[[Handler], Handler]:
    """Return what makes a method the answer to an action."""
    return cast("Callable[[Handler], Handler]", on(action))


class Obedient16(ChargePoint16):  # type: ignore[misc]  # the package is not typed
    """A station of OCPP 1.6 that can be asked."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._settings = dict(SETTINGS_16)

    @_answers("GetConfiguration")
    def get_configuration(self, key: list[str] | None = None) -> result16.GetConfiguration:
        """Return the settings asked for."""
        wanted = key or list(self._settings)
        known = [
            {"key": name, "readonly": name in _READ_ONLY, "value": self._settings[name]}
            for name in wanted
            if name in self._settings
        ]
        unknown = [name for name in wanted if name not in self._settings]
        return result16.GetConfiguration(configuration_key=known, unknown_key=unknown)

    @_answers("ChangeConfiguration")
    def change_configuration(self, key: str, value: str) -> result16.ChangeConfiguration:
        """Change a setting that is known."""
        if key not in self._settings:
            return result16.ChangeConfiguration(status="NotSupported")
        if key in _READ_ONLY:
            return result16.ChangeConfiguration(status="Rejected")
        self._settings[key] = value
        return result16.ChangeConfiguration(status="Accepted")

    @_answers("ClearCache")
    def clear_cache(self) -> result16.ClearCache:
        """Forget nothing, as nothing is remembered."""
        return result16.ClearCache(status="Accepted")

    @_answers("UnlockConnector")
    def unlock(self, **_asked: Any) -> result16.UnlockConnector:
        """Unlock."""
        return result16.UnlockConnector(status="Unlocked")

    @_answers("SetChargingProfile")
    def limit(self, **_asked: Any) -> result16.SetChargingProfile:
        """Take a limit."""
        return result16.SetChargingProfile(status="Accepted")

    @_answers("Reset")
    def reset(self, **_asked: Any) -> result16.Reset:
        """Refuse: the story goes on."""
        return result16.Reset(status="Rejected")

    @_answers("RemoteStartTransaction")
    def begin_session(self, **_asked: Any) -> result16.RemoteStartTransaction:
        """Refuse: no vehicle is there that is not in the story."""
        return result16.RemoteStartTransaction(status="Rejected")

    @_answers("RemoteStopTransaction")
    def end_session(self, **_asked: Any) -> result16.RemoteStopTransaction:
        """Refuse: the story goes on."""
        return result16.RemoteStopTransaction(status="Rejected")


class Obedient201(ChargePoint201):  # type: ignore[misc]  # the package is not typed
    """A station of OCPP 2.0.1 that can be asked."""

    @_answers("ClearCache")
    def clear_cache(self, **_asked: Any) -> result201.ClearCache:
        """Forget nothing, as nothing is remembered."""
        return result201.ClearCache(status="Accepted")

    @_answers("UnlockConnector")
    def unlock(self, **_asked: Any) -> result201.UnlockConnector:
        """Unlock."""
        return result201.UnlockConnector(status="Unlocked")

    @_answers("SetChargingProfile")
    def limit(self, **_asked: Any) -> result201.SetChargingProfile:
        """Take a limit."""
        return result201.SetChargingProfile(status="Accepted")

    @_answers("Reset")
    def reset(self, **_asked: Any) -> result201.Reset:
        """Refuse: the story goes on."""
        return result201.Reset(status="Rejected")

    @_answers("RequestStartTransaction")
    def begin_session(self, **_asked: Any) -> result201.RequestStartTransaction:
        """Refuse: no vehicle is there that is not in the story."""
        return result201.RequestStartTransaction(status="Rejected")

    @_answers("RequestStopTransaction")
    def end_session(self, **_asked: Any) -> result201.RequestStopTransaction:
        """Refuse: the story goes on."""
        return result201.RequestStopTransaction(status="Rejected")
