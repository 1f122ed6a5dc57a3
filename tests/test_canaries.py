"""Two hundred people are enrolled, write, are turned away, send a photo: nothing of them can be read anywhere."""

import json
from unittest import mock

import pytest

from server.country.registry import check_digit
from tests import canaries, doors
from tests.conftest import NewReader
from tests.house import PHRASE, House
from tests.test_photos import CANARY, sent, telling
from tests.test_roster import import_, table

ADDRESS = "2001:db8:77:1234:5678:9abc:def0:1357"  # from which all of them come
FALSE = {"k": "no-such-secret"}


def taken_out(house: House) -> dict[str, bytes]:
    """Every file that a lead, an analyst or a press officer takes out: tables of figures, report, docket."""
    taken = {}
    for role in ("security_lead", "analyst", "press"):
        client = house.program(role)
        figures = json.loads(client.get("/api/v1/figures/whole").data)["figures"]
        report = () if role == "press" else ("/report", "/report.json")
        for way in (*(f"/figures/{name}.csv" for name in figures), *report, "/complaints.json", "/complaints.csv"):
            answer = client.get(way)
            assert answer.status_code == 200, (role, way)
            taken[f"{role} {way}"] = answer.data
    assert len(taken) > 20
    return taken


@pytest.mark.security("S1", "two hundred names")
@pytest.mark.security("S1", "quarantine and photos")
@pytest.mark.security("S1", "exports")
@pytest.mark.security("S48", "every store")
@pytest.mark.security("S39", "temporary files")
@mock.patch("tempfile.tempdir", "/nowhere")  # whoever wants a temporary file fails
def test_of_two_hundred_people_nothing_can_be_read_in_any_file_key_or_line(
    house: House, door: doors.Door, new_reader: NewReader, caplog: pytest.LogCaptureFixture
) -> None:
    photo = telling()
    caplog.set_level("DEBUG")
    everybody = canaries.people()
    house.log.client.config_set("rdbcompression", "no")  # or what is dumped below could hide
    door.client.environ_base["REMOTE_ADDR"] = ADDRESS
    stranger = house.app.test_client()
    stranger.environ_base["REMOTE_ADDR"] = ADDRESS
    stations = sorted(house.live.room.pack.stations)[: len(everybody)]
    rows = [
        [f"A{n}", one.name, "Network A", one.number, "", f"{at}-{check_digit(at)}", "en", one.pin, "no"]
        for n, (one, at) in enumerate(zip(everybody, stations, strict=True))
    ]
    imported = import_(house, table(*rows))
    assert imported.status_code == 202, imported.text[:2000]
    for n, one in enumerate(everybody):
        call = {"from": one.number, "text": one.words, "id": f"i{n}", **(FALSE if n % 10 == 9 else {})}
        assert door.client.open(**doors.kannel(**call)).status_code == (403 if n % 10 == 9 else 200)
    assert sent(door, photo, text=everybody[0].words, phone=everybody[0].number).status_code == 200
    house.live.room.access.open_account("Amina", "analyst", PHRASE, by="console")
    for phrase in ("something else entirely", PHRASE):
        stranger.post("/sign-in", data={"name": "Amina", "passphrase": phrase})
    door.quarantine.tend()
    reader = new_reader()
    while reader.step():
        pass
    house.fold()
    assert house.live.room.board.roster.of_alias(door.reports()[0].source), "they are known, by their keys"
    files = {str(path): path.read_bytes() for path in door.folder.rglob("*") if path.is_file()}
    for kept in ("quarantine", "photos", "vault", "keys"):
        assert any(f"/{kept}/" in path for path in files), kept
    client = house.log.client
    files |= {str(key): client.dump(key) or b"" for key in client.scan_iter(match=f"{house.log.prefix}*")}
    files |= taken_out(house)
    files |= {"facts": str(house.log.read(count=10000)).encode(), "lines": caplog.text.encode()}
    assert canaries.hits(files.items(), everybody) == []
    assert not [name for name, kept in files.items() if CANARY in kept]
    for form in canaries.of_address(ADDRESS):
        assert not [name for name, kept in files.items() if form in kept], form


def test_the_search_finds_what_it_looks_for() -> None:
    one, *others = canaries.people(3)
    for form in one.forms():
        assert canaries.hits([("a file", b"before" + form + b"after")], [one])
    assert canaries.hits([("a file", one.name.encode())], others) == []
    assert len(set(canaries.of_address(ADDRESS))) == 23
