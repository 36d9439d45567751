"""Any bytes at any decoder, led by which lines they reach: `python -m tests.ingest.fuzz`, part of `make soak`.

What `test_laws.py` states must hold for every input that is found: readings or a named rejection. The first input that
breaks it ends the run with its traceback and stays as `crash-<digest>`. It begins with the simulated days and all
recorded messages; `--corpus` keeps what it learnt for the next run. Needs atheris, which exists for Linux on x86-64.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from hashlib import sha256
from itertools import islice
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ingest", "core.readings"]):
    from tests.ingest.crowd import everybody
    from tests.ingest.encoded import ENCODERS, case_of
    from tests.ingest.test_laws import spoken, try_message

NAMES = sorted(ENCODERS)
TOPICS = {name: sorted({message.topic for message in spoken(name)}) for name in NAMES}
SEEDS = 12
LONGEST_BYTE = 4096


def main() -> None:
    """Fuzz for so long; libFuzzer ends the process, with 0 if nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    corpus = options.corpus or Path(tempfile.mkdtemp(prefix="kreiswatt-fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds():
        (corpus / sha256(seed).hexdigest()).write_bytes(seed)
    limits = [f"-max_total_time={round(options.minutes * 60)}", f"-max_len={LONGEST_BYTE}", "-timeout=5"]
    atheris.Setup([sys.argv[0], *limits, "-print_final_stats=1", str(corpus)], try_bytes)
    atheris.Fuzz()


def try_bytes(data: bytes) -> None:
    """Take the format, the topic and whether it is retained from the first two bytes, the message from the rest."""
    if len(data) <= 2:
        return
    name = NAMES[data[0] % len(NAMES)]
    topics = TOPICS[name]
    topic = topics[(data[1] >> 1) % len(topics)]
    try_message(case_of(name).feed, topic, data[2:], retained=bool(data[1] & 1))


def seeds() -> list[bytes]:
    """Return the beginnings: messages of each format, addressed to its decoder."""
    said = [(name, message.topic, message.payload) for name in NAMES for message in islice(spoken(name), SEEDS)]
    said += [(each.format, topic, payload) for each in everybody() for topic, payload in each.messages[:SEEDS]]
    return [_addressed(*each) for each in said if each[0] in TOPICS]


def _addressed(name: str, topic: str, payload: bytes) -> bytes:
    topics = TOPICS[name]
    place = topics.index(topic) if topic in topics else 0
    return bytes([NAMES.index(name), place % 128 << 1]) + payload


if __name__ == "__main__":
    main()
