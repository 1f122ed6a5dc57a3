"""The interface, as it is described and as it answers; and odd questions to it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.shared import REPORTED
from server.roles import ANYONE, OBSERVER, ROLES
from tests import days
from tests.days import report_id
from tests.house import DESKS, WRITES, Eyes, House, cards


@cache
def described() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((Path(__file__).parent.parent / "dashboard" / "openapi.json").read_text())
    return whole


def test_no_name_stands_twice_in_the_description_where_the_last_one_would_win() -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs), [name for name, _ in pairs]
        return dict(pairs)

    assert json.loads((Path(__file__).parent.parent / "dashboard" / "openapi.json").read_text(), object_pairs_hook=once)


def test_the_description_names_exactly_the_routes_of_the_interface(furnished: House) -> None:
    there = {
        (re.sub(r"<([^>]+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in furnished.rules
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described()["paths"].items() for method in methods} == there


def test_the_description_is_served_and_its_references_lead_somewhere(furnished: House) -> None:
    whole = furnished.program("viewer").get("/api/v1/openapi.json").json
    assert whole == described()
    assert whole["openapi"] == "3.1.0"
    for reference in set(re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(whole))):
        found = whole
        for step in reference.split("/"):
            found = found[step]
    for path, methods in whole["paths"].items():
        for method in methods.values():
            inside = {each["$ref"].split("/")[-1] for each in method.get("parameters", [])}
            assert set(re.findall(r"{(\w+)}", path)) <= inside


def test_the_description_says_who_may_and_how(furnished: House) -> None:
    for rule in furnished.rules:
        if not rule.rule.startswith("/api/v1/"):
            continue
        path = re.sub(r"<([^>]+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            entry = described()["paths"][path][method.lower()]
            roles = furnished.views[rule.endpoint].allowed_roles
            assert ("security" in entry) == (roles == (ANYONE,))
            for role in set(ROLES) if set(roles) < set(ROLES) else set():
                named = "press officers" if role == "press" else f"{role}s".replace("_", " ")
                assert (named in entry["description"]) == (role in roles), (path, role)


def fits(value: Any, schema: dict[str, Any], where: str = "") -> None:
    """Assert that a value is of a schema: the few words of JSON Schema that our description uses."""
    whole = described()
    if "$ref" in schema:
        return fits(value, whole["components"]["schemas"][schema["$ref"].split("/")[-1]], where)
    if "anyOf" in schema:
        fitting = 0
        for each in schema["anyOf"]:
            try:
                fits(value, each, where)
                fitting += 1
            except AssertionError:
                continue
        assert fitting, (where, value)
        return None
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    wanted = schema.get("type", [])
    wanted = wanted if isinstance(wanted, list) else [wanted]
    assert not wanted or any(isinstance(value, kinds[kind]) for kind in wanted), (where, value, wanted)  # type: ignore[arg-type]
    assert "enum" not in schema or value in schema["enum"], (where, value)
    assert "const" not in schema or value == schema["const"], (where, value)
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema["required"]) <= set(value) <= set(schema["properties"]), (
            where,
            set(value) ^ set(schema["properties"]),
        )
    if isinstance(value, dict):
        for name, each in value.items():
            inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties", {})
            fits(each, inner, f"{where}.{name}")
    if isinstance(value, list):
        for each in value:
            fits(each, schema.get("items", {}), f"{where}[]")
    return None


FREE = {  # what may hold any field: Plotly's figures, sheets and sentences that are kept as they were, words by name
    *(
        "Statement.findings[].sentence",
        "Statement.findings[].fix",
        "Statement.changes[].was",
        "Statement.changes[].now",
    ),
    *("Sheet.cards[]", "Sheet.gateways[]", "Sheet.signals[]", "Sheet.alerts[]", "Page.asked"),
    *("/figures{}.layout", "/figures{}.data[]", "/figures/whole.figures{}.layout", "/figures/whole.figures{}.data[]"),
    "/coverage/figure.layout",
    *("/alerts/{alert}/figure.layout", "/alerts/{alert}/figure.data[]"),
    *("/alerts.alerts[].area.name", "/alerts.alerts[].around[].name", "/complaints/{complaint}.history[].said"),
    *("/statements/{statement}/document.document", "/incidents/{card}.reports[]", "/openapi.json"),
}


def free(schema: dict[str, Any], where: str, seen: set[str]) -> Iterator[str]:
    """Where, in answers of this schema, an object may have any field."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        if name not in seen:
            seen.add(name)
            yield from free(described()["components"]["schemas"][name], name, seen)
        return
    more = schema.get("additionalProperties")
    if "object" in schema.get("type", []) and "properties" not in schema and not isinstance(more, dict):
        yield where
    inside = [(f"{where}.{name}", each) for name, each in schema.get("properties", {}).items()]
    inside += [(f"{where}{{}}", more)] if isinstance(more, dict) else []
    inside += [(f"{where}[]", schema["items"])] if schema.get("items") else []
    for at, each in [*inside, *((where, each) for each in schema.get("anyOf", []))]:
        yield from free(each, at, seen)


