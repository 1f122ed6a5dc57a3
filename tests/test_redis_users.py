"""Our own Redis as it really runs: each process may do there what it needs, and nobody may rewrite the record."""

import dataclasses
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from server import embedded_redis, redis_users
from server.drawer import Drawer
from server.late import Late
from server.log import APPEND, Down, Draft, Log
from server.reading.queue import Queue
from server.recorded import recorded, recount
from server.settings import Unfit
from tests.conftest import settings_in
from tests.days import Pen

ELECTION = "an-election"


@pytest.fixture(scope="module")
def given():
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    made = dataclasses.replace(settings_in(folder), pack=ELECTION)
    process = subprocess.Popen(embedded_redis.command(made, embedded_redis.find_server()))
    embedded_redis.make_known(made)
    loader = Log(made.record, ELECTION, user="loader")
    late = time.monotonic() + 30
    while not known(loader):
        assert time.monotonic() < late
        time.sleep(0.02)
    yield made
    process.terminate()
    process.wait(10)
    shutil.rmtree(folder)


def known(log):
    try:
        return bool(log.ask(log.client.script_load, APPEND))
    except Down:
        return False


def as_(user, given, election=ELECTION):
    return Log(given.record, election, user=user)


def refused(log, *words):
    """Whether Redis says no because of who asks; that a command fails for another reason is none."""
    with pytest.raises(Down) as fault:
        log.ask(log.client.execute_command, *words)
    said = str(fault.value.__cause__).lower()
    return "permission" in said or "debug command not allowed" in said


FACTS = f"{{sr:{ELECTION}}}:facts"
DANGEROUS = [
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("CONFIG", "GET", "*"),
    ("CONFIG", "SET", "appendonly", "no"),
    ("KEYS", "*"),
    ("DEBUG", "SLEEP", "0"),
    ("SHUTDOWN",),
    ("ACL", "LIST"),
    ("ACL", "SETUSER", "default", "on"),
    ("SCRIPT", "FLUSH"),
    ("FUNCTION", "LIST"),
    ("MODULE", "LIST"),
    ("MONITOR",),
    ("REPLICAOF", "NO", "ONE"),
    ("MIGRATE", "127.0.0.1", "1", "key", "0", "1"),
    ("SAVE",),
    ("SWAPDB", "0", "1"),
    ("SELECT", "1"),
    ("CLIENT", "LIST"),
    ("PUBLISH", "channel", "words"),
    ("XDEL", FACTS, "0-1"),
    ("XTRIM", FACTS, "MAXLEN", "0"),
    ("XSETID", FACTS, "0-1"),
    ("DEL", FACTS),
    ("UNLINK", FACTS),
    ("RENAME", FACTS, "elsewhere"),
    ("EXPIRE", FACTS, "1"),
    ("SET", FACTS, "nothing"),
    ("RESTORE", FACTS, "0", "x", "REPLACE"),
    ("COPY", FACTS, "elsewhere"),
    ("SET", "a key of nobody", "nothing"),
    ("GET", "a key of nobody"),
]


@pytest.mark.security("S34", "dangerous commands")
@pytest.mark.parametrize("user", redis_users.USERS)
def test_no_process_may_take_away_rewrite_or_manage(user, given):
    log = as_(user, given)
    assert log.client.execute_command("PING")
    assert [words for words in DANGEROUS if not refused(log, *words)] == []


@pytest.mark.security("S34", "dangerous commands")
def test_who_does_not_sign_in_may_nothing(given):
    import redis  # as a stranger would

    once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    stranger = redis.Redis(unix_socket_path=given.redis_socket, retry=once)
    with pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(unix_socket_path=given.redis_socket, username="room", password="guessed", retry=once).ping()


