"""Photos: drawn anew in a process with limits, sealed beside the record, shown to desks; no report waits for one."""

import gzip
import json
import signal
import struct
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base

from dashboard import views
from ingest import attach, darkroom
from ingest.form import WORDS
from server import events, photos, seal, trace
from server.pack import Pack
from tests import doors, phone
from tests.days import report_id
from tests.house import build
from tests.test_intake_process import Process, free_port

BROWSER = {"Accept": "text/html"}
CANARY = b"canary-in-the-metadata"


def picture(kind="JPEG", size=(60, 40), **more):
    drawn = Image.new("RGB", size, "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, size[0] // 2, size[1]), fill="red")
    out = BytesIO()
    drawn.save(out, kind, **more)
    return out.getvalue()


def telling():
    """A photo that tells where and with what it was taken, twice, and has an archive behind it."""
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Orientation] = CANARY.decode(), 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (11.0, 33.0, 44.0)
    return picture(exif=exif, comment=CANARY, icc_profile=CANARY) + b"PK\x03\x04" + CANARY


def bomb():
    """A PNG of 30,000 by 30,000 pixels in a few kilobytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb():
    """A small PNG whose text is 60 MB once it is unpacked."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("note", "a" * 60_000_000, zip=True)
    return picture("PNG", pnginfo=info)


def archive(kind, name):
    """A picture in an archive."""
    out = BytesIO()
    with kind(out, "w") as made:
        made.writestr(name, picture())
    return out.getvalue()


def tape():
    """The same, in one without a table."""
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        named = tarfile.TarInfo("x.jpg")
        named.size = len(picture())
        made.addfile(named, BytesIO(picture()))
    return out.getvalue()


HOSTILE = {
    "nothing of a picture": b"Box open",
    "a drawing that runs scripts": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a page": b"<!doctype html><img src=x onerror=alert(1)>",
    "a page that begins as a picture does": b"\xff\xd8\xff\xe0<script>alert(1)</script>",
    "a picture cut off": picture(size=(600, 400))[:400],
    "the head of a picture": picture()[:30],
    "too many pixels": bomb(),
    "a kind that is not taken": picture("TIFF"),
    "an animation": picture("PNG", save_all=True, append_images=[Image.new("RGB", (60, 40), "blue")]),
    "an archive": archive(zipfile.ZipFile, "x.jpg"),
    "a document, which is an archive": archive(zipfile.ZipFile, "word/document.xml"),
    "a squeezed picture": gzip.compress(picture()),
    "a picture in a tape archive": tape(),
    "a printed page": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n",
    "a PostScript program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
}


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


def sent(door, raw, text="Box open", **more):
    fields = {name: value.encode() for name, value in {"text": text, **more}.items()}
    body = phone.multipart(fields, raw, "../../etc/passwd")
    return door.client.post("/", data=body, content_type="multipart/form-data; boundary=xx", headers=BROWSER)


def taken(door):
    facts = [raw.fact().event for raw in door.log.read()]
    return [fact for fact in facts if isinstance(fact, events.ReportPhotographed)]


def kept(door, fact):
    return photos.Photos(door.folder).open(fact.photo, seal.Opener(door.folder / "keys"))


@pytest.mark.security("S32", "metadata")
def test_what_is_kept_is_a_fresh_upright_picture_without_a_word_of_metadata(door):
    raw = telling()
    assert CANARY in raw
    assert sent(door, raw).status_code == 200
    [fact], [report] = taken(door), door.reports()
    fresh = kept(door, fact)
    shown = Image.open(BytesIO(fresh))
    assert (shown.format, shown.size) == ("JPEG", (40, 60))
    assert shown.getpixel((20, 5))[1] < 100 < shown.getpixel((20, 55))[1], "it stands as it was held"
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not dict(shown.getexif())
    assert CANARY not in fresh
    assert b"PK" not in fresh[-40:]
    assert (fact.subject, fact.size) == (report.subject, len(raw))
    assert (fact.came, fact.kept) == (sha256(raw).hexdigest(), sha256(fresh).hexdigest())
    assert fact.photo == f"{report.subject}-{fact.came[:8]}"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_the_kinds_that_phones_make_are_taken_and_made_small(kind):
    with Image.open(BytesIO(darkroom.develop(picture(kind, (3000, 1000))))) as shown:
        assert (shown.format, shown.size) == ("JPEG", (1600, 533))


