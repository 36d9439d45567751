from datetime import UTC, datetime, timedelta

from chargepoints.session_energy import Registers, energy_of

BEGUN = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_energy_has_no_digits_that_the_registers_do_not_have() -> None:
    registers = Registers(
        begun_at_utc=BEGUN,
        ended_at_utc=BEGUN + timedelta(minutes=1),
        starts=(123_456_789.1,),
        stops=(123_456_818.7,),
        samples=(),
        trusted=True,
        max_power_w=22_000,
    )
    assert 123_456_818.7 - 123_456_789.1 != 29.6
    assert energy_of(registers).energy_wh == 29.6
