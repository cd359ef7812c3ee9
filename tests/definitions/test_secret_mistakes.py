"""A secret is a reference; where it is not, the message does not tell it."""

import pytest


def test_a_secret_in_plain_sight_is_never_shown(folder):
    folder.write(
        "all.yaml",
        "destinations: {m: {type: meta, account: EAAG-secret, token: x, pace: EAAG-secret}}",
    )
    lines = folder.complaints()
    assert len(lines) == 3
    assert not any("EAAG" in line for line in lines)


SECRETS = {
    "a text": "token: EAAG-secret",
    "a quoted text": 'token: "EAAG-secret"',
    "too short a text, told once": "token: EA",
    "a number": "token: 12345678",
    "no reference after all": 'token: "$${EAAG}"',
    "an optional one": 'token: "${T}", proof: EAAG-secret',
    "one of several": 'token: "${T}", keys: ["${K}", EAAG-secret]',
}


@pytest.mark.parametrize("settings", SECRETS.values(), ids=SECRETS)
def test_a_secret_has_to_be_a_reference(folder, settings):
    line = folder.only(f"destinations:\n  m: {{type: meta, account: act_1, {settings}}}\n")
    key = settings.rpartition(", ")[2] if "keys" not in settings else "keys"
    assert f"destinations.m.{key.partition(':')[0]}: a secret is written in plain text." in line
    assert line.startswith("all.yaml:2:")
    assert "Write ${NAME} for an environment variable or ${file:PATH} for a file." in line
    assert "EA" not in line
    assert "12345678" not in line


@pytest.mark.parametrize("token", ["${T}", "${T:-of-the-sandbox}", "${file:token}", "Bearer ${T}"])
def test_a_secret_that_is_a_reference(folder, token):
    folder.write(
        "all.yaml", f'destinations: {{m: {{type: meta, account: act_1, token: "{token}"}}}}'
    )
    assert folder.read().destinations["m"].settings["token"] == token
