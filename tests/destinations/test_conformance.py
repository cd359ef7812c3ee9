"""Every destination, every promise."""

import pytest

from dataout.destinations import meta
from dataout.testing.conformance import CHECKS, Bench
from dataout.testing.emulators.door import ManualClock
from dataout.testing.emulators.meta import MetaEmulator

BENCHES = {"meta": lambda: Bench(meta.DESTINATION, MetaEmulator(ManualClock()))}


@pytest.mark.parametrize("name", BENCHES)
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check, name):
    check(BENCHES[name]())
