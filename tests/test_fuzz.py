"""Whatever comes to a door, it answers: never with a fault of its own, never without end.

One round of each by default; `make fuzz` goes on with new rounds for FUZZ_SECONDS each.
"""

import importlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from nacl.signing import VerifyKey

from ingest.door import gateway_file
from server import grammar
from server.roles import ROLES
from tests import doors, phone
from tests.callers import ID, SENDER, WORDS, samples
from tests.doors import FORM, JSON
from tests.house import House
from tests.test_grammar import calls, parse

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
ROUND = 30  # examples
MOST = 64 * 1024  # bytes or characters of anything
SAMPLES = samples()
NAMES = sorted(SAMPLES)
GATEWAYS = ",".join(NAMES)
ODD = st.sampled_from(
    ["", "\0", "\ud83d", "\udcff", "\u202e", "9" * 40, "-1", "1e999", "NaN", "null", "\r\n", "%", "ក" * 99]
)
WORDY = (
    st.text(max_size=60) | ODD | st.sampled_from([WORDS, SENDER, ID, "KD0123-7", "PR", "SOS", "2017-06-04T03:40:00Z"])
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDY, inner, max_size=4),
    max_leaves=12,
)


def fuzz(strategy: st.SearchStrategy[Any], holds: Callable[[Any], None]) -> None:
    """Examples of `strategy`: one round, or as many as there is time for; each round's seed is its number."""
    checks, until, number = list(HealthCheck), time.monotonic() + SECONDS, 0
    while number == 0 or time.monotonic() < until:
        made = given(strategy)(holds)
        seed(number)(settings(max_examples=ROUND, database=None, suppress_health_check=checks)(made))()
        number += 1


@pytest.fixture(scope="module")
def client(redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A public door with every gateway open; its record is away, its spool is not."""
    env: dict[str, str] = {}
    for sample in SAMPLES.values():
        env |= sample.SETTINGS
    return doors.build(tmp_path_factory.mktemp("fuzz"), doors.away(), GATEWAYS=GATEWAYS, **env).client


NUMBERED = (
    st.sampled_from(["PR", "XB", "SOS", "OD", "KD0123-7", "KD", "១២៣", "12", "7am", "19:30", "-", ".", "/", "\n"])
    | WORDY
)


@pytest.mark.security("S53", "fuzz")
def test_the_grammar_reads_whatever_stands_in_a_text(pack):
    def holds(text: str) -> None:
        found = grammar.parse(text, pack.taxonomy, pack.prefixes)
        assert grammar.parse(text, pack.taxonomy, pack.prefixes) == found

    fuzz(st.lists(NUMBERED, max_size=40).map(" ".join) | st.text(max_size=300), holds)


@pytest.mark.security("S53", "sixty-four kilobytes")
@settings(max_examples=8)
@given(st.binary(min_size=1, max_size=12))
def test_sixty_four_kilobytes_of_any_bytes_are_twice_the_work_of_half_of_them(piece):
    text = (piece * MOST)[:MOST].decode("utf-8", "surrogateescape")
    half = (piece * MOST)[: MOST // 2].decode("utf-8", "surrogateescape")
    assert calls(parse, text) < 2.2 * calls(parse, half) + 50


def names_of(call: dict[str, Any]) -> list[str]:
    """The names of the fields in a true call, wherever they stand."""
    raw = call.get("data", b"") or call.get("query_string", "")
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    return [part.split("=")[0].strip('"{} ') for part in text.replace(",", "&").replace(":", "=").split("&")][:40]


@pytest.mark.security("S53", "fuzz")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.survival("R43", "fuzz")
def test_a_gateway_whose_proof_is_right_may_send_anything(client, name):
    true, gateway = SAMPLES[name].call(WORDS, SENDER, ID), gateway_file(name)
    fields = st.dictionaries(st.sampled_from(names_of(true)) | WORDY, VALUES, max_size=8)
    bodies = st.binary(max_size=300) | fields.map(lambda made: json.dumps(made).encode())
    bodies |= fields.map(lambda made: "&".join(f"{k}={v}" for k, v in made.items()).encode("utf-8", "surrogatepass"))
    if isinstance(true.get("data"), bytes) and true["data"]:
        bodies |= st.tuples(st.integers(0, len(true["data"])), st.binary(max_size=4), st.integers(0, 9)).map(
            lambda cut: true["data"][: cut[0]] + cut[1] + true["data"][cut[0] + cut[2] :]
        )
    kinds = st.sampled_from([true.get("content_type", ""), FORM, JSON, "multipart/form-data; boundary=x", "text/plain"])
    calls = st.tuples(st.sampled_from(gateway.METHODS), bodies, kinds, st.booleans())
    unproved = [mock.patch.object(module, "must_match", return_value=None) for module in modules(name)]

    def holds(made: tuple[str, bytes, str, bool]) -> None:
        method, raw, kind, asked = made
        query = raw.decode("latin-1") if asked else true.get("query_string", "")
        call = true | {"method": method, "data": raw, "content_type": kind, "query_string": query}
        answer = client.open(**call)
        assert answer.status_code in (200, 400, 403, 413), answer.text

    with mock.patch.object(VerifyKey, "verify", return_value=b""):
        for each in unproved:
            each.start()
        try:
            fuzz(calls, holds)
        finally:
            for each in unproved:
                each.stop()


def modules(name: str) -> list[Any]:
    """Where a gateway's proof is looked at."""
    found = [importlib.import_module(f"ingest.gateways.{name}"), importlib.import_module("ingest.gateways")]
    return [module for module in found if hasattr(module, "must_match")]


PATHS = ["/", "/away", "/sealed", "/sw.js", "/manifest.json", "/stations.json", "/stations/KD.json", "/static/form.css"]
PATHS += ["/health", "/in/kannel", "/in/nowhere", "//", "/%00", "/static/../x", "/stations/%2e%2e.json", "/in/"]
HEADERS = [
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Content-Length",
    "Transfer-Encoding",
    "Cookie",
    "Range",
    "Host",
]
HEADERS += [
    "X-Forwarded-For",
    "X-Rehearsal",
    "If-None-Match",
    "If-Modified-Since",
    "Authorization",
    "Expect",
    "X-HTTP-Method",
]
TOLD = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
ASKED = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"]),
        "path": st.sampled_from(PATHS) | TOLD.map(lambda text: "/" + text.replace("?", "").replace("#", "")),
        "query_string": st.text(st.characters(max_codepoint=255), max_size=60),
        "headers": st.dictionaries(st.sampled_from(HEADERS), TOLD, max_size=5).map(lambda made: list(made.items())),
        "data": st.binary(max_size=200),
    }
)


