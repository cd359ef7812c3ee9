"""The project that ``init`` writes is read without a complaint, and its own tests are true."""

from datetime import UTC, datetime

import pytest

from dataout.app.templates import template_files, template_names
from dataout.definitions import read_project
from dataout.destinations.meta import DESTINATION
from dataout.settings.documents import read_yaml
from dataout.settings.secrets import Secrets
from dataout.testing.judge import members


@pytest.fixture(params=template_names())
def project(request, tmp_path):
    for name, text in template_files(request.param).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    types, fields = DESTINATION.settings, DESTINATION.capabilities.fields
    return read_project(tmp_path, {"meta": types}, {"meta": fields})


def rules(project):
    """Gather the conditions as written, from the files: what the judge reads."""
    found = {}
    for name in project.files:
        data = read_yaml((project.folder / name).read_text(encoding="utf-8"), name).data
        found |= data.get("segments", {})
        for audience, body in data.get("audiences", {}).items():
            for tier, inner in body.get("tiers", {}).items():
                found[f"{audience}.{tier}"] = inner
    return found


def instant(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def rows(people):
    """Spell the events of people, given as pairs of a name and events, as the judge reads them."""
    return [
        {
            "profile_id": person,
            "event": event.event,
            "event_time": instant(event.at),
            "properties": dict(event.properties),
        }
        for person, events in people
        for event in events
    ]


def judged(project, test, at, later=()):
    """Ask the judge who is in at an instant; an audience is its segment minus its suppressions."""
    people = [(person, each.events) for person, each in test.given.items()]
    people += [pair for step in later for pair in step.events.items()]
    found = members(
        rules(project),
        profiles=[
            {"profile_id": person, "attributes": dict(each.attributes)}
            for person, each in test.given.items()
        ],
        events=rows(people),
        lists={
            name: [person for person, each in test.given.items() if name in each.lists]
            for name in project.lists
        },
        at=instant(at),
        timezone=project.timezone,
    )
    if test.kind == "segment":
        return found[test.subject]
    audience = project.audiences[test.subject]
    return found[audience.segment].difference(*(found[name] for name in audience.suppress))


def test_its_own_tests_are_true(project):
    assert project.tests
    for test in project.tests.values():
        for each in test.expect:
            inside = judged(project, test, each.at)
            assert set(each.inside) <= inside, (test.name, each.place)
            assert not set(each.outside) & inside, (test.name, each.place)
        for position, step in enumerate(test.then):
            inside = judged(project, test, step.at, test.then[: position + 1])
            assert step.expect is not None
            assert set(step.expect.inside) <= inside
            assert not set(step.expect.outside) & inside


def test_it_needs_no_secret_in_the_sandbox(project):
    for destination in project.destinations.values():
        secrets = Secrets({}, project.folder, sandbox=True)
        assert secrets.resolve(destination.settings)["token"] == "sandbox-token"


def test_what_it_suppresses_by_is_protected_at_the_platform(project):
    protected = {each.segment for each in project.audiences.values() if each.kind == "exclusion"}
    for audience in project.audiences.values():
        assert set(audience.suppress) <= protected


def test_its_state_is_not_for_git(project):
    assert ".dataout/" in (project.folder / ".gitignore").read_text(encoding="utf-8").split()
