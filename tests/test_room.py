"""The private door, through HTTP: who may enter, that nobody enters by forgery, and what every answer carries."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.locking import ways
from server.log import Down, Log
from server.pack import Pack
from server.roles import ANYONE, ROLES
from tests import days
from tests.days import Pen, report_id
from tests.house import DESKS, HERE, PHRASE, WRITES, House, build, csrf, error

OPEN = {  # the doors that anybody may try, each with its reason
    "pages.sign_in_page": "to get in",
    "pages.sign_in": "to get in",
    "pages.first_page": "to create the first administrator",
    "pages.first": "to create the first administrator",
    "pages.language": "the sign-in page has languages too",
    "pages.words": "the texts of our pages",
    "pages.health": "for the watchdog; says only that it is up",
    "assets.static": "our own scripts and styles",
    "guide.style": "how the printed guide looks",
    "passkey_desk.challenge": "to get in by a passkey: it says the same to anybody",
    "wall.link": "to hang a wall",
    "wall.enter": "to hang a wall",
    "account.join_page": "to open an account by the link of an administrator",
    "account.join": "to open an account by the link of an administrator",
}


def path_of(rule: Rule) -> str:
    """An address of this rule, with values that name nothing."""
    values = {"card": report_id(999), "photo": f"{report_id(999)}-0a1b2c3d", "name": "nobody", "order": "none"}
    values |= {"report": report_id(998)}
    values |= {"sign": "S-AAA-AAA", "language": "xx", "path:name": "nothing.js", "alert": "0" * 16}
    values |= {"wall_id": "none", "level": "none", "report": report_id(998), "duty": "none", "shift": "none"}
    values |= {
        "statement": "none",
        "complaint": "none",
        "number": "0",
        "kind": "pdf",
        "session": "none",
        "act": "none",
        "sharing": "none",
        "passkey": "none",
    }
    return re.sub(r"<([^>]+)>", lambda found: values[found[1]], rule.rule)


@pytest.mark.security("S57", "routes are named")
def test_every_route_names_who_may_enter_and_the_open_ones_are_these(furnished: House) -> None:
    named = {name: getattr(view, "allowed_roles", ()) for name, view in furnished.views.items()}
    assert {name for name, roles in named.items() if not roles} == set()
    assert {name for name, roles in named.items() if ANYONE in roles} == set(OPEN)
    assert {rule.endpoint for rule in furnished.rules} == set(named)


def test_nobody_gets_in_without_signing_in(furnished: House) -> None:
    client = furnished.app.test_client()
    for rule in furnished.rules:
        if rule.endpoint in OPEN:
            continue
        for method in sorted(rule.methods or ()):
            answer = client.open(path_of(rule), method=method)
            to_sign_in = answer.status_code == 303 and answer.location in ("/sign-in", "/wall/open")
            assert answer.status_code == 401 or to_sign_in, (rule, method)
            assert report_id(0) not in answer.text


@pytest.mark.security("S8", "roles at the doors")
@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_where_it_is_named_and_nowhere_else(furnished: House, role: str) -> None:
    client = furnished.program(role)
    for rule in furnished.rules:
        if rule.endpoint in OPEN or rule.endpoint == "pages.sign_out":
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            answer = client.open(path_of(rule), method=method, json={} if method == "POST" else None)
            refused = answer.status_code == 403
            assert refused == (role not in furnished.views[rule.endpoint].allowed_roles), (rule, method, answer.text)
            assert answer.status_code < 500, (rule, method)


def test_who_may_decide_and_who_may_open_accounts_is_written_down_here(furnished: House) -> None:
    named = {name: set(view.allowed_roles) for name, view in furnished.views.items() if name not in OPEN}
    assert {name for name, roles in named.items() if roles == {"administrator"}} == {
        "api.accounts",
        "api.open_account",
        "api.close_account",
        "api.move_account",
        "people_desk.recast",
        "people_desk.unsecure",
        "people_desk.invite",
        "pages.accounts_page",
        "wall.walls",
        "wall.make",
        "wall.end",
        "roster.page",
        "roster.show",
        "roster.find",
        "roster.block",
        "roster.unblock",
        "imports.check",
        "imports.take",
        "model_desk.choose",
    }
    assert {name for name, roles in named.items() if name.startswith("operations.")} == {
        *("operations.page", "operations.told"),
    }
    assert all(named[name] == {"administrator", "security_lead"} for name in named if name.startswith("operations."))
    assert {name for name, roles in named.items() if roles == {"security_lead"}} == {
        "desk.release",
        "restricted.page",
        "people_desk.forced",
        "forgetting.reveals",
        "taken.exports",
    }
    writing = {
        rule.endpoint for rule in furnished.rules if {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
    }
    own = {name for name in writing if name.startswith(("own_desk.", "passkey_desk."))}  # everybody's own account
    for name in writing - set(OPEN) - {"pages.sign_out"} - own:
        press = {"press"} if name.partition(".")[0] in ("press_desk", "releasing_desk", "docket_desk") else set()
        own_data = (
            {"observer"} if name.startswith(("coalition_desk.", "sharing.")) else set()
        )  # what their organisation shares
        assert named[name] <= {*DESKS, *press, *own_data}, name


@pytest.mark.security("S12", "cookie")
def test_the_right_name_and_phrase_open_the_room_with_a_cookie_that_no_script_reads(house: House) -> None:
    client = house.person("Amina", "analyst")
    answer = client.post("/sign-in", data={"name": "Amina", "passphrase": PHRASE, "csrf": csrf(client)})
    cookie = answer.headers["Set-Cookie"]
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert attribute in cookie
    assert client.get("/").status_code == 200


@pytest.mark.security("S12", "bound to TLS")
@pytest.mark.security("S51", "cookie and HSTS")
def test_behind_tls_the_cookie_is_bound_to_it(keys: Path, pack: Pack, log: Log) -> None:
    house = build(keys, pack, log, ROOM_BASE_URL="https://room.example.org")
    house.live.room.access.open_account("Amina", "analyst", PHRASE, by="console")
    house.fold()
    answer = house.app.test_client().post("/sign-in", data={"name": "Amina", "passphrase": PHRASE})
    assert answer.headers["Set-Cookie"].startswith("__Host-session-5000=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answer.headers


@pytest.mark.security("S12", "new at sign-in")
def test_signing_in_again_ends_the_session_before(house: House) -> None:
    client = house.person("Amina", "analyst")
    old = client.get_cookie("session-5000")
    assert old
    client.post("/sign-in", data={"name": "Amina", "passphrase": PHRASE, "csrf": csrf(client)})
    stolen = house.app.test_client()
    stolen.set_cookie("session-5000", old.value)
    assert stolen.get("/api/v1/counts").status_code == 401
    assert client.get("/api/v1/counts").status_code == 200


@pytest.mark.security("S15", "same page")
def test_an_unknown_name_and_a_wrong_phrase_get_the_same_page(house: House) -> None:
    house.person("Amina", "analyst")
    pages = []
    for name, phrase in (("Amina", "wrong phrase, quite wrong"), ("Nobody", PHRASE)):
        answer = house.app.test_client().post("/sign-in", data={"name": name, "passphrase": phrase})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
        page, hours = re.subn(r"\d\d:\d\d:\d\d", "", answer.text.replace(name, ""))
        assert hours == 1, "of the room's clock, beside which a telephone's may be wrong"
        pages.append(page)
    assert pages[0] == pages[1]


def test_the_forms_of_our_pages_work_as_they_are_written(house: House) -> None:
    """Every field that a form has is one that its door reads: a person gets in by the pages alone."""
    client = house.app.test_client()
    word = house.live.room.access.invite()
    page = client.get(f"/first?t={word}")
    done = submit(client, page.text, "/first", {"name": "Amina", "passphrase": PHRASE})
    assert done.status_code == 201, done.text
    house.fold()
    entered = submit(client, client.get("/sign-in").text, "/sign-in", {"name": "Amina", "passphrase": PHRASE})
    assert (entered.status_code, entered.location) == (303, "/")
    room = client.get("/")
    assert room.status_code == 200
    changed = submit(client, room.text, "/language", {"language": "km"})
    assert changed.status_code == 303
    assert 'lang="km"' in client.get("/").text
    assert submit(client, client.get("/").text, "/sign-out", {}).status_code == 303
    assert client.get("/api/v1/counts").status_code == 401
    assert client.get(f"/first?t={word}").status_code == 403


def submit(client: FlaskClient, page: str, action: str, typed: dict[str, str]) -> TestResponse:
    """Send a form of a page: what a person types, and the fields that the page fills in itself."""
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in form)
    fields = {name: "" for name in re.findall(r'name="([^"]+)"', form)}
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    assert set(typed) <= set(fields), f"{action} has {set(fields)}"
    return client.post(action, data={**hidden, **typed}, headers={"Origin": HERE, "Sec-Fetch-Site": "same-origin"})


@pytest.mark.security("S58", "sign-out")
def test_signing_out_ends_the_session_and_empties_the_browser(house: House) -> None:
    client = house.at_desk("Amina")
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert client.get("/api/v1/counts").status_code == 401


@pytest.fixture(scope="module")
def amina(furnished: House) -> FlaskClient:
    return furnished.person("Amina", "analyst")


@pytest.mark.security("S31", "forged requests")
@pytest.mark.parametrize(("path", "body"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF": ""},
        {"X-CSRF": "wrong"},
        {"X-CSRF": "é"},
        {"X-CSRF": "RIGHT", "Origin": "https://evil.example"},
        {"X-CSRF": "RIGHT", "Origin": "null"},
        {"X-CSRF": "RIGHT", "Origin": "http://localhost:5000.evil.example"},
        {"X-CSRF": "RIGHT", "Origin": "http://localhost:5001"},
        {"X-CSRF": "RIGHT", "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF": "RIGHT", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_forged_request_changes_nothing(
    furnished: House, amina: FlaskClient, path: str, body: dict[str, str], headers: dict[str, str]
) -> None:
    before = len(furnished.log.read())
    sent = {name: value.replace("RIGHT", csrf(amina)) for name, value in headers.items()}
    answer = amina.post(path, json=body, headers=sent)
    assert answer.status_code == 403
    assert error(answer)["code"] == "forged"
    assert len(furnished.log.read()) == before
    assert amina.get("/api/v1/counts").status_code == 200


@pytest.mark.security("S31", "sign-in")
def test_a_foreign_page_cannot_sign_anybody_in(furnished: House, amina: FlaskClient) -> None:
    fresh = furnished.app.test_client()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = fresh.post("/sign-in", data={"name": "Amina", "passphrase": PHRASE}, headers=headers)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)


@pytest.mark.security("S31", "no change by GET")
def test_no_state_changes_by_get(furnished: House, amina: FlaskClient) -> None:
    before = len(furnished.log.read())
    for path, _ in WRITES:
        assert amina.get(path).status_code == 405, path
    assert len(furnished.log.read()) == before


ANSWERS = [
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/first?t=x"),
    ("GET", "/static/line.js"),
    ("GET", "/static/nothing.js"),
    ("GET", "/static/../api.py"),
    ("GET", "/health"),
    ("GET", "/nothing"),
    ("POST", "/nothing"),
    ("GET", "/words/en.json"),
    ("GET", "/api/v1/cards"),
    ("GET", "/api/v1/openapi.json"),
    ("DELETE", "/api/v1/cards"),
    ("POST", "/api/v1/incidents/x/notes"),
]


@pytest.mark.security("S16", "headers of both doors")
@pytest.mark.security("S33", "sniffing")
@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_every_kind_of_answer_carries_the_headers(
    furnished: House, amina: FlaskClient, method: str, path: str, signed_in: bool
) -> None:
    answer = (amina if signed_in else furnished.app.test_client()).open(path, method=method)
    policy = answer.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy.split("; ")
    assert "unsafe-eval" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == ("no-cache" if path == "/static/line.js" else "no-store")
    assert "Server" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.security("S29", "nothing there")
def test_what_does_not_exist_is_the_same_for_all(furnished: House, amina: FlaskClient) -> None:
    everybody = [amina, furnished.app.test_client(), *(furnished.program(role) for role in ROLES)]
    for accept in ("text/html", "application/json"):
        answers = [client.get("/nothing", headers={"Accept": accept}) for client in everybody]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content_type for answer in answers}) == 1
    whole = [client.get("/api/v1/nothing").json for client in everybody]
    assert {answer["error"]["message"] for answer in whole} == {"Not Found"}


@pytest.mark.security("S29", "room")
def test_a_fault_of_ours_tells_only_a_reference(furnished: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("SELECT secret FROM /work/somewhere")

    monkeypatch.setitem(furnished.app.view_functions, "api.counts", stumble)
    stumble.allowed_roles = ROLES  # type: ignore[attr-defined]
    client = furnished.program("analyst")
    answer = client.get("/api/v1/counts")
    assert answer.status_code == 500
    assert error(answer)["code"] == "fault"
    for leak in ("ZeroDivision", "SELECT", "/work", "Traceback", ".py"):
        assert leak not in answer.text


class Away(Log):
    """A log whose Redis is away."""

    def __init__(self) -> None:
        super().__init__("/nowhere/redis.sock", "away")


@pytest.mark.security("S29", "record away")
def test_without_the_record_nothing_is_saved_and_it_says_so(
    house: House, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    days.furnish(house.log, pen)
    house.fold()
    desk = house.at_desk("Amina")
    monkeypatch.setattr(house.log, "ask", Away().ask)
    monkeypatch.setattr(house.log, "client", Away().client)
    with pytest.raises(Down):
        house.log.ping()
    answer = desk.post(WRITES[0][0], json=WRITES[0][1])
    assert (answer.status_code, error(answer)["code"]) == (503, "down")
    assert desk.get("/health").status_code == 503
    for path in ("/static/line.js", "/words/en.json", "/sign-in"):
        assert desk.get(path).status_code == 200, "our pages and scripts need no record"
    page = desk.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (503, "text/html")


@pytest.mark.security("S57", "static files")
@pytest.mark.parametrize(
    "name",
    [
        "%00",
        "..%2f..%2fapi.py",
        "%2e%2e/api.py",
        "../../room.py",
        "vendor/",
        "vendor/noto-sans/../x",
        "",
        ".",
        "a" * 3000,
        "a/" * 3000,
    ],
)
def test_no_file_outside_the_static_ones_is_served(furnished: House, name: str) -> None:
    assert furnished.app.test_client().get(f"/static/{name}").status_code in (301, 308, 404)


def test_plotly_and_its_part_with_axes_are_of_one_version(furnished: House) -> None:
    client = furnished.app.test_client()
    heads = [client.get(f"/static/vendor/{name}.js").data[:100] for name in ("plotly", "plotly-axes")]
    whole, axes = (re.search(rb"plotly\.js (?:\(cartesian[^)]*\) )?v(\S+)", head) for head in heads)
    assert whole
    assert axes
    assert whole[1] == axes[1], heads


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n//evil.example", ""]
)
def test_the_language_switch_leads_nowhere_else(furnished: House, to: str) -> None:
    answer = furnished.app.test_client().post("/language", data={"language": "km", "next": to})
    assert re.fullmatch(r"/(?![/\\]).*", answer.location), answer.location


def test_the_page_that_locks_says_when_the_key_s_file_stays(house: House, keys: Path) -> None:
    lead, says = house.person("Eng", "security_lead"), 'data-testid="file-stays"'
    assert says in lead.get("/lock").text
    ways.prove(keys / "keys", "copy")
    assert says not in lead.get("/lock").text
