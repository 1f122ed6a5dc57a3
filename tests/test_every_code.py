"""Each code of the pack, from a phone to its answer or to none: by the door, the reader and the courier."""

import json
import time
from pathlib import Path

import pytest

from ingest import intake
from server import events
from server.log import Log
from server.pack import Pack
from server.shares import Share
from server.texting import answering
from tests import doors, post
from tests.conftest import NewReader
from tests.post import Office, all_steps

FILES = Path(__file__).parent.parent / "server" / "packs" / "kh-2017"
SENDS = {"TEXTS": "dry", "TEXTS_BY": "kannel", "KANNEL_URL": "http://127.0.0.1:9/sendsms"}
SENDS |= {"KANNEL_USER": "room", "KANNEL_PASSWORD": "made-up password", "KANNEL_FROM": "1234"}


def codes() -> dict[str, bool]:
    """Every code as the pack's files have it, and whether it is never answered."""
    taxonomy, texts = (json.loads((FILES / name).read_text()) for name in ("taxonomy.json", "texts.json"))
    subs = [sub for category in taxonomy["categories"] for sub in category["subs"]]
    flagged = {sub["code"] for sub in subs if sub.get("restricted")}
    silent = {*texts["silent"], *taxonomy["restricted"], *flagged}
    plain = [sub["code"] for sub in subs] + [checkin["code"] for checkin in taxonomy["checkins"]]
    categories = [category["code"] for category in taxonomy["categories"]]
    return {code: code in silent for code in [*plain, *categories, "SOS"]}


@pytest.mark.security("S25", "every code")
def test_each_code_is_answered_or_not_as_the_pack_says(
    log: Log, keys: Path, pack: Pack, new_reader: NewReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are answered come from one phone; after each of the others its phone is dark, so it has its own."""
    wanted = codes()
    silent = [code for code, never in wanted.items() if never]
    assert len(silent) >= 6
    monkeypatch.setattr(post, "NUMBERS", [f"+8551234{n:04d}" for n in range(len(silent) + 1)])
    monkeypatch.setattr(answering, "HOURLY", len(wanted))
    monkeypatch.setitem(intake.SHARES, "sender", Share(len(wanted), 1))
    door, office = doors.build(keys, log, **SENDS), Office(log, keys, pack, SENDS)
    office.courier()
    for n in range(len(silent) + 1):
        post.enrol(log, keys, n)
    for code, never in wanted.items():
        number = post.NUMBERS[silent.index(code) + 1 if never else 0]
        call = doors.kannel(**{"from": number, "text": f"{code} KD0123-7", "id": code, "ts": str(int(time.time()))})
        assert door.client.open(**call).status_code == 200
    reader = new_reader()
    while reader.step():
        pass
    all_steps(office.courier())
    came = dict(zip((report.subject for report in door.reports()), wanted, strict=True))
    by = {raw.id: raw.fact().event.subject for raw in log.read(count=10_000)}
    asked = [raw.fact() for raw in log.read(count=10_000) if raw.fields["wire"] == events.TextAsked.wire]
    answered = [came[by[fact.cause]] for fact in asked]
    assert sorted(answered) == sorted(code for code, never in wanted.items() if not never)
    assert {fact.event.why for fact in asked} == {"receipt"}  # type: ignore[attr-defined]
