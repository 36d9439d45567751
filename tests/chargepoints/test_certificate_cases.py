"""The OCA's cases about certificates and encryption, one by one, against one running central system."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from chargepoints.settings import StationAuthoritySettings, StationTlsSettings
from core.inventory import Inventory
from tests.chargepoints.certificate_cases import CASES_16, CASES_201, V16, V201, Grounds, an_authority
from tests.chargepoints.conftest import SECRETS, a_house, a_station, an_inventory, basic
from tests.chargepoints.recorded import hold_to_the_record

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = [(V16, id_) for id_ in CASES_16] + [(V201, id_) for id_ in CASES_201]
PLAYED = {V16: CASES_16, V201: CASES_201}
BY_CERTIFICATE = frozenset({"TC_087", "TC_A_07", "TC_A_08"})


def name_of(id_: str) -> str:
    return id_.casefold().replace("_", "-")


def inventory() -> Inventory:
    profiles = {id_: 3 if id_ in BY_CERTIFICATE else 2 for _, id_ in CASES}
    stations = {name_of(id_): a_station(name_of(id_), security_profile=profile) for id_, profile in profiles.items()}
    return replace(an_inventory(), stations=stations)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grounds(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Grounds]:
    folder = tmp_path_factory.mktemp("grounds")
    authority = an_authority("Ladestationen", folder)
    files = StationAuthoritySettings(certificate=folder / "ca.pem", key=folder / "ca.key")
    own = folder / "own.pem"
    tls = StationTlsSettings(certificate=own, key=own, names=("localhost",), made_here=True, port=0)
    with pytest.MonkeyPatch.context() as patch:
        for _, id_ in CASES:
            patch.setitem(SECRETS, name_of(id_), SECRETS["lra-01"])
        async with a_house(folder / "house", inventory(), tls=tls, authority=files) as house:
            yield Grounds(house, folder, authority, basic)


@pytest.mark.parametrize(("version", "id_"), CASES)
async def test_a_case_about_certificates_goes_as_the_document_says(grounds: Grounds, version: str, id_: str) -> None:
    grounds.spoken.clear()
    await PLAYED[version][id_](grounds, name_of(id_), version)
    if grounds.spoken:  # some are refused before they say a word
        hold_to_the_record(version, id_, grounds.spoken)
    for record in await grounds.house.stores.ledger.certificates({name_of(id_)}):
        assert record.facts.subject == f"CN={name_of(id_)}", "no station got what another asked for"
