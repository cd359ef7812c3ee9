"""Secrets by reference: filled in late, never shown."""

import pytest

from dataout.errors import SecretMissing
from dataout.settings.secrets import Secrets, malformed, references


def secrets(folder, *, sandbox=False, **variables):
    return Secrets(variables, folder, sandbox)


def test_references_are_filled_in_at_any_depth(tmp_path):
    (tmp_path / "key.txt").write_text("from a file\n", encoding="utf-8")
    written = {"a": "${A}", "b": ["x-${A}-${file:key.txt}", 3], "c": {"d": "$${A} $A", "e": None}}
    filled = {"a": "one", "b": ["x-one-from a file", 3], "c": {"d": "${A} $A", "e": None}}
    assert secrets(tmp_path, A="one").resolve(written) == filled


def test_a_value_is_not_looked_into_again(tmp_path):
    assert secrets(tmp_path, A="${B}", B="x").resolve("${A}") == "${B}"


def test_a_default_counts_in_a_sandbox(tmp_path):
    assert secrets(tmp_path, sandbox=True).resolve("${A:-made-up}") == "made-up"
    assert secrets(tmp_path, sandbox=True, A="real").resolve("${A:-made-up}") == "real"


def test_a_default_does_not_count_elsewhere(tmp_path):
    with pytest.raises(SecretMissing, match=r"A is not set \(meta\.token\)\. Its default counts"):
        secrets(tmp_path).resolve("${A:-made-up}", "meta.token")


@pytest.mark.parametrize("variables", [{}, {"A": ""}])
def test_a_missing_variable_is_named_with_its_place(tmp_path, variables):
    with pytest.raises(SecretMissing, match=r"variable A is not set \(meta\.keys\[1\]\)") as caught:
        secrets(tmp_path, **variables).resolve({"keys": ["x", "${A}"]}, "meta")
    assert "export A=" in caught.value.hint


def test_a_secret_file_that_cannot_be_read(tmp_path):
    (tmp_path / "bad").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    for name, said in [
        ("none", "No such file"),
        ("bad", "not UTF-8"),
        ("empty", "is empty"),
        (".", "directory"),
    ]:
        with pytest.raises(SecretMissing, match=said):
            secrets(tmp_path).resolve(f"${{file:{name}}}")


def test_what_a_value_refers_to():
    assert list(references({"a": ["${A}", "${B:-x}${file:p/q}"], "b": "$${C}", "c": 1})) == [
        "A",
        "B",
        "file:p/q",
    ]


@pytest.mark.parametrize("text", ["${", "${A B}", "${}", "${file:}", "x ${1}"])
def test_what_is_no_reference(text):
    assert malformed(text)


@pytest.mark.parametrize("text", ["", "$", "$A", "${A}", "$${", "$${A B}", "{A}"])
def test_what_is_fine(text):
    assert not malformed(text)
