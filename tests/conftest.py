"""What every test may use: hypothesis profiles, and the public data sets where they are at hand."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile(
    "soak",
    deadline=None,
    max_examples=2_000,
    derandomize=os.environ.get("CI") == "true",  # a red build is never chance
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

WITHOUT_DATA = pytest.StashKey[list[str]]()


def pytest_configure(config):
    config.stash[WITHOUT_DATA] = []


@pytest.fixture
def testdata(request):
    """Give the folder of public data sets; skip where it is not, and fail if CI forgot it.

    ``DATAOUT_TESTDATA`` names the folder; ``none`` says on purpose that there is none.
    """
    named = os.environ.get("DATAOUT_TESTDATA", "")
    if named and named != "none":
        folder = Path(named)
        assert folder.is_dir(), f"DATAOUT_TESTDATA is {named}, which is not a folder"
        return folder
    if not named and os.environ.get("CI") == "true":
        pytest.fail("CI is set and DATAOUT_TESTDATA is not: name the folder, or say none")
    request.config.stash[WITHOUT_DATA].append(request.node.nodeid)
    pytest.skip("DATAOUT_TESTDATA names no folder of data sets (docs/data.md)")


def pytest_terminal_summary(terminalreporter, config):
    skipped = config.stash[WITHOUT_DATA]
    if not skipped:
        return
    terminalreporter.section("NOT RUN ON REAL DATA", sep="!", red=True, bold=True)
    terminalreporter.line(
        f"DATAOUT_TESTDATA names no folder, so {len(skipped)} tests did not run (docs/data.md):"
    )
    for node in skipped:
        terminalreporter.line(f"  {node}")
