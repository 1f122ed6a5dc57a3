"""A whole room whose Redis loses everything in the middle of a day: desks are told, and `rebuild` brings it back."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.rooms import pids
from tests.rig import console, whole_room

REPORTS = 12


def same(card: dict[str, Any]) -> dict[str, Any]:
    """What a newer report does not change."""
    return {name: said for name, said in card.items() if name not in ("changed", "suggestions")}


@pytest.mark.fault
@pytest.mark.timeout(600)
@pytest.mark.survival("R9", "noticed", "same facts and versions", "a call that comes again is one report")
def test_a_room_whose_redis_was_emptied_says_so_and_is_whole_again_after_a_rebuild(tmp_path: Path) -> None:
    with whole_room(tmp_path) as rig:
        lead = rig.token("security_lead")
        for n in range(REPORTS):
            assert rig.send("kannel", f"+8551234{n:04d}", f"LC KD0123-7 report {n} of the day", f"call-{n}") == 200
        rig.until(lambda: len([card for card in rig.cards(lead) if card["kind"] == "incident"]) == REPORTS, 60, "cards")

        def copied() -> bool:
            path = rig.given.data_dir / "ledger" / "private-facts.jsonl"
            read = [json.loads(line)["fact"]["wire"] for line in path.read_bytes().splitlines()]
            return read.count("report.read") == REPORTS

        rig.until(copied, 60, "the sealed copy")
        before = rig.cards(lead)
        [redis] = pids(rig, "redis")
        for path in (rig.given.data_dir / "redis").iterdir():
            if path.name not in ("users", "users.acl"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        os.kill(redis, signal.SIGKILL)
        rig.until(lambda: (rig.given.data_dir / "ledger" / "broken").exists(), 90, "the red line")
        for n in (3, REPORTS):
            text = f"LC KD0123-7 report {n} of the day"
            assert rig.send("kannel", f"+8551234{n:04d}", text, f"call-{n}") == 200
        rig.until(lambda: not list((rig.given.data_dir / "spool").glob("*.spool")), 60, "the spool")
        assert "A room runs in" in console(rig.env, "rebuild")
        rig.stop()

        said = console(rig.env, "rebuild")
        assert "that came since" in said, said
        assert "Nobody can sign in" in said
        rig.start()
        lead = rig.token("security_lead")
        rig.until(lambda: len(rig.cards(lead)) == REPORTS + 1, 60, "the cards, and the one that came since")
        rig.until(lambda: all(card["kind"] == "incident" for card in rig.cards(lead)), 60, "the readings")
        after = {card["id"]: card for card in rig.cards(lead)}
        for card in before:
            assert same(after[card["id"]]) == same(card)
        rig.until(lambda: not (rig.given.data_dir / "ledger" / "broken").exists(), 60, "the end of the red line")
        assert rig.send("kannel", "+85512340005", "LC KD0123-7 report 5 of the day", "call-5") == 200
        assert len(rig.cards(lead)) == REPORTS + 1
