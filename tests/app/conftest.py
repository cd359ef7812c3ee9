"""What tests of the application share."""

import pytest
from tests.app.checking import Shop

from dataout.app.folders import state_folder
from dataout.app.state import memory_engine, open_engine


@pytest.fixture
def shop(tmp_path):
    engine = memory_engine()
    yield Shop(tmp_path, engine)
    engine.close()


@pytest.fixture
def kept(tmp_path):
    """Give a shop whose data is kept where ``check`` looks for it."""
    engine = open_engine(state_folder(tmp_path, "dev"))
    yield Shop(tmp_path, engine)
    engine.close()