@pytest.mark.security("S36", "nothing beyond the description")
def test_what_may_hold_a_field_that_is_not_described_is_named_here() -> None:
    seen, found = set[str](), set[str]()
    for path, methods in described()["paths"].items():
        told = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        found |= set(free(told.get("application/json", {}).get("schema", {}), path, seen))
    assert found == FREE


@pytest.mark.security("S36", "nothing beyond the description")
@pytest.mark.parametrize("role", ROLES)
def test_what_is_answered_is_what_the_description_says(furnished: House, eyes: Eyes, role: str) -> None:
    asked, filled = 0, {"{card}": report_id(days.VERIFIED), "{sign}": "M-AAA-AAA", "{level}": "province"}
    opens = {
        re.sub(r"<([^>]+)>", r"{\1}", rule.rule): furnished.views[rule.endpoint]
        for rule in furnished.rules
        if "GET" in (rule.methods or ())
    }
    for path, methods in described()["paths"].items():
        if (
            "get" not in methods
            or path
            in (
                "/openapi.json",
                "/photos/{photo}",
                "/alerts/{alert}/figure",
                "/shifts/{shift}",
                "/complaints/{complaint}",
            )
            or path.startswith("/statements/{statement}")  # in test_press_desk.py
            or role not in opens[f"/api/v1{path}"].allowed_roles
        ):
            continue
        answer = eyes[role].get("/api/v1" + re.sub(r"{\w+}", lambda name: filled[name[0]], path))
        assert answer.status_code == 200
        fits(answer.json, methods["get"]["responses"]["200"]["content"]["application/json"]["schema"], f"{role} {path}")
        asked += 1
    assert asked >= 9


def test_errors_are_what_the_description_says(furnished: House, eyes: Eyes) -> None:
    schema = described()["components"]["schemas"]["Error"]
    answers = [eyes["viewer"].post(WRITES[0][0], json={}), eyes["analyst"].post(WRITES[0][0], json={})]
    answers += [eyes["analyst"].get("/api/v1/changes?after=x"), eyes["analyst"].get("/api/v1/cards/x")]
    answers += [furnished.app.test_client().get("/api/v1/counts")]
    assert [answer.status_code for answer in answers] == [403, 422, 400, 404, 401]
    for answer in answers:
        fits(answer.json, schema)


@pytest.mark.security("S36", "keys as described")
def test_a_card_and_the_counts_have_exactly_the_keys_that_are_described(furnished: House, eyes: Eyes) -> None:
    schemas = described()["components"]["schemas"]
    for role in ROLES:
        keys = "properties" if role in DESKS else "required"
        more = set(REPORTED) if role == OBSERVER else set()
        assert set(cards(eyes[role])[report_id(days.VERIFIED)]) == set(schemas["Card"][keys]) | more
        assert set(eyes[role].get("/api/v1/counts").json) == set(schemas["Counts"][keys])


@pytest.fixture(scope="module")
def sokha(furnished: House) -> FlaskClient:
    return furnished.at_desk("Sokha")


ODD = ["before=x~y", "before=~", f"before=2017~{'9' * 30}", "limit=0", "limit=-5", f"limit={'9' * 30}", "limit=x"]

ODD += ["severity=x", f"severity={'9' * 30}", f"severity=-{'9' * 30}", "kind=" + ",".join("abc" * 2000)]

ODD += ["q=%00%00%00%00", "q=%22", "q=%ff%fe", "q=" + "a" * 3000, "place='", "category=%00", "status=x"]

ODD += ["after=x", "after=", "after=1", f"after={'9' * 30}-0", "after=-", "after=1-2-3", "lang=xx", "lang=../en"]


@pytest.mark.parametrize("query", ODD)
def test_an_odd_question_is_no_fault(furnished: House, sokha: FlaskClient, query: str) -> None:
    for path in ("cards", "changes", "map", "figures", "places", "counts"):
        assert sokha.get(f"/api/v1/{path}?{query}").status_code in (200, 400), path


@pytest.mark.parametrize("card", ["x", "%00", "..", "'", report_id(999), "Amina"])
def test_a_card_that_is_none_is_not_found(furnished: House, sokha: FlaskClient, card: str) -> None:
    assert sokha.get(f"/api/v1/cards/{card}").status_code == 404
    assert sokha.post(f"/api/v1/incidents/{card}/notes", json={"note": "abc"}).status_code == 404