@pytest.mark.security("S34", "a user for each process")
def test_each_user_has_a_password_of_its_own_that_only_the_owner_reads(given):
    folder = given.data_dir / "redis" / redis_users.FOLDER
    files = {path.name: path for path in folder.iterdir()}
    assert set(files) == set(redis_users.USERS)
    assert len({path.read_text() for path in files.values()}) == len(files)
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    before = {name: path.read_text() for name, path in files.items()}
    redis_users.written(given.data_dir / "redis")
    assert before == {name: path.read_text() for name, path in files.items()}, "who runs goes on after a restart of it"
    acl = (given.data_dir / "redis" / "users.acl").read_text()
    assert not [password for password in before.values() if password in acl]


INTAKE_NEVER = [
    ("EVAL", "return 1", "0"),
    ("SCRIPT", "LOAD", "return 1"),
    ("FCALL", "f", "0"),
    ("XREAD", "STREAMS", FACTS, "0"),
    ("XREADGROUP", "GROUP", "readers", "me", "STREAMS", FACTS, ">"),
    ("XREVRANGE", FACTS, "+", "-"),
    ("XACK", FACTS, "readers", "0-1"),
    ("XGROUP", "DESTROY", FACTS, "readers"),
    ("HSET", f"{{sr:{ELECTION}}}:once", "a", "0-1"),
    ("HDEL", f"{{sr:{ELECTION}}}:once", "a"),
    ("HGETALL", f"{{sr:{ELECTION}}}:once"),
    ("HSCAN", f"{{sr:{ELECTION}}}:once", "0"),
    *(("HGETALL", f"{{sr:{ELECTION}}}:drawer:{kind}:x") for kind in ("credential", "session", "token", "dark")),
    *(("DEL", f"{{sr:{ELECTION}}}:drawer:{kind}:x") for kind in ("credential", "session", "token", "dark")),
    *(("HSET", f"{{sr:{ELECTION}}}:drawer:{kind}:x", "a", "b") for kind in ("credential", "session", "token", "dark")),
]


@pytest.mark.security("S34", "a user for each process")
@pytest.mark.parametrize("user", ["intake", "readmit"])
def test_the_public_door_appends_and_reaches_nobody_s_credentials(user, given, keys):
    log, pen = as_(user, given), Pen(keys)
    [first] = log.append_all([Draft(pen.received(1), by="intake", once=("a key",))])
    [again] = log.append_all([Draft(pen.received(2), by="intake", once=("a key",))])
    assert (again.fresh, again.id) == (False, log.first("a key"))
    drawer = Drawer(log)
    drawer.put("heard", "kannel:message", {"at": "now"}, 60)
    drawer.put("outbox-smssync", "a text", {"sealed": "x"}, 60)
    assert drawer.keys("outbox-smssync") == ["a text"]
    assert drawer.add("handed", "a text", 60) >= 1
    assert drawer.drop("outbox-smssync", "a text")
    assert [words for words in INTAKE_NEVER if not refused(log, *words)] == []
    assert first.version == 1


def test_that_adding_can_take_away_is_known_and_redis_cannot_forbid_it(given, keys):
    """If this fails, Redis has learnt to: then forbid it, and "intake only appends" holds."""
    log = as_("intake", given, "trimmed")
    log.append_all([Draft(Pen(keys).received(n), by="intake") for n in range(5)])
    log.client.execute_command("XADD", log.stream, "MAXLEN", "1", "*", "a", "b")
    assert log.client.xlen(log.stream) == 1


@pytest.mark.security("S34", "a user for each process")
def test_the_ledger_only_reads(given, keys, tmp_path):
    as_("reader", given).append(Pen(keys).received(7), by="intake")
    log = as_("ledger", given)
    assert log.read()
    assert log.head() == log.read()[-1].id
    assert log.follow("0-0", 0)
    Late(tmp_path).keep(log)
    written = [
        ("XADD", FACTS, "*", "a", "b"),
        ("EVAL", "return 1", "0"),
        ("HSET", f"{{sr:{ELECTION}}}:drawer:x:y", "a", "b"),
    ]
    written += [("HGETALL", f"{{sr:{ELECTION}}}:drawer:credential:x"), ("XACK", FACTS, "readers", "0-1")]
    written += [("HSET", f"{{sr:{ELECTION}}}:late", "a", "0-1"), ("HGETALL", f"{{sr:{ELECTION}}}:once")]
    assert [words for words in written if not refused(log, *words)] == []