def test_a_machine_that_is_too_slow_counts_as_busy_under_eventlet_too():
    """Its green processes raise another class of the same name as the one that everybody imports."""
    asks = (
        "import eventlet; eventlet.monkey_patch()\n"
        "from ingest import darkroom\n"
        "darkroom.PATIENCE = 0\n"
        "try: darkroom.develop(b'x')\n"
        "except darkroom.Busy: print('busy')"
    )
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", asks], capture_output=True, text=True)
    assert told.stdout == "busy\n", told.stderr


@pytest.mark.security("S32", "odd files")
@pytest.mark.security("S33", "what is no picture")
@pytest.mark.security("S33", "archives")
@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_fit_picture_is_refused_with_a_sentence_and_the_words_are_kept(door, what):
    answer = sent(door, HOSTILE[what])
    assert (answer.status_code, len(door.reports())) == (200, 1)
    assert WORDS["en"]["photo_refused"] in answer.text
    assert taken(door) == []
    assert list((door.folder / "photos").iterdir()) == []


@pytest.mark.security("S32", "bombs in a text")
def test_a_text_that_unpacks_without_end_costs_the_picture_and_nothing_else(door):
    assert sent(door, text_bomb()).status_code == 200
    assert len(door.reports()) == 1
    assert all(CANARY not in kept(door, fact) for fact in taken(door))


def limits_of(process):
    lines = Path(f"/proc/{process.pid}/limits").read_text().splitlines()[1:]
    return {line[:25].strip(): tuple(line[25:].split()[:2]) for line in lines}


