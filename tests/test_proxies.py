"""Behind a proxy: its word on who called is taken when its own address is named, and no other word of anybody's."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import settings
from server.proxies import caller, named
from tests import doors, house

OURS = "127.0.0.1, 10.1.0.0/24, 2001:db8::/64"
OUTSIDE, PHONE = "203.0.113.7", "198.51.100.9"
SPOOFED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example.org",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "/health",
    "X-Rewrite-URL": "/health",
    "X-HTTP-Method-Override": "DELETE",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1;host=evil.example.org;proto=https",
}
addresses = st.ip_addresses().map(str) | st.sampled_from(["10.1.0.4", "127.0.0.1", "2001:db8::5", "::ffff:10.1.0.4"])
words = st.lists(addresses | st.sampled_from(["", "unknown", "_hidden", "10.1.0.4:99", "\x00"]), max_size=4).map(
    ", ".join
)


def ours(address: str) -> bool:
    found = ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ip_network(each.strip()) for each in OURS.split(","))


@pytest.mark.security("S50", "named proxies")
@given(st.ip_addresses().map(str), words)
def test_whoever_is_no_proxy_of_ours_names_nobody(peer, said):
    itself = str(getattr(ip_address(peer), "ipv4_mapped", None) or ip_address(peer))
    if not ours(peer):
        assert caller(peer, said, named(OURS, [])) == itself
    assert caller(peer, said, ()) == itself


@pytest.mark.security("S50", "named proxies")
@pytest.mark.parametrize(
    ("peer", "said", "who"),
    [
        ("127.0.0.1", PHONE, PHONE),
        ("::ffff:127.0.0.1", PHONE, PHONE),
        ("127.0.0.1", f"6.6.6.6, {PHONE}", PHONE),
        ("127.0.0.1", f"6.6.6.6, {PHONE}, 10.1.0.9", PHONE),
        ("127.0.0.1", f"{PHONE}, nonsense", "127.0.0.1"),
        ("10.1.0.3", "", "10.1.0.3"),
        ("10.1.1.3", PHONE, "10.1.1.3"),
        ("127.0.0.1", f"6.6.6.6, {PHONE}:5678, 10.1.0.9:80", PHONE),
        ("127.0.0.1", "6.6.6.6, [2001:db8:1::7]:443", "2001:db8:1::7"),
        ("127.0.0.1", "[2001:db8:1::7]", "2001:db8:1::7"),
        ("127.0.0.1", f"{PHONE}:port", "127.0.0.1"),
        ("", PHONE, ""),
    ],
)
def test_of_what_a_proxy_of_ours_says_the_nearest_stranger_is_the_caller(peer, said, who):
    assert caller(peer, said, named(OURS, [])) == who


def test_what_is_no_list_of_addresses_is_refused_at_the_start():
    with pytest.raises(SystemExit, match="PROXY_FROM"):
        settings.read({**doors.ENV, "PROXY_FROM": "10.1.0.0/24, the proxy"})


@pytest.fixture
def came(tmp_path, log, monkeypatch):
    """From where the form's report came, as the intake counts it: `came(setting, peer, said)`."""

    def ask(setting: str, peer: str, said: str) -> str:
        door, kept = doors.build(tmp_path, log, PROXY_FROM=setting), []
        accept = door.intake.accept
        monkeypatch.setattr(door.intake, "accept", lambda message: (kept.append(message.address), accept(message))[1])
        headers, base = {"X-Forwarded-For": said, **SPOOFED}, {"REMOTE_ADDR": peer}
        assert door.client.post("/", data={"text": "late"}, headers=headers, environ_base=base).status_code == 200
        assert door.client.get("/health", headers=headers, environ_base=base).status_code == 404
        return kept[0]

    return ask


@pytest.mark.security("S50", "named proxies")
def test_the_public_door_counts_by_the_caller_and_believes_no_stranger(came):
    assert came("10.1.0.0/24", "10.1.0.4", f"6.6.6.6, {PHONE}") == PHONE
    assert came("10.1.0.0/24", OUTSIDE, PHONE) == OUTSIDE
    assert came("", OUTSIDE, PHONE) == OUTSIDE
    assert came("", "127.0.0.1", PHONE) == "", (
        "a proxy that nobody named: all who come by it are one, and counted by nothing"
    )


@pytest.mark.security("S50", "named proxies")
def test_the_room_counts_tries_by_the_caller_and_believes_no_stranger(keys, pack, log, monkeypatch):
    made = house.build(keys, pack, log, PROXY_FROM="10.1.0.0/24")
    tried = []
    access = made.live.room.access
    monkeypatch.setattr(type(access), "sign_in", lambda self, *said: tried.append(said[2]) or "a session")
    for peer in ("10.1.0.4", OUTSIDE):
        made.app.test_client().post(
            "/sign-in",
            data={"name": "amina", "passphrase": "x"},
            headers={"X-Forwarded-For": f"6.6.6.6, {PHONE}"},
            environ_base={"REMOTE_ADDR": peer},
        )
    assert tried == [PHONE, OUTSIDE]


@pytest.mark.security("S50", "forwarded host")
def test_no_word_of_a_proxy_changes_an_answer(keys, pack, log):
    made, door = house.build(keys, pack, log, PROXY_FROM=OURS), doors.build(keys, log, PROXY_FROM=OURS)
    for client, paths in ((made.app.test_client(), ("/", "/sign-in", "/api/v1/cards")), (door.client, ("/away", "/x"))):
        for path in paths:
            plain = client.get(path, environ_base={"REMOTE_ADDR": "127.0.0.1"})
            spoofed = client.get(path, headers=SPOOFED, environ_base={"REMOTE_ADDR": "127.0.0.1"})
            assert plain.status_code == spoofed.status_code
            assert dict(plain.headers).get("Location") == dict(spoofed.headers).get("Location")
            assert "evil" not in spoofed.text + str(spoofed.headers)