@pytest.mark.security("S34", "a user for each process")
@pytest.mark.parametrize("user", ["reader", "learner", "courier", "lookout", "room", "fetch", "run", "console"])
def test_who_works_with_the_record_may_do_all_that_log_and_drawer_do(user, given, keys):
    log, pen = as_(user, given, f"of-{user}"), Pen(keys)
    log.append(pen.received(1), by="intake", once=["a key"], expect=0)
    log.join("readers")
    [raw] = log.take("readers", "reader.1", 10, 0)
    assert log.adopt("readers", "reader.2", 0) == 1
    assert log.deliveries("readers", "reader.2") == {raw.id: 1}
    log.done("readers", [raw.id])
    queue = Queue(log, "others", "reader.1")
    queue.see(raw.id)
    assert queue.take(1, raw.id) == [raw]
    assert (log.head(), log.first("a key"), log.at(raw.id), log.follow("0-0", 0)) == (raw.id, raw.id, raw, [raw])
    assert recorded(log, "report.received", "0-0") == (1, [raw])
    recount(log)
    assert recorded(log, "report.received", "0-0") == (None, [raw])
    drawer = Drawer(log)
    drawer.put("credential", "Amina", {"hash": "x"})
    assert drawer.fill("parts", "w", "1", "a") == {"1": "a"}
    drawer.mark("looking", "card", "socket", "words", 60)
    assert drawer.claim("said", ["a"], ["b"], "value", 60) == ["value"]
    assert drawer.claim_all("said", [(["a"], ["b"], "other"), (["b"], ["a"], "more")], 60) == [
        ["value"],
        ["more", "value"],
    ]
    assert drawer.touch("credential", "Amina", 60)
    assert drawer.add("tries", "x", 60, 2) == 2
    drawer.clear("parts", "w", "1")
    assert drawer.keys("credential") == ["Amina"]
    assert drawer.drop("credential", "Amina")
    assert drawer.get("credential", "Amina") == {}


def test_a_process_is_the_user_of_its_name_and_in_a_redis_of_the_operator_none(given, monkeypatch, tmp_path):
    socket = Path(given.redis_socket)
    for name, user in (("reader.1", "reader"), ("intake.2", "intake"), ("unheard-of.1", "console")):
        monkeypatch.setenv("HONCHO_PROCESS_NAME", name)
        assert redis_users.Mine(socket).get_credentials()[0] == user
    monkeypatch.delenv("HONCHO_PROCESS_NAME")
    assert redis_users.Mine(socket).get_credentials()[0] == "console"
    assert redis_users.Mine(tmp_path / "redis.sock").get_credentials() is None


def test_a_process_that_is_there_before_its_password_gets_in_when_redis_has_written_it(given):
    password = given.data_dir / "redis" / redis_users.FOLDER / "courier"
    password.rename(password.with_name("away"))
    log = as_("courier", given)
    for _ in range(2):
        with pytest.raises(Down):
            log.head()
    password.with_name("away").rename(password)
    assert log.head()


@pytest.mark.security("S34", "remote needs TLS")
@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("redis://records.example.org:6379/0", False),
        ("redis://user:a%40b@10.0.0.7/0", False),
        ("redis://127.0.0.1.example.org/", False),
        ("rediss://records.example.org:6379/0", True),
        ("redis://127.0.0.1:6379/0", True),
        ("redis://[::1]:6379/0", True),
        ("unix:///run/redis/room.sock?db=1", True),
    ],
)
def test_a_redis_across_a_network_is_asked_by_tls_only(url, fit, tmp_path):
    if fit:
        assert settings_in(tmp_path, REDIS_URL=url).record == url
    else:
        with pytest.raises(Unfit, match="in clear"):
            settings_in(tmp_path, REDIS_URL=url)
