"""Packed evidence is the same evidence, as far as a session is made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.decoding.events import (
    Arrival,
    EvidenceKind,
    MeterSample,
    ReadingContext,
    Stamp,
    TransactionEvidence,
)
from chargepoints.packing import pack, unpack
from core.facts import Protocol, TagVerdict
from core.quantities import Quantity

instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
stamps = st.builds(Stamp, st.text(max_size=40), instants, st.booleans())
values = st.floats(-1e9, 1e9)
samples = st.builds(
    MeterSample,
    st.sampled_from([Quantity.ENERGY_IMPORT_WH, Quantity.POWER_W]),
    stamps,
    values,
    st.sampled_from(ReadingContext),
)
evidence = st.builds(
    TransactionEvidence,
    kind=st.sampled_from(EvidenceKind),
    arrival=st.builds(Arrival, st.just("lra-01"), st.sampled_from(Protocol), instants, st.integers(0, 2**50)),
    transaction=st.text(max_size=36),
    stamp=stamps,
    connector=st.none() | st.integers(0, 999),
    natural_key=st.text(max_size=80),
    tag=st.none() | st.text(max_size=24),
    verdict=st.sampled_from(TagVerdict),
    register_wh=st.none() | values,
    samples=st.lists(samples, max_size=4).map(tuple),
    stop_reason=st.none() | st.text(max_size=20),
    sequence=st.none() | st.integers(0, 2**31),
)


@settings(deadline=None)
@given(evidence)
def test_what_is_packed_comes_out_again(item: TransactionEvidence) -> None:
    assert unpack(pack(item)) == item


def test_of_other_samples_one_stays_to_be_counted() -> None:
    stamp = Stamp("", datetime(2026, 1, 1, tzinfo=UTC))
    volts = MeterSample(Quantity.VOLTAGE_V, stamp, 230.0)
    item = TransactionEvidence(
        kind=EvidenceKind.SAMPLE,
        arrival=Arrival("lra-01", Protocol.OCPP_16, stamp.at_utc),
        transaction="7",
        stamp=stamp,
        samples=(volts, volts),
    )
    assert unpack(pack(item)).samples == (volts,)
    power = MeterSample(Quantity.POWER_W, stamp, 5.0)
    assert unpack(pack(replace(item, samples=(volts, power)))).samples == (power,)