@pytest.mark.security("S32", "drawn apart")
def test_the_process_that_draws_has_little_time_and_memory_and_no_files_or_children():
    with subprocess.Popen(
        [sys.executable, "-I", darkroom.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as draws:
        for _ in range(2000):
            limits = limits_of(draws)
            if limits["Max open files"] == ("0", "0"):
                break
            time.sleep(0.01)
        draws.communicate(b"no picture")
    assert draws.returncode == darkroom.NO_PHOTO
    assert {name: limits[f"Max {name}"][1] for name in ("cpu time", "address space", "file size", "processes")} == {
        "cpu time": str(darkroom.CPU),
        "address space": str(darkroom.MEMORY),
        "file size": "0",
        "processes": "0",
    }


@pytest.mark.security("S38", "photos")
def test_on_the_disk_stand_only_closed_files_that_their_owner_reads(door):
    sent(door, picture())
    [file] = (door.folder / "photos").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"JFIF" not in file.read_bytes()
    assert file.name == f"{taken(door)[0].photo}.sealed"


def test_a_photo_that_comes_again_is_one_photo(door):
    for _ in range(2):
        sent(door, picture(), id="c" * 22)
    assert (len(door.reports()), len(taken(door))) == (1, 1)


def sealed(door, raw):
    key = phone.key_in(door.client.get("/").text)
    body, answers = phone.closed(phone.packed({"id": "d" * 22, "text": "Box open"}, raw), key)
    answer = door.client.post("/sealed", data=body, content_type="application/octet-stream")
    return answer.status_code, phone.read(answers, answer.data)["photo"] if answer.status_code == 200 else ""


def test_a_sealed_photo_joins_its_report_and_a_refused_one_is_said_so(door):
    assert sealed(door, b"") == (200, "")
    assert sealed(door, picture(size=(2000, 1200))) == (200, "kept")
    assert sealed(door, b"no picture") == (200, "refused")
    assert (len(door.reports()), len(taken(door))) == (1, 1)


def test_when_there_is_no_place_or_no_room_a_photo_comes_again_and_words_never_wait(door, monkeypatch):
    big = picture("PNG", (900, 900), compress_level=0)
    monkeypatch.setattr("ingest.front.PATIENCE", 0.01)
    taking, go = threading.Barrier(attach.AT_ONCE + 1), threading.Event()
    monkeypatch.setattr(darkroom, "develop", lambda raw: (taking.wait(20), go.wait(20), raw)[2])
    others = [threading.Thread(target=sent, args=(door, big + bytes([n]))) for n in range(attach.AT_ONCE)]
    for other in others:
        other.start()
    taking.wait(20)
    assert sealed(door, big)[0] == 503
    assert WORDS["en"]["busy"] in sent(door, big).text
    assert sealed(door, b"")[0] == 200
    go.set()
    for other in others:
        other.join()
    assert len(taken(door)) == attach.AT_ONCE


@pytest.mark.parametrize("fault", [darkroom.Busy, photos.NoRoom])
def test_a_machine_without_time_or_room_keeps_the_words_and_asks_for_the_photo_again(door, monkeypatch, fault):
    def fails(*_):
        raise fault

    if fault is darkroom.Busy:
        monkeypatch.setattr(darkroom, "develop", fails)
    else:
        monkeypatch.setattr(photos, "RESERVE", 2**70)
    assert sealed(door, picture())[0] == 503
    assert WORDS["en"]["photo_later"] in sent(door, picture()).text
    assert (len(door.reports()), taken(door)) == (2, [])
    monkeypatch.undo()
    assert sealed(door, picture()) == (200, "kept")


@pytest.mark.security("S32", "sizes")
def test_only_the_form_takes_more_than_64_kilobytes_and_nobody_more_than_ten_megabytes(door):
    assert door.client.post("/in/generic", data=b"x" * 70_000).status_code == 413
    answer = sent(door, b"x" * 11 * 1024 * 1024)
    assert (answer.status_code, WORDS["en"]["photo_large"] in answer.text) == (413, True)
    assert door.client.post("/sealed", data=b"x" * 11 * 1024 * 1024).status_code == 413
    assert door.reports() == []


def test_the_room_for_a_photo_is_no_room_for_words(door):
    long = "late " * 20_000
    answer = sent(door, b"", text=long)
    assert (answer.status_code, WORDS["en"]["text_long"] in answer.text) == (413, True)
    assert door.client.post("/", data=long.encode(), content_type="text/plain").status_code == 413
    key = phone.key_in(door.client.get("/").text)
    for fields in ({"text": long}, {"text": "late", "station": long}):
        body, _ = phone.closed(phone.packed({"id": "d" * 22, **fields}), key)
        assert door.client.post("/sealed", data=body).status_code == 400
    assert door.reports() == []


def test_small_files_are_not_drawn_all_at_once_for_a_small_file_may_hold_a_large_picture(door, monkeypatch):
    drawn, go, late = threading.Semaphore(0), threading.Event(), threading.Event()
    monkeypatch.setattr(attach, "PATIENCE", 0.01)
    monkeypatch.setattr(darkroom, "develop", lambda raw: (drawn.release(), go.wait(20), raw)[2])
    others = [threading.Thread(target=sent, args=(door, picture(size=(60 + n, 40)))) for n in range(attach.AT_ONCE)]
    for other in others:
        other.start()
        assert drawn.acquire(timeout=20)
    last = threading.Thread(target=lambda: sealed(door, picture())[0] == 503 and late.set())
    last.start()
    assert late.wait(20), "it is drawn although all tables are taken"
    go.set()
    for other in (*others, last):
        other.join()
    assert (len(taken(door)), len(door.reports())) == (attach.AT_ONCE, attach.AT_ONCE + 1)


@pytest.fixture
def house(door, pack: Pack, log):
    sent(door, picture())
    made = build(door.folder, pack, log)
    made.fold()
    return made


def address(door):
    return f"/api/v1/photos/{taken(door)[0].photo}"


@pytest.mark.security("S33", "attachment or sandbox")
def test_desks_see_the_photo_on_its_card_and_nobody_else_can_ask_for_it(door, house):
    report = door.reports()[0].subject
    for role in ("analyst", "administrator"):
        client = house.program(role)
        card = client.get(f"/api/v1/cards/{report}").json["card"]
        assert card["photos"] == [taken(door)[0].photo]
        answer = client.get(address(door))
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.data == kept(door, taken(door)[0])
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
        assert client.get(f"/api/v1/cards/{report}").json["history"][-1]["what"] == "report.photographed"
    for role in ("press", "viewer"):
        assert house.program(role).get(address(door)).status_code == 403
    assert house.app.test_client().get(address(door)).status_code == 401


def test_a_photo_of_a_restricted_card_is_for_the_security_lead_only(door, house, pen):
    report = door.reports()[0].subject
    hidden = events.IncidentOpened(
        subject=report,
        report=report,
        category="OB",
        sub="OE",
        severity=5,
        restricted=True,
        province="",
        rehearsal=False,
        reason="",
    )
    house.log.append(hidden, by="reader")
    house.fold()
    for role in ("analyst", "administrator"):
        assert house.program(role).get(address(door)).status_code == 404
    assert house.program("security_lead").get(address(door)).status_code == 200


def test_a_photo_that_overtook_its_report_on_the_way_still_finds_its_card(house, pen):
    name = f"{report_id(7)}-0a1b2c3d"
    early = events.ReportPhotographed(subject=report_id(7), photo=name, came="aa", size=5, kept="bb")
    house.log.append(early, by="gateway:form")
    house.log.append(pen.received(7), by="gateway:form")
    house.fold()
    assert house.program("analyst").get(f"/api/v1/cards/{report_id(7)}").json["card"]["photos"] == [name]


def test_a_report_with_photos_without_end_stays_a_card_of_a_bounded_length(house, pen):
    house.log.append(pen.received(7), by="gateway:form")
    names = [f"{report_id(7)}-{n:08x}" for n in range(views.MOST_PHOTOS + 5)]
    for name in names:
        more = events.ReportPhotographed(subject=report_id(7), photo=name, came="aa", size=5, kept="bb")
        house.log.append(more, by="gateway:form")
    house.fold()
    card = house.program("analyst").get(f"/api/v1/cards/{report_id(7)}").json["card"]
    assert card["photos"] == names[: views.MOST_PHOTOS]


def test_the_life_of_a_report_names_its_photo(door):
    sent(door, picture())
    assert taken(door)[0].kept in "".join(trace.told(raw) for raw in door.log.read())


def test_a_picture_that_was_exchanged_on_the_disk_is_not_shown(door, house):
    [file] = (door.folder / "photos").iterdir()
    client = house.program("analyst")
    for other in (seal.Sealer(door.folder / "keys").enclose(picture("PNG")), b"k1.nothing", file.read_bytes()[:-1]):
        file.write_bytes(other)
        answer = client.get(address(door))
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "refused")
    file.unlink()
    assert client.get(address(door)).status_code == 404


@pytest.mark.security("S33", "names lead nowhere")
def test_names_that_are_no_photos_lead_nowhere(door, house):
    client, report = house.program("administrator"), door.reports()[0].subject
    for name in (report, f"{report}-00000000", f"{report_id(999)}-00000000", "..", "..%2f..%2fkeys%2froom.key", "%00"):
        assert client.get(f"/api/v1/photos/{name}").status_code == 404


def test_the_door_as_a_real_process_takes_photos_and_goes_on_answering(tmp_path):
    env = {
        **doors.ENV,
        "DATA_DIR": str(tmp_path),
        "REDIS_URL": f"unix://{doors.NOWHERE}",
        "INTAKE_PORT": str(free_port()),
    }
    process = Process(env)
    body = phone.multipart({"text": b"Box open"}, picture("PNG", (2400, 1600)))
    call = {"method": "POST", "path": "/", "data": body, "content_type": "multipart/form-data; boundary=xx"}
    with ThreadPoolExecutor(4) as callers:
        assert list(callers.map(process.take, [call, doors.kannel(), call, doors.kannel()])) == [200] * 4
    said = process.end(signal.SIGTERM)
    assert "Traceback" not in said
    assert len(list((tmp_path / "photos").glob("*.sealed"))) == 2


def test_nothing_of_a_photo_stands_in_clear_on_the_log(door):
    sent(door, telling())
    assert CANARY.decode() not in json.dumps([raw.fields for raw in door.log.read()])
