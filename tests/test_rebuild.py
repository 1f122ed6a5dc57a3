"""A record that was wiped is noticed, and made again from the sealed copy: the same facts, and no report twice."""

import dataclasses
import shutil
import tempfile
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server import courier, events, ledger, reader, seal, settings
from server.access import Access
from server.backups import closed, console, rebuilding
from server.backups.making import SUFFIX, WIPED, make
from server.backups.rebuilding import rebuild
from server.backups.record import everything
from server.backups.restoring import running
from server.compared import told
from server.drawer import Drawer
from server.heads import FACTS, Broken
from server.late import read
from server.ledger import Ledger
from server.log import Draft, Log
from server.roles import Refused
from tests import doors
from tests.days import Pen, furnish, the_pack
from tests.test_backup import board_of
from tests.test_board import picture


def now():
    return datetime.now(UTC)


@pytest.fixture
def given(keys, log, redis_server):
    made = settings.read({**doors.ENV, "DATA_DIR": str(keys), "REDIS_URL": f"unix://{redis_server}"})
    return dataclasses.replace(made, pack=log.prefix.removeprefix("{sr:").removesuffix("}"))


def sealed_copy(log, folder):
    made = Ledger(folder, the_pack())
    made.copy(log.read(made.last, 100_000))
    made.look_at_ends(log)
    made.sign(1.0)
    return made


def wipe(log):
    for name in list(log.client.scan_iter(match=f"{log.prefix}:*")):
        log.client.delete(name)


def hashes(log):
    return {name: log.client.hgetall(f"{log.prefix}:{name}") for name in ("once", "versions", "counts")}


def send(door, n):
    return door.client.open(**doors.kannel(id=f"call-{n}", text=f"PR KD0123-7 call {n}")).status_code


@pytest.mark.survival("R9", "same facts and versions", "a call that comes again is one report")
def test_a_wiped_record_is_made_again_and_a_call_that_comes_again_is_still_one_report(door, given, log, keys):
    furnish(log, Pen(keys))
    assert [send(door, n) for n in range(5)] == [200] * 5
    first = door.reports()[-1]
    log.append(first, by="gateway:kannel", once=[f"report:{first.subject}", "report:its other name"])
    copy = sealed_copy(log, keys)
    before, known = log.read(count=100_000), hashes(log)
    assert "report:its other name" in known["once"]
    shown = picture(board_of(keys, log, log.head()))
    wipe(log)
    assert [send(door, n) for n in (3, 4, 5, 6)] == [200] * 4, "two of them for the second time"
    with pytest.raises(Broken):
        copy.look_at_ends(log)

    made = rebuild(given, now)
    assert (made.facts, made.since) == (len(before), 4)
    assert log.read(count=len(before)) == before
    assert [raw.fact().event.subject for raw in log.read(before[-1].id)] == [r.subject for r in door.reports()[-2:]]
    assert len(log.read(before[-1].id)) == 2, "what came a second time is what it was"
    copy.check_against(log)
    assert picture(board_of(keys, log, before[-1].id)) == shown
    later = hashes(log)
    assert {key: at for key, at in later["once"].items() if key in known["once"]} == known["once"]
    assert {about: n for about, n in later["versions"].items() if about in known["versions"]} == known["versions"]
    assert int(later["counts"]["report.received"]) == int(known["counts"]["report.received"]) + 2
    assert [send(door, n) for n in range(7)] == [200] * 7
    assert not log.append(first, by="gateway:kannel", once=["report:its other name"]).fresh
    assert len(log.read(count=100_000)) == len(before) + 2
    assert not (keys / rebuilding.REST).exists()
    with pytest.raises(Refused, match="nothing to make again"):
        rebuild(given, now)


@pytest.mark.survival("R9", "noticed")
def test_nothing_that_follows_on_a_wiped_record_is_copied_before_it_is_whole(given, log, keys, monkeypatch):
    log.append(Pen(keys).received(1), by="intake", once=["a"])
    size = sealed_copy(log, keys).tree.size

    def come(self, after, wait, count=1000):
        wipe(log)
        log.append(Pen(keys).received(1), by="intake", once=["a"])
        return log.read(after)

    monkeypatch.setattr(Log, "follow", come)
    monkeypatch.setattr(ledger.packs, "load", lambda name: the_pack())
    monkeypatch.setattr(ledger, "HEAD_EVERY", 0.0)
    with pytest.raises(Broken):
        ledger.follow(given)
    assert told(keys), "every desk has a red line"
    assert len((keys / "ledger" / FACTS).read_bytes().splitlines()) == size
    rebuild(given, now)
    assert len(log.read()) == 1


def test_what_nobody_had_read_is_handed_out_again_and_no_text_is_written_twice(given, log, keys):
    assert (reader.FIRST, reader.LATER) == rebuilding.READERS
    assert courier.GROUP == rebuilding.COURIER
    pen = Pen(keys)
    received = log.append_all(Draft(pen.received(n), "intake", once=(f"r{n}",)) for n in range(4))
    log.append(pen.read(0), by="reader", cause=received[0].id)
    log.append(pen.read(2), by="reader", cause=received[2].id)
    sealed_copy(log, keys)
    wipe(log)
    rebuild(given, now)
    taken = [raw.id for raw in log.take("reader", "reader.1", 1, 0)]
    assert taken == [received[1].id]
    assert log.take("courier", "courier.1", 10, 0) == []


