"""Whatever the descriptions of both doors allow is asked: each answer is one that they name, and nobody's words, name,
number or secret stand in a line of any log."""

import io
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks as openapi

from dashboard.heard_events import EVENTS
from dashboard.live import SPACE
from server.logs import PlainFormatter
from server.roles import ANYONE, WALL
from server.wiring import WIRES
from tests import days, doors
from tests.callers import headed, samples
from tests.days import report_id
from tests.doors import JSON
from tests.house import House
from tests.test_live import screen

ROOT = Path(__file__).parent.parent
SHAPE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.-]+: .*")
WORDS, NUMBER = "canaryzebra walks\nover\x1b[31m the roof", "+85512987654"
TOLD = ("canaryzebra", "12987654", "made-up", "sr_", "Traceback", "203.0.113.77")  # what no line may have
ABOUT = {  # a header of each kind in which somebody may say more than was asked
    name: "canaryzebra" for name in ("User-Agent", "Referer", "Accept-Language", "X-Odd", "Range", "If-None-Match")
} | {"X-Forwarded-For": "203.0.113.77", "Cookie": "session-5000=canaryzebra; lang=canaryzebra; wall-5000=canaryzebra"}
SAMPLES = samples()
ONCE = settings(max_examples=1, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
CHECKS = (
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What all loggers write, as our processes write it."""
    out, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(out), root.level
    handler.setFormatter(PlainFormatter())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def plain(lines: io.StringIO) -> list[str]:
    """The lines, each of them of our shape and without a word of anybody's."""
    found = lines.getvalue().splitlines()
    assert not [line for line in found if any(word in line for word in TOLD)]
    assert all(map(SHAPE.fullmatch, found)), found
    return found


def described(door: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / door / "openapi.json").read_text())
    return found


def said(schema: dict[str, Any], whole: dict[str, Any], depth: int = 0) -> Any:
    """What a schema allows, with our words wherever words may stand."""
    while "$ref" in schema:
        *_, kind, name = schema["$ref"].split("/")
        schema = whole["components"][kind][name]
    for each in schema.get("anyOf", []):
        return said(each, whole, depth)
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        return {name: said(each, whole, depth + 1) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [said(schema.get("items", {}), whole, depth + 1)] if depth < 5 else []
    return {"integer": 1, "number": 1.5, "boolean": True}.get(kind, NUMBER if depth % 2 else WORDS)


@pytest.mark.security("S28", "every input")
@pytest.mark.security("S28", "one shape")
def test_whatever_comes_to_the_public_door_no_line_has_it(tmp_path: Path, lines: io.StringIO) -> None:
    env: dict[str, str] = {}
    for sample in SAMPLES.values():
        env |= sample.SETTINGS
    door = doors.build(tmp_path, doors.away(), GATEWAYS=",".join(SAMPLES), **env)
    for sample in SAMPLES.values():
        call = sample.call(WORDS.replace("\x1b", ""), NUMBER, "canaryzebra-1")
        about = headed(call, **{name.replace("-", "_"): value for name, value in ABOUT.items()})
        for each in (call, about, call | {"data": b"\xffcanaryzebra" + NUMBER.encode()}):
            door.client.open(**{**each, "environ_base": {"REMOTE_ADDR": "203.0.113.77"}})
        door.client.open(method="PROPFIND", path=f"{call['path']}/canaryzebra", query_string=f"k={quote(WORDS)}")
    for path in described("ingest")["paths"]:
        asked = re.sub(r"{\w+}", "canaryzebra%0a", path)
        for method in ("GET", "POST", "DELETE"):
            given_ = {"headers": ABOUT, "query_string": f"text={quote(WORDS)}&phone={quote(NUMBER)}&lang=canaryzebra"}
            door.client.open(asked, method=method, **given_)
            door.client.open(asked, method=method, data=json.dumps({"text": WORDS, "phone": NUMBER}), content_type=JSON)
    fields = dict.fromkeys(("text", "code", "station", "phone", "pin", "lang", "id", "at", "lat", "lon"), WORDS)
    for kind in (doors.FORM, "multipart/form-data", "text/plain"):
        data: Any = fields if kind != "text/plain" else WORDS
        door.client.post("/", data=data, content_type=kind, headers={"X-Rehearsal": "canaryzebra"})
        door.client.post("/", data=data, content_type=kind)
    with doors.full_disk():
        door.client.post("/", data=fields)
        door.quarantine.tend()
    door.quarantine.tend()
    assert len(plain(lines)) >= 2, "that the record is away, and that the disk is full"


@pytest.mark.security("S28", "every input")
@pytest.mark.security("S28", "one shape")
def test_whatever_comes_to_the_private_door_no_line_has_it(furnished: House, lines: io.StringIO) -> None:
    whole, sent = described("dashboard"), 0
    for rule in furnished.rules:
        path = re.sub(r"<[^>]+>", "canaryzebra%0a", rule.rule)
        verbs = whole["paths"].get(re.sub(r"<([^>]+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), {})
        [role, *_] = furnished.views[rule.endpoint].allowed_roles
        client = who(furnished, role)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            content = verbs.get(method.lower(), {}).get("requestBody", {}).get("content", {})
            body = said(content.get(JSON, {}).get("schema", {"type": "object"}), whole)
            asked = {name: WORDS for name in ("q", "query", "before", "after", "place", "source", "t", "lang", "limit")}
            form = dict.fromkeys(("name", "passphrase", "code", "csrf", "language", "t"), "canaryzebra") | asked
            ways: list[dict[str, Any]] = [
                {"json": body, "headers": ABOUT},
                {"data": form},
                {"data": b"\xffcanaryzebra"},
            ]
            for way in ways if method != "GET" else ways[:1]:
                client.open(path, method=method, query_string=asked, **way)
                sent += 1
            if "<" in rule.rule:
                client.open(re.sub(r"<[^>]+>", report_id(days.NEW), rule.rule), method=method, **ways[0])
    assert sent > 200
    looking = screen(furnished, "analyst")
    for name in (*EVENTS, "canaryzebra"):
        for words in ({"card": WORDS}, WORDS, [NUMBER], {WORDS: NUMBER}):
            looking.emit(name, words, namespace=SPACE)
    furnished.fold()
    plain(lines)


def who(house: House, role: str) -> FlaskClient:
    """Somebody who may ask there; a program keeps a token of its own."""
    made: dict[str, FlaskClient] = house.app.extensions.setdefault("asking", {})
    role = "analyst" if role in (ANYONE, WALL) else role
    made[role] = made[role] if role in made else house.program(role)
    return made[role]


@pytest.mark.security("S28", "one shape")
@given(st.text(), st.lists(st.text(), max_size=2), st.sampled_from([10, 20, 30, 40, 50]), st.booleans())
def test_every_line_has_one_shape_whatever_is_in_it(message: str, words: list[str], level: int, failed: bool) -> None:
    try:
        raise ValueError(message)
    except ValueError as fault:
        about = (ValueError, fault, fault.__traceback__) if failed else None
        record = logging.LogRecord("server.reader", level, __file__, 1, "%s" * len(words) or "-", tuple(words), about)
    line = PlainFormatter().format(record)
    assert SHAPE.fullmatch(line), line
    assert len(line.splitlines()) == 1


@pytest.mark.security("S28", "one shape")
def test_every_process_of_ours_writes_so() -> None:
    for line in (ROOT / "Procfile").read_text().splitlines():
        name, command = line.split(": ")
        path = command.removeprefix("python ").removeprefix("-m ").removesuffix(".py").replace(".", "/")
        assert "logs.start()" in (ROOT / f"{path}.py").read_text() or name == "redis", "Redis has a log of its own kind"


def asked(document: dict[str, Any], app: Any, headers: Callable[[str, str], dict[str, str]]) -> int:
    """Ask everything; `headers(path, method)`: who asks. How many questions."""
    schema, wrong, count = schemathesis.openapi.from_dict(document), list[str](), Counter[str]()
    schema.app = app

    def holds(case: Any) -> None:
        label = case.operation.label
        who = headers(case.operation.path, case.operation.method)
        answer = case.call(headers={"Accept-Encoding": "identity", **who})
        count[label] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseException as fault:  # all of them are told at once
            wrong.append(f"{label}: {answer.status_code} {fault}"[:400])

    for each in schema.get_all_operations():
        seed(1)(ONCE(given(each.ok().as_strategy())(holds)))()
    assert not wrong, "\n".join(wrong)
    return len(count)


@pytest.mark.security("S53", "described doors")
def test_the_public_door_answers_what_its_description_allows_as_it_says(tmp_path: Path) -> None:
    door = doors.build(tmp_path, doors.away(), GATEWAYS=",".join(WIRES))
    assert asked(described("ingest"), door.client.application, lambda path, method: {}) > 30


def test_the_public_door_s_description_names_exactly_its_routes(tmp_path: Path) -> None:
    app = doors.build(tmp_path, doors.away(), GATEWAYS=",".join(WIRES)).client.application
    there = {
        (re.sub(r"<(?:path:)?([^>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described("ingest")["paths"].items() for method in methods} == there


@pytest.mark.security("S53", "described doors")
def test_the_private_door_answers_what_its_description_allows_as_it_says(furnished: House) -> None:
    rules = {re.sub(r"<([^>]+)>", r"{\1}", rule.rule): {} for rule in furnished.rules}
    for rule in furnished.rules:
        for method in rule.methods or ():
            rules[re.sub(r"<([^>]+)>", r"{\1}", rule.rule)][method] = furnished.views[rule.endpoint].allowed_roles
    tokens: dict[str, str] = {}

    def whoever_may(path: str, method: str) -> dict[str, str]:
        role = rules[f"/api/v1{path}"][method.upper()][0]
        role = role if role not in ("anyone", "wall") else "viewer"
        tokens.setdefault(role, furnished.token(role))
        return {"Authorization": f"Bearer {tokens[role]}"}

    assert asked(described("dashboard"), furnished.app, whoever_may) > 100
