"""Every destination, every promise."""

import pytest

from dataout.destinations import meta
from dataout.testing.conformance import CHECKS, Bench
from dataout.testing.emulators.door import ManualClock
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.meta_state import Rules

STRICT = Rules(
    token="EAAB-the-only-token",
    app_secret="an-app-secret",
    accounts=frozenset({"act_42"}),
    throttled_status=429,
)
BENCHES = {
    "meta": lambda: Bench(meta.DESTINATION, MetaEmulator(ManualClock())),
    "strict meta": lambda: Bench(meta.DESTINATION, MetaEmulator(ManualClock(), STRICT)),
}


@pytest.mark.parametrize("name", BENCHES)
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check, name):
    check(BENCHES[name]())
