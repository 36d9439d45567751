from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inventory import Inventory
from core.quantities import Quantity
from demo.registers import first_value, read_dial, registers_of

steps = st.sampled_from([0.001, 0.01, 0.1, 1.0, 1000.0])


@given(st.floats(0, 4e9), steps)
def test_a_dial_that_was_read_shows_the_same_again(value: float, step: float) -> None:
    shown = read_dial(np.array([value]), step)
    assert np.array_equal(read_dial(shown, step), shown)


@given(st.floats(0, 4e9), st.floats(0, 1e6), steps)
def test_a_dial_never_falls_and_never_runs_ahead(value: float, more: float, step: float) -> None:
    before, after = read_dial(np.array([value, value + more]), step)
    assert before <= after
    assert before == pytest.approx(value, abs=1.01 * step)


@given(st.integers(0, 1000), st.sampled_from([1e5, 1e8]))
def test_a_dial_begins_far_from_its_end(seed: int, limit: float) -> None:
    assert 0.0 < first_value(seed, "meter:a", Quantity.ENERGY_IMPORT_WH, limit) <= 0.3 * limit


def test_meters_send_the_registers_of_their_medium(depot: Inventory) -> None:
    sent = {name: registers_of(meter) for name, meter in depot.meters.items()}
    both = (Quantity.ENERGY_IMPORT_WH, Quantity.ENERGY_EXPORT_WH)
    assert sent == {"hof-strom": both, "hof-laden": both, "hof-pv": both, "hof-wasser": (Quantity.VOLUME_M3,)}
