"""Sending many requests, and the replay: nothing is lost in the sending, the finding again or the adding up."""

import http.server
import io
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from ingest import crowd, outcome, rehearse, replay
from ingest.callers import Rehearsal, Request
from ingest.crowd import Crowd, Job, Wire
from server import seal, settings
from server.locking import shutting
from server.log import Log
from server.reader import Reader
from tests import doors
from tests.conftest import settings_in

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
ODD = (
    b'id,date,time,text,category\n1,2014-08-09,17:25,"two\nlines, and a ""comma""",PR|LG\n'
    b"2,,,,\n3,x,y,\xff\x80 odd,OKAY\n4\n"
)


@contextmanager
def stub(status=lambda path: 200):
    """A door that answers by path; yields its port and the paths it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # noqa: N802
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(self.path)
            self.send_response(status(self.path))
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wire_to(port, tmp_path):
    return Wire(settings_in(tmp_path, INTAKE_PORT=str(port)))


def jobs(n, due=lambda number: 0.0):
    return [Job(due(number), "kannel", "", lambda number=number: Request("GET", f"/{number}")) for number in range(n)]


def test_every_job_is_sent_once_and_every_status_counted(tmp_path):
    with stub(lambda path: 503 if path == "/7" else 200) as (port, asked), wire_to(port, tmp_path) as wire:
        answers = Crowd(wire.send, io.StringIO()).send_all(jobs(200), 200)
    assert sorted(asked) == sorted(f"/{number}" for number in range(200))
    assert answers.by_door == {"kannel": Counter({200: 199, 503: 1})}
    assert (answers.faults(), answers.fine()) == (1, False)


def test_jobs_are_sent_when_they_are_due(tmp_path):
    sent = []
    began = time.monotonic()
    crowd_of = Crowd(lambda request: sent.append((request.path, time.monotonic() - began)) or 200, io.StringIO())
    assert crowd_of.send_all(jobs(3, lambda number: number * 0.2), 3).fine()
    assert [at >= number * 0.2 for number, (_, at) in enumerate(sent)] == [True] * 3


def test_a_door_that_is_not_there_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(crowd, "PAUSE", 0)
    with stub() as (port, _):
        pass
    with wire_to(port, tmp_path) as wire, pytest.raises(SystemExit, match="does not answer"):
        wire.must_be_open()


def test_a_door_that_goes_away_ends_it_early():
    answers = Crowd(lambda request: crowd.NO_ANSWER, io.StringIO()).send_all(jobs(500), 500)
    assert crowd.ENOUGH <= answers.count() < 100
    assert "no longer answers" in answers.stopped
    assert not answers.fine()


def test_ctrl_c_ends_it_with_what_was_counted_so_far():
    def interrupted():
        yield from jobs(3)
        raise KeyboardInterrupt

    answers = Crowd(lambda request: 200, io.StringIO()).send_all(interrupted(), 9)
    assert answers.by_hand
    assert not answers.fine()


def rehearse_to(port, tmp_path, monkeypatch):
    for name, value in {**doors.ENV, "DATA_DIR": str(tmp_path), "INTAKE_PORT": str(port)}.items():
        monkeypatch.setenv(name, value)
    rehearse.main(["--speed", "1000000"])


def test_a_whole_rehearsal_goes_through_every_door(tmp_path, monkeypatch, capsys):
    with stub() as (port, asked):
        rehearse_to(port, tmp_path, monkeypatch)
    doors_asked = Counter(path.partition("?")[0] for path in asked)
    assert set(doors_asked) == {"/health", "/", "/in/smsgate", "/in/kannel", "/in/twilio", "/in/generic"}
    total = capsys.readouterr().out.splitlines()[-1].split()
    assert total[:3] == ["all", str(len(asked) - 1), str(len(asked) - 1)]


def test_a_rehearsal_that_is_refused_anything_ends_with_1(tmp_path, monkeypatch, capsys):
    with (
        stub(lambda path: 403 if path == "/in/twilio" else 200) as (port, _),
        pytest.raises(SystemExit) as ended,
    ):
        rehearse_to(port, tmp_path, monkeypatch)
    assert ended.value.code == 1
    assert "with 403" in capsys.readouterr().out


def odd_file(folder):
    (folder / "odd.csv").write_bytes(ODD)
    return folder / "odd.csv"


def test_a_file_is_read_whatever_is_in_it(tmp_path):
    rows = replay.read(odd_file(tmp_path), ZoneInfo("Asia/Phnom_Penh"), NOW)
    assert [row.text for row in rows] == ['two\nlines, and a "comma"', "", "\udcff\udc80 odd", ""]
    assert [row.label for row in rows] == ["PR|LG", "", "OKAY", ""]
    assert [row.sent_at.isoformat() for row in rows[:2]] == ["2014-08-09T17:25:00+07:00", NOW.isoformat()]


def test_a_row_says_where_it_was_sent_or_nothing(tmp_path):
    (tmp_path / "where.csv").write_text("text,lat,lon\na,11.5,104.9\nb,,\nc,north,east\nd,11.5,\ne\n")
    rows = replay.read(tmp_path / "where.csv", UTC, NOW)
    assert [row.point for row in rows] == [(11.5, 104.9), None, None, None, None]
    assert [row.point for row in replay.read(odd_file(tmp_path), UTC, NOW)] == [None] * 4


@pytest.mark.parametrize(("lat", "lon"), [("91", "104.9"), ("11.5", "-180.1"), ("nan", "104.9"), ("11.5", "inf")])
def test_a_point_that_is_nowhere_on_earth_is_left_out(lat, lon, keys, log):
    door = doors.build(keys, log)
    assert door.client.open(**doors.generic(lat=lat, lon=lon)).status_code == 200
    [body] = door.bodies()
    assert (body["lat"], body["lon"], body["text"]) == (None, None, "PR KD0123 late")


def test_a_file_without_texts_is_told_in_a_sentence(tmp_path):
    (tmp_path / "other.csv").write_text("id,words\n1,hello\n")
    with pytest.raises(SystemExit, match="no column named text"):
        replay.read(tmp_path / "other.csv", ZoneInfo("Asia/Phnom_Penh"), NOW)


def card(text, kind, category=None):
    return {"text": text, "kind": kind, "category": category}


def test_each_text_finds_a_card_of_its_own_and_read_ones_first():
    cards = [card("a", "raw"), card("a", "quiet"), card("b", "noise")]
    found = outcome.paired(["a", "c", "b", "a", "a"], cards)
    assert [each and each["kind"] for each in found] == ["quiet", None, "noise", "raw", None]
    assert outcome.read(found) == 2


def test_the_confusion_counts_each_label_and_takes_either_of_two():
    labels = ["PR|LG", "PR|LG", "PR|LG", "OKAY", "TALLY", ""]
    cards = [card("", "incident", code) for code in ("PR", "LG", "VS")] + [card("", "checkin"), None, card("", "tally")]
    head, *rows, total = outcome.confusion(labels, cards).splitlines()
    assert head.split()[4:] == ["LG", "PR", "VS", "OKAY", "missing"]
    assert [row.split() for row in rows] == [
        ["PR|LG", "3", "2", "0.67", "1", "1", "1", ".", "."],
        ["OKAY", "1", "1", "1.00", ".", ".", ".", "1", "."],
        ["TALLY", "1", "0", "0.00", ".", ".", ".", ".", "1"],
    ]
    assert total == "right: 3 of 5 (0.600)"


def test_a_file_without_labels_is_not_compared():
    assert "no labels" in outcome.confusion([""], [card("", "quiet")])


def test_a_replayed_file_is_found_again_on_the_board_to_the_last_message(log, house, keys, pack, monkeypatch, capsys):
    monkeypatch.setattr(replay, "LOOK", 0)
    rows = replay.read(odd_file(keys), pack.zone, NOW)
    door = doors.build(keys, log)
    reader = Reader(log, seal.Opener(keys / "keys"), seal.Vault(keys), pack, "reader.1")
    program = house.program("security_lead")

    def send(request):
        sent = {"method": request.method, "data": request.body, "headers": dict(request.headers)}
        return door.client.application.test_client().open(request.path, **sent).status_code

    def ask(path, **query):
        reader.step()
        house.fold()
        return program.get(f"/api/v1/{path}", query_string=query).get_json()

    given = settings.read({**doors.ENV, "DATA_DIR": str(keys)})
    for _ in range(2):  # the second run is not taken for a repetition of the first
        assert replay.play(rows, given, SimpleNamespace(send=send), ask)
        assert "rows 4, accepted 4, with 5xx 0\non the board 4, read 4" in capsys.readouterr().out
    assert all(report.rehearsal for report in door.reports())
    assert len(door.reports()) == 8


def test_a_row_s_coordinates_reach_the_reading_and_the_map(log, house, keys, pack):
    point = (11.5564, 104.9282)
    (keys / "where.csv").write_text(
        f"text,lat,lon\nsoldiers stand inside,{point[0]},{point[1]}\nsoldiers stand inside,,\n"
    )
    rows, door = replay.read(keys / "where.csv", UTC, NOW), doors.build(keys, log)
    run = Rehearsal("one", settings.read({**doors.ENV, "DATA_DIR": str(keys)}), time.time)
    for job in replay.jobs(rows, run):
        made = job.make()
        sent = {"method": made.method, "data": made.body, "headers": dict(made.headers)}
        assert door.client.open(made.path, **sent).status_code == 200
    assert [(body["lat"], body["lon"]) for body in door.bodies()] == [point, (None, None)]
    Reader(log, seal.Opener(keys / "keys"), seal.Vault(keys), pack, "reader.1").step()
    house.fold()
    cards = house.program("administrator").get("/api/v1/cards?limit=9").get_json()["cards"]
    placed = [card["place"] for card in cards if card["place"]]
    assert [(place["lat"], place["lon"], place["because"]) for place in placed] == [(*point, ["GPS"])]


def test_the_token_of_a_replay_is_worth_nothing_afterwards(redis_server, tmp_path):
    given = settings_in(tmp_path, REDIS_URL=redis_server, PACK="test-replay")
    with replay.token(given) as secret:
        assert secret
    facts = [raw.fields["wire"] for raw in Log(redis_server, "test-replay").read()]
    assert facts == ["token.issued", "token.revoked"]


@pytest.mark.security("S20", "no proxy")
def test_no_proxy_of_the_machine_sees_the_token_or_an_answer(monkeypatch):
    with stub() as (proxy, overheard), stub() as (port, asked):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(ValueError, match="Expecting value"):  # the stub answers nothing
            replay.ask(f"http://127.0.0.1:{port}", "a token", "cards", limit=1)
        assert shutting.health("127.0.0.1", port)[0] == 200
    assert overheard == []
    assert asked == ["/api/v1/cards?limit=1", "/health"]
