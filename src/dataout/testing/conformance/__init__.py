"""What every destination owes, as checks that run against its emulator.

A destination of your own is examined in a few lines::

    import pytest
    from dataout.testing.conformance import CHECKS, Bench
    from dataout.testing.emulators.door import ManualClock

    from my_package.destination import DESTINATION
    from my_package.emulator import MyEmulator

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    def test_conformance(check):
        check(Bench(DESTINATION, MyEmulator(ManualClock())))

A check is left out only where the destination's ``Capabilities`` say that it does not apply.
"""

from dataout.testing.conformance import failures, manners, members
from dataout.testing.conformance.bench import Bench, Check, Emulator, NotConforming

CHECKS: tuple[Check, ...] = (*members.CHECKS, *failures.CHECKS, *manners.CHECKS)
"""Every check, each for a fresh bench."""

__all__ = ["CHECKS", "Bench", "Check", "Emulator", "NotConforming"]
