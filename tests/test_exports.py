"""What somebody takes out of the room carries a mark that leads back to them; who took what is listed."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.log import Down
from tests.house import House
from tests.test_press_desk import People, desk, people  # noqa: F401

MARK = re.compile(r"T-[A-Z2-7]{4}-[A-Z2-7]{4}")
PUBLIC = {"statements.show", "statements.proof", "docket.table", "docket.document"}  # the same for everybody
MARKED = {"figures_page.table", "statements.preview"}  # as files; what opens in the browser is the report


def taken(client: FlaskClient, address: str) -> tuple[str, str]:
    """What a file says without its mark, and the mark."""
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.text
    [mark] = set(MARK.findall(text))
    return MARK.sub("", text), mark


@pytest.mark.security("S61", "marker", "marker leads to a person", "listed")
def test_two_who_take_the_same_file_get_two_marks_that_lead_to_them(
    people: People,  # noqa: F811
    desk: House,  # noqa: F811
) -> None:
    statement, lead = people.written(), desk.program("security_lead")
    files = ["/figures/where.csv", "/report?lang=en", "/report.json"]
    files += [f"/statements/draft/{statement}.{kind}" for kind in ("txt?lang=en", "txt?lang=km")]
    marks: dict[str, tuple[str, str]] = {}
    for address in files:
        (first, one), (second, other) = (taken(each, address) for each in (people.checker, people.other))
        assert one != other
        if "report" not in address:  # which says when it was asked for
            assert first == second, address
        what = address.partition("?")[0]
        marks |= {one: (name(people.checker), what), other: (name(people.other), what)}
    desk.fold()
    listed = lead.get("/api/v1/exports").json["exports"]
    assert {one["mark"]: (one["by"].partition(":")[2], one["what"]) for one in listed} == marks
    for mark, (who, what) in marks.items():
        [found] = lead.get(f"/api/v1/exports?mark={mark.lower()}").json["exports"]
        assert (found["by"].partition(":")[2], found["what"]) == (who, what)
    assert people.checker.get("/api/v1/exports").status_code == 403
    assert set(MARK.findall(lead.get("/sharing").text)) == set(marks)
    assert not MARK.search(desk.program("administrator").get("/sharing").text)


def name(client: FlaskClient) -> str:
    """Who sits there."""
    found = re.search(r"<summary>(.*?) <small>", client.get("/").text)
    assert found
    return found[1]


OWN = {"application/json", "text/html", "text/javascript", "text/css", "image/svg+xml", "font/woff2"}  # pages of ours


@pytest.mark.security("S33", "attachment or sandbox")
@pytest.mark.security("S61", "marker")
def test_each_route_that_hands_out_a_file_marks_it_or_is_public(desk: House, people: People) -> None:  # noqa: F811
    """From the registry: a new file that is neither fails here."""
    filled = {"name": "where", "statement": people.written(), "kind": "txt"}
    found = set()
    for rule in desk.rules:
        if "GET" in (rule.methods or ()) and "static" not in rule.rule:
            address = re.sub(r"<(?:\w+:)?(\w+)>", lambda each: filled.get(each[1], "x"), rule.rule)
            answer = people.checker.get(address)
            opens = answer.status_code == 200 and "attachment" not in answer.headers.get("Content-Disposition", "")
            if opens and answer.mimetype not in OWN:
                assert "sandbox" in answer.headers["Content-Security-Policy"], address
            if "attachment" in answer.headers.get("Content-Disposition", ""):
                found.add(rule.endpoint)
                assert bool(MARK.search(answer.data.decode(errors="replace"))) == (rule.endpoint not in PUBLIC), address
    assert found - PUBLIC == MARKED
    page = people.checker.get(f"/statements/draft/{filled['statement']}.html")
    assert "sandbox" in page.headers["Content-Security-Policy"]


@pytest.mark.security("S61", "listed")
def test_nothing_is_handed_out_while_it_cannot_be_put_on_the_record(
    furnished: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = furnished.program("analyst")

    def away(*_: Any, **__: Any) -> None:
        raise Down("no record")

    monkeypatch.setattr(type(furnished.log), "append", away)
    for address in ("/figures/where.csv", "/report", "/report.json"):
        answer = analyst.get(address)
        assert answer.status_code == 503
        assert not MARK.search(answer.text)