@pytest.mark.security("S53", "fuzz")
@pytest.mark.survival("R43", "fuzz")
def test_the_public_door_answers_whatever_is_asked(client):
    fuzz(ASKED, lambda call: answered(client, call))


def answered(client: FlaskClient, call: dict[str, Any]) -> None:
    answer = client.open(**call, buffered=True)
    assert answer.status_code < 500, answer.text


@pytest.mark.security("S53", "fuzz")
def test_forms_of_many_parts_and_envelopes_may_hold_anything(client):
    key = phone.key_in(client.get("/").text)
    typed = st.dictionaries(
        st.sampled_from(["id", "text", "at", "code", "phone", "station", "lat", "lon", "pin", "lang"]), WORDY
    )
    fields = typed | VALUES | st.binary(max_size=80)
    lengths = st.binary(max_size=4)

    def holds(made: tuple[Any, bytes, bytes, bytes]) -> None:
        given_, photo, cut, boundary = made
        given_ = {"id": "hBTSHcxRjNUO_9c0X1YzXw"} | given_ if isinstance(given_, dict) else given_
        plain = cut + phone.packed(given_, photo)[len(cut) :]
        kind, raw = "application/octet-stream", phone.closed(plain, key)[0]
        assert client.post("/sealed", data=raw, content_type=kind).status_code in (200, 400)
        parts = b"--x\r\n" + boundary + b"\r\n\r\n" + photo + b"\r\n--x" + cut
        kind = f"multipart/form-data; boundary={boundary.decode('latin-1').translate(PLAIN) or 'x'}"
        assert client.post("/", data=parts, content_type=kind).status_code < 500
        assert client.post("/", data=parts, content_type="multipart/form-data; boundary=x").status_code < 500

    fuzz(st.tuples(fields, st.binary(max_size=60), lengths | st.just(b""), st.binary(max_size=60)), holds)


PLAIN = {code: None for code in (*range(32), *range(127, 256))}
DOCUMENT = json.loads((Path(__file__).parent.parent / "dashboard" / "openapi.json").read_text())
OPERATIONS = [
    (path, verb)
    for path, verbs in DOCUMENT["paths"].items()
    for verb in verbs
    if verb in ("get", "post", "put", "delete")
]


def resolved(found: dict[str, Any]) -> dict[str, Any]:
    """What stands where a reference leads."""
    while "$ref" in found:
        *_, kind, name = found["$ref"].split("/")
        found = DOCUMENT["components"][kind][name]
    return found


def of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a schema allows, and often something else."""
    schema = resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | VALUES
    if schema.get("type") == "object":
        return (
            st.fixed_dictionaries({}, optional={name: of(each) for name, each in schema.get("properties", {}).items()})
            | VALUES
        )
    if schema.get("type") == "array":
        return st.lists(of(schema.get("items", {})), max_size=3) | VALUES
    return {"integer": st.integers(), "number": st.floats(), "boolean": st.booleans()}.get(
        schema.get("type", ""), WORDY
    ) | VALUES


@pytest.mark.security("S53", "fuzz")
@pytest.mark.parametrize("role", ROLES)
def test_the_private_door_answers_whatever_is_asked_in_whatever_role(furnished: House, role: str):
    client = furnished.program(role)
    known = [row["id"] for row in client.get("/api/v1/cards").json["cards"]][:5]
    holes = st.sampled_from(known or ["x"]) | WORDY.map(
        lambda text: text.replace("/", "").replace("\ud83d", "").replace("\udcff", "")
    )

    def one(place: tuple[str, str]) -> st.SearchStrategy[dict[str, Any]]:
        path, verb = place
        described = DOCUMENT["paths"][path][verb]
        asked = [each for each in map(resolved, described.get("parameters", [])) if each["in"] == "query"]
        schema = described.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
        query = st.fixed_dictionaries({}, optional={each["name"]: WORDY for each in asked})
        return st.fixed_dictionaries({"place": st.just(place), "hole": holes, "query": query, "body": of(schema)})

    def holds(made: dict[str, Any]) -> None:
        path, verb = made["place"]
        while "{" in path:
            path = path[: path.index("{")] + (made["hole"] or "x") + path[path.index("}") + 1 :]
        body = json.dumps(made["body"]).encode() if verb != "get" else b""
        query = {name: value.encode("utf-8", "replace") for name, value in made["query"].items()}
        address = path.encode("utf-8", "replace").decode()
        prefix = DOCUMENT.get("servers", [{}])[0].get("url", "")
        answer = client.open(prefix + address, method=verb.upper(), query_string=query, data=body, content_type=JSON)
        assert answer.status_code < 500, (verb, path, made["body"], answer.text)

    fuzz(st.sampled_from(OPERATIONS).flatmap(one), holds)
