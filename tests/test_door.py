"""The public door as a whole: who may come in where, what every answer carries, and what no answer ever tells."""

import re

import pytest

from server.wiring import OPEN
from tests import doors

ROUTES = [
    "/",
    "/static/form.css",
    "/sealed",
    "/sw.js",
    "/manifest.json",
    "/in/kannel",
    "/in/nowhere",
    "/health",
    "/static/../door.py",
]


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


def test_every_route_says_whom_it_is_open_to(door):
    app = door.client.application
    open_to = {(str(rule), app.view_functions[rule.endpoint].open_to) for rule in app.url_map.iter_rules()}
    gateways = {(f"/in/{name}", f"gateway {name}") for name in OPEN}
    form = {"/", "/away", "/sealed", "/sw.js", "/manifest.json", "/stations.json", "/stations/<code>.json"}
    others = {(path, "everyone") for path in (*form, "/static/<path:name>")} | {("/health", "this machine")}
    assert open_to == gateways | others


def test_a_gateway_that_is_not_named_in_the_settings_has_no_door(tmp_path, log):
    door = doors.build(tmp_path, log, GATEWAYS="kannel")
    assert door.client.open(**doors.kannel()).status_code == 200
    assert door.client.open(**doors.generic()).status_code == 404


@pytest.mark.security("S16", "headers of both doors")
@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_every_answer_is_closed_to_scripts_caches_frames_and_other_sites(door, path, method):
    headers = door.client.open(path, method=method, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


def test_health_tells_how_the_door_stands_and_nothing_of_anybody(door):
    door.client.open(**doors.kannel())
    door.client.open(**doors.kannel(k="wrong"))
    health = door.client.get("/health")
    assert health.json["record"] == "up"
    assert health.json["gateways"]["kannel"] == {"accepted": 1, "repeated": 0, "spooled": 0, "refused": 1}
    assert not re.search("12345678|KD0123|secret", health.text)


def test_health_tells_that_the_record_is_away_and_how_much_waits(tmp_path):
    door = doors.build(tmp_path, doors.away())
    assert door.client.open(**doors.kannel()).status_code == 200
    health = door.client.get("/health").json
    assert (health["record"], health["spool"]) == ("away", {"waiting": 1, "set_apart": 0})


@pytest.mark.security("S50", "own machine only")
@pytest.mark.security("S57", "health")
@pytest.mark.parametrize(
    "more", [{"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"X-Forwarded-For": "::1"}}]
)
def test_health_is_for_this_machine_only(door, more):
    assert door.client.get("/health", **more).status_code == 404


@pytest.mark.security("S29", "public door")
def test_an_error_is_a_sentence_and_a_reference_never_what_went_wrong_inside(door, monkeypatch, caplog):
    def broken(message):
        raise RuntimeError("secret words of 012345678")

    monkeypatch.setattr(door.intake, "accept", broken)
    plain = door.client.open(**doors.kannel())
    coded = door.client.post("/", data={"text": "x"}, headers={"Accept": "application/json"})
    assert (plain.status_code, coded.status_code) == (500, 500)
    assert "secret words" not in plain.text + coded.text
    assert re.search(r"\(([0-9a-f]{8})\)", plain.text)[1] in caplog.text
    assert set(coded.json["error"]) == {"code", "message", "ref"}


@pytest.mark.security("S51", "public door")
def test_behind_tls_every_answer_of_the_public_door_says_that_it_is_to_stay_so(door, tmp_path):
    plain = doors.build(tmp_path / "plain", doors.away(), PUBLIC_BASE_URL="")
    pages = [{"path": path} for path in ("/", "/nowhere", "/static/form.css")]
    for call in (*pages, doors.kannel(), doors.kannel(k="x")):
        assert door.client.open(**call, buffered=True).headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in plain.client.open(**call, buffered=True).headers


def test_a_path_that_is_not_there_is_answered_in_the_form_the_caller_reads(door):
    assert door.client.get("/nowhere").mimetype == "text/plain"
    assert door.client.get("/nowhere", headers={"Accept": "application/json"}).json["error"]["code"] == "http"


def test_files_of_the_program_are_not_served(door):
    for path in ("/static/../door.py", "/static/%2e%2e/door.py", "/static//etc/passwd", "/templates/form.html"):
        assert door.client.get(path).status_code == 404


@pytest.mark.security("S46", "over Tor")
def test_the_form_is_the_same_over_tor(door):
    """Plain HTTP under a name of 56 letters: no answer sends anybody elsewhere, or names an address."""
    onion = {"Host": f"{'a' * 56}.onion", "Accept": "text/html"}
    for path in ("/", "/away", "/sw.js", "/manifest.json", "/stations.json", "/static/form.css", "/static/queue.js"):
        here, there = (
            door.client.get(path, headers=headers, buffered=True) for headers in ({"Accept": "text/html"}, onion)
        )
        assert here.status_code == there.status_code == 200
        assert "Location" not in there.headers
        assert "Strict-Transport-Security" not in there.headers
        assert "Strict-Transport-Security" in here.headers
        plain = [re.sub(r'name="id" value="[^"]+"', "", answer.text) for answer in (here, there)]
        assert plain[0] == plain[1]
        assert not re.search(r"https?://(?!www\.w3\.org)", plain[1])
    sent = door.client.post("/", data={"text": "late"}, headers=onion)
    assert (sent.status_code, len(door.reports())) == (200, 1)
    assert "Location" not in sent.headers
