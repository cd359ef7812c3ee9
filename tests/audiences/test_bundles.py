"""Bundles: what was written is read, and whatever is not whole is read as nothing."""

import stat

import pytest

from dataout.audiences import bundles
from dataout.audiences.bundles import Bundle

SAID = {"name": "Zoë", "sizes": [1, 2, 3]}
BLOBS = {"empty": b"", "short": b"abc", "long": bytes(range(256)) * 3}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "folder" / "a.bundle"
    bundles.write(path, Bundle(SAID, {name: memoryview(blob) for name, blob in BLOBS.items()}))
    return path


def test_it_is_read_as_it_was_written(path):
    found = bundles.read(path)
    assert found.said == SAID
    assert {name: bytes(blob) for name, blob in found.blobs.items()} == BLOBS


def test_blobs_are_aligned_and_cannot_be_written_to(path):
    found = bundles.read(path)
    whole = path.read_bytes()
    assert whole.index(BLOBS["long"]) % bundles.ALIGNED == 0
    assert all(blob.readonly for blob in found.blobs.values())


def test_it_is_for_its_owner_only(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_only_the_last_folder_is_made(tmp_path):
    with pytest.raises(FileNotFoundError):
        bundles.write(tmp_path / "gone" / "folder" / "a.bundle", Bundle({}, {}))


def test_a_file_of_others_in_its_place_is_not_written_into(path):
    path.chmod(0o644)
    bundles.write(path, Bundle({}, {}))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_ends_early_is_none(path):
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert bundles.read(path) is None, size


def test_a_file_with_a_wrong_byte_is_none(path):
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert bundles.read(path) is None, place


def test_what_is_no_bundle_is_none(path):
    path.write_text("a diary\n" * 100)
    assert bundles.read(path) is None
    path.unlink()
    assert bundles.read(path) is None
    path.mkdir()
    assert bundles.read(path) is None


def test_the_one_before_stays_readable_while_it_is_in_use(path):
    before = bundles.read(path)
    new = path.with_name("new")
    bundles.write(new, Bundle({}, {"long": memoryview(b"other")}))
    bundles.publish(new, path.name)
    assert bytes(before.blobs["long"]) == BLOBS["long"]
    assert bytes(bundles.read(path).blobs["long"]) == b"other"
    assert not new.exists()


def test_a_large_blob_goes_piece_by_piece(path):
    large = memoryview(bytes(range(250)) * (2 * bundles.PIECE // 250 + 1))
    bundles.write(path, Bundle({}, {"large": large, "after": memoryview(b"end")}))
    found = bundles.read(path)
    assert found.blobs["large"] == large
    assert found.blobs["after"] == b"end"
