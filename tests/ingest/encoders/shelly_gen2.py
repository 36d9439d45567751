"""A Shelly Pro 3EM: Wh with two decimals, in notifications that name the phases that have changed."""

from __future__ import annotations

from collections.abc import Iterator

from core.inventory import Feed
from ingest.messages import Message
from tests.ingest.simulated_day import Case, SimulatedDay

PREFIX = "shellypro3em-day"
CASE = Case(Feed(broker="main", format="shelly_gen2", topic=PREFIX))


def messages(day: SimulatedDay) -> Iterator[Message]:
    for number, sample in enumerate(day.samples):
        a, b = sample.counted // 3, sample.counted // 2
        phases = f'"a_total_act_energy":{a}.25,"b_total_act_energy":{b}.50,"c_total_act_energy":'
        phases += f"{sample.counted - a - b - 0.75 if sample.counted else 0:.2f}"
        if not sample.counted:
            phases = '"a_total_act_energy":0.00,"b_total_act_energy":0.00,"c_total_act_energy":0.00'
        if number % 3 == 0 and number:
            yield sample.message(f"{PREFIX}/status/emdata:0", f'{{"id":0,{phases},"total_act":{sample.counted}.00}}')
        body = f'{{"ts":{sample.at_utc.timestamp():.2f},"emdata:0":{{"id":0,{phases}}}}}'
        yield sample.message(
            f"{PREFIX}/events/rpc",
            f'{{"src":"{PREFIX}","dst":"{PREFIX}/events","method":"NotifyStatus","params":{body}}}',
        )