def test_a_ledger_that_is_not_as_signed_rebuilds_nothing(given, log, keys):
    log.append(Pen(keys).received(1), by="intake", once=["a"])
    sealed_copy(log, keys)
    wipe(log)
    path = keys / "ledger" / FACTS
    path.write_bytes(path.read_bytes().replace(b"gateway", b"getaway"))
    with pytest.raises(Refused, match="Nothing was changed"):
        rebuild(given, now)
    assert log.read() == []
    shutil.rmtree(keys / "ledger")
    with pytest.raises(Refused, match="no ledger"):
        rebuild(given, now)


def test_a_rebuilding_that_was_killed_loses_nothing_and_begins_anew(door, given, log, keys, monkeypatch):
    assert [send(door, n) for n in range(3)] == [200] * 3
    sealed_copy(log, keys)
    before = log.read()
    wipe(log)
    assert send(door, 9) == 200
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_put_behind", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rebuild(given, now)
    assert rebuild(given, now).since == 1
    assert log.read()[:-1] == before
    assert send(door, 9) == 200
    assert len(log.read()) == 4


def test_a_rebuilding_that_was_killed_while_it_put_behind_what_came_since_doubles_nothing(
    given, log, keys, monkeypatch
):
    log.append(events.IncidentNoted(subject="i1", note="before"), by="analyst:Amina")
    sealed_copy(log, keys)
    wipe(log)
    for note in ("one", "two"):
        log.append(events.IncidentNoted(subject="i1", note=note), by="analyst:Amina")
    put = rebuilding._put_behind
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_put_behind", lambda log, rest: put(log, rest[:1]) / 0)
        with pytest.raises(ZeroDivisionError):
            rebuild(given, now)
    with (keys / rebuilding.REST).open("ab") as rest:
        rest.write(b'{"id": "17')  # and another while it wrote down what there was
    assert rebuild(given, now).since == 2
    assert [raw.fact().event.note for raw in log.read()] == ["before", "one", "two"]


@pytest.mark.parametrize("wiped", [True, False])
def test_what_was_ended_or_changed_since_a_backup_does_not_come_back_with_it(given, log, keys, wiped):
    offline = keys / "backup.key"
    closed.new_key(offline)
    access, drawer = Access(log, lambda name: None, now), Drawer(log)
    stolen, ended = access.tokens.issue("wall", "viewer", by="console")
    stays = access.tokens.issue("sums", "viewer", by="console")[0]
    drawer.put("credential", "Amina", {"hash": "old", "second": "of a telephone that is gone"})
    sealed_copy(log, keys)
    make(given, log, keys / "a.age", closed.identity(offline).to_public(), now)
    access.tokens.revoke(ended, by="console")
    sealed_copy(log, keys)
    if wiped:
        wipe(log)
        drawer.put("credential", "Amina", {"hash": "new"})
    rebuild(given, now, rebuilding.of_backup(keys / "a.age", closed.identity(offline)))
    assert access.by_token(stolen) is None
    assert access.by_token(stays).role == "viewer"
    assert (not wiped) or drawer.get("credential", "Amina") == {"hash": "new"}


def test_our_own_redis_is_put_in_its_place_and_the_wiped_one_is_kept(keys, capsys, monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="sr")) / "d"
    shutil.copytree(keys, folder)
    given = settings.read({**doors.ENV, "DATA_DIR": str(folder)})
    offline = keys / "backup.key"
    closed.new_key(offline)
    try:
        with running(given):
            log = Log(given.record, given.pack)
            furnish(log, Pen(folder))
            Access(log, lambda name: None, now).open_account("Amina", "analyst", "four ordinary words together", by="x")
            Drawer(log).put("dark", "an alias", {"since": "now"}, 600)
            before = list(everything(log))
            sealed_copy(log, folder)
            assert read(folder / "ledger") == {}
            seal.Vault(folder)
            make(given, log, keys / "a.age", closed.identity(offline).to_public(), now)
        shutil.rmtree(folder / "redis")
        monkeypatch.setattr(settings, "environment", lambda: {**doors.ENV, "DATA_DIR": str(folder)})
        console.rebuild_record(Namespace(backup=None, identity=None))
        assert "Nobody can sign in" in capsys.readouterr().out
        console.rebuild_record(Namespace(backup=keys / "a.age", identity=offline))
        assert "Nobody" not in capsys.readouterr().out
        assert (keys / f"a.age{SUFFIX}").exists()
        with running(given):
            log = Log(given.record, given.pack)
            assert list(everything(log))[: len(before)] == before
            assert Access(log, lambda name: None, now).accounts() == ["Amina"]
            assert Drawer(log).get("dark", "an alias") == {"since": "now"}
        assert (folder / f"{WIPED}-1").exists()
        assert not (folder / "new").exists()
    finally:
        shutil.rmtree(folder.parent)
