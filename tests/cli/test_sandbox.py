"""``dataout sandbox``: another process plays the platform, and remembers what it was told."""

import signal
import socket
import stat

import httpx
import pytest

PATIENCE = 30  # seconds


class Sandbox:
    """A sandbox as a process of its own; ``address`` is where it says that it listens."""

    def __init__(self, shop, *arguments):
        self.process = shop.process("sandbox", "--port", 0, *arguments)
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()
        self.address = self.said.split()[4].rstrip(":")
        shop.surroundings["DATAOUT_SANDBOX"] = self.address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, *, hard=False):
        if self.process.poll() is None:
            (self.process.kill if hard else self.process.terminate)()
        self.process.communicate(timeout=PATIENCE)


def held(address):
    """Ask the platform itself how many people each audience was given."""
    url = f"{address}/meta/v25.0/act_100000000000001/customaudiences"
    answer = httpx.get(url, params={"fields": "name", "access_token": "any"}, trust_env=False)
    return sorted(audience["name"] for audience in answer.json()["data"])


def test_it_says_where_it_listens_and_keeps_standard_output_clean(shop):
    with Sandbox(shop) as sandbox:
        assert sandbox.said == (
            f"The sandbox listens at {sandbox.address}: meta. Stop it with Ctrl-C.\n"
        )
        assert sandbox.address.startswith("http://127.0.0.1:")
        assert held(sandbox.address) == []
        assert httpx.get(f"{sandbox.address}/elsewhere", trust_env=False).status_code == 404


@pytest.mark.slow
def test_what_it_was_told_outlives_it(shop, everybody_in_place):
    """Stopped, or killed: the audiences are there again, and nothing is sent twice."""
    with Sandbox(shop) as sandbox:
        assert shop("run").code == 0
        assert held(sandbox.address) == sorted(everybody_in_place)
        sandbox.stop(hard=True)
    file = shop.state / "sandbox" / "meta.state"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with Sandbox(shop) as sandbox:
        assert held(sandbox.address) == sorted(everybody_in_place)
        assert [sync["sent"] for sync in shop.json("run")["syncs"]] == [0] * 5
        shop.buys("ann", "o-30")
        assert shop("run").code == 0  # the audience it made before is found by its id
    content = file.read_bytes()
    assert b"example.com" not in content


@pytest.mark.slow
def test_a_memory_that_cannot_be_read_starts_the_platform_anew(shop):
    with Sandbox(shop):
        assert shop("run").code == 0
    (shop.state / "sandbox" / "meta.state").write_bytes(b"nothing of the kind")
    with Sandbox(shop) as sandbox:
        assert held(sandbox.address) == []
        shop.buys("cem", "o-31")  # something to send, to an audience that is gone
        assert shop("run").code == 3
        for _ in range(3):
            if (code := shop("run").code) == 0:
                break
        assert code == 0
        assert "[dev] recent_buyers" in held(sandbox.address)


def test_it_fails_as_it_is_told(shop, everybody_in_place):
    with Sandbox(shop, "--fail", "token-expired", "--fail", "drop-answer") as sandbox:
        failed = shop("--json", "run", "recent_buyers@meta")
        assert failed.code == 3
        assert "session has expired" in failed.json["syncs"][0]["error"]
        assert shop("run").code == 0
        assert held(sandbox.address) == sorted(everybody_in_place)


WRONG = {
    "drop-answr": "unknown failure 'drop-answr'; did you mean 'drop-answer'?",
    "earthquake": "unknown failure 'earthquake'; known: drop-answer, time-out, down,",
    "down:0": "after the colon stands a number of calls, or 'always'",
    "down:often": "after the colon stands a number of calls, or 'always'",
    "": "unknown failure ''",
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_failure_that_it_does_not_know(shop, kind):
    answer = shop("sandbox", "--fail", kind)
    assert answer.code == 2
    assert WRONG[kind] in answer.paragraph


def test_a_port_that_is_taken(shop):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = shop("sandbox", "--port", port)
    assert answer.code == 2
    assert answer.paragraph.startswith(f"Port {port} is taken. Is a sandbox running already?")
    assert "export DATAOUT_SANDBOX=" in answer.paragraph


def test_a_folder_in_which_it_cannot_remember(shop, powerless):
    shop.state.chmod(0o500)
    try:
        answer = shop.ran("sandbox", "--port", 0, through=powerless)
    finally:
        shop.state.chmod(0o700)
    assert answer.code == 2
    assert "Permission denied" in answer.paragraph


def test_it_is_stopped_by_hand(shop):
    sandbox = Sandbox(shop)
    sandbox.process.send_signal(signal.SIGINT)
    assert sandbox.process.wait(PATIENCE) == 0
    sandbox.stop()
