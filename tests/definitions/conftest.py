"""A project folder to write into, with one made-up type of destination."""

from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr, StringConstraints

from dataout.definitions import read_project
from dataout.errors import ProjectError
from dataout.model.people import Field


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    account: Annotated[str, StringConstraints(pattern=r"^act_[0-9]+$")]
    token: Annotated[SecretStr, StringConstraints(min_length=3)]
    proof: SecretStr | None = None
    keys: list[SecretStr] = []
    pace: int = 5
    tags: list[str] = []


TYPES = {"meta": Settings}
FIELDS = {"meta": (Field.EMAIL, Field.PHONE, Field.FIRST_NAME)}


class Folder:
    """Writes files by name and reads the project."""

    def __init__(self, path):
        self.path = path
        self.write("dataout.yaml", "name: shop\n")

    def write(self, name, text):
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        file.write_bytes(data)

    def read(self):
        return read_project(self.path, TYPES, FIELDS)

    def complaints(self):
        with pytest.raises(ProjectError) as caught:
            self.read()
        return [str(complaint) for complaint in caught.value.complaints]

    def only(self, text, name="all.yaml"):
        """Write one file, and answer the one complaint about it."""
        self.write(name, text)
        (line,) = self.complaints()
        return line


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)
