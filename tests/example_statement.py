"""The example under docs/example-statement: a statement of a rehearsed day, with its proof and the public record, which
the room makes itself: `make example-statement`."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.rig import ROOT, Rig, whole_room
from tests.screens import rehearsed

OUT = ROOT / "docs" / "example-statement"
PEOPLE = (
    ("Sok", "analyst", "Network A"),
    ("Vanna", "analyst", "Network B"),
    ("Chan", "press", "Network A"),
    ("Rath", "security_lead", "Network C"),
)
SHOWN = [(kind, language) for kind in ("html", "pdf", "txt") for language in ("en", "km")]
GAP = re.compile(r"\[[^\]]*\]")
WRITTEN = {
    "en": (
        "This is an exercise: monitors, messages and figures are invented.",
        "This was an exercise, so nothing here happened.",
        "We recommend that results are posted at each station.",
        "We recommend that agents sign the results that they have seen.",
        "We recommend that those who guard a station stay outside it.",
        "We recommend that whoever was turned away asks for the reason in writing.",
    ),
    "km": (
        "នេះជាការហាត់សម៖ អ្នកសង្កេតការណ៍ សារ និងតួលេខទាំងអស់ត្រូវបានបង្កើតឡើង។",
        "នេះជាការហាត់សម ដូច្នេះគ្មានអ្វីក្នុងនេះបានកើតឡើងទេ។",
        "យើងស្នើឱ្យបិទផ្សាយលទ្ធផលនៅការិយាល័យនីមួយៗ។",
        "យើងស្នើឱ្យភ្នាក់ងារចុះហត្ថលេខាលើលទ្ធផលដែលខ្លួនបានឃើញ។",
        "យើងស្នើឱ្យអ្នកយាមការិយាល័យនៅខាងក្រៅការិយាល័យ។",
        "យើងស្នើឱ្យអ្នកដែលត្រូវបានបដិសេធសុំហេតុផលជាលាយលក្ខណ៍អក្សរ។",
    ),
}  # what an officer writes into the gaps of the template, in their order


class Desk:
    """A room's press desk, as three people of three organisations use it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.author, self.checker, self.other = (rig.seat(name) for name in ("Chan", "Rath", "Vanna"))

    def ask(self, who: dict[str, str], method: str, path: str, **body: Any) -> tuple[int, Any]:
        """One call."""
        kind = {**who, "Content_Type": "application/json"}
        status, answer = self.rig.ask(
            self.rig.given.room_port, method, f"/api/v1/statements{path}", json.dumps(body), **kind
        )
        return status, json.loads(answer)

    def does(self, who: dict[str, str], path: str, **body: Any) -> dict[str, Any]:
        """A step that the room takes: asked for until its picture is as new as the record."""
        told: list[tuple[int, Any]] = []

        def taken() -> bool:
            told.append(self.ask(who, "POST", path, **body))
            return told[-1][0] == 202

        self.rig.until(taken, 30, f"{path}: {told}")
        return told[-1][1]

    def shown(self, statement: str) -> dict[str, Any]:
        """The statement as its author sees it."""
        return self.ask(self.author, "GET", f"/{statement}")[1]

    def until(self, statement: str, **holds: Any) -> dict[str, Any]:
        """The statement, once these parts of it are so."""
        self.rig.until(lambda: holds.items() <= self.shown(statement).items(), 60, f"{holds}")
        return self.shown(statement)


def filled(texts: dict[str, Any]) -> dict[str, Any]:
    """The template's texts with their gaps written."""
    whole = {}
    for language, text in texts.items():
        sentences = iter(WRITTEN[language])
        whole[language] = {**text, "body": GAP.sub(lambda _, left=sentences: next(left), text["body"])}
    return whole


def released(desk: Desk) -> str:
    """A statement from its template to its release, by three people of three organisations: its id."""
    statement = desk.does(desk.author, "", kind="preliminary", rehearsal="true")["statement"]
    fresh = desk.until(statement, state="drafting")
    desk.does(desk.author, f"/{statement}/draft", base=fresh["base"], texts=filled(fresh["texts"]))
    desk.does(desk.author, f"/{statement}/freezing")
    desk.rig.until(lambda: desk.shown(statement)["as_of"], 60, "the freezing")
    frozen = desk.shown(statement)
    must = [found for found in frozen["findings"] if found["level"] == "must"]
    assert not must, must
    advice = " ".join(found["id"] for found in frozen["findings"])
    desk.does(
        desk.checker, f"/{statement}/check", hash=frozen["hash"], accepted=advice, reason=advice and "An exercise."
    )
    desk.until(statement, state="checked")
    for signer in (desk.checker, desk.other):
        desk.does(signer, f"/{statement}/signature", hash=frozen["hash"])
    desk.until(statement, state="signed")
    desk.does(desk.author, f"/{statement}/release", hash=frozen["hash"])
    desk.rig.until(lambda: desk.shown(statement)["number"], 60, "the release")
    return statement


def written(rig: Rig, who: dict[str, str]) -> None:
    """The statement as it is printed, and all that outsiders get, under OUT."""
    command, told = [sys.executable, "-m", "server", "publish"], {"cwd": ROOT, "env": {**os.environ, **rig.env}}
    rig.until(
        lambda: subprocess.run([*command, OUT, "--exercise"], **told, capture_output=True).returncode == 0,
        60,
        "the ledger's signature",
    )
    for kind, language in SHOWN:
        status, file = rig.ask(rig.given.room_port, "GET", f"/statements/exercise-1.{kind}?lang={language}", **who)
        assert status == 200, file
        (OUT / f"statement-1.{language}.{kind}").write_bytes(file)
    (OUT / "verify.py").unlink()  # it is server/verify.py


def main() -> None:
    """Make it anew."""
    shutil.rmtree(OUT, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="sr"))
    with whole_room(folder) as rig:
        for name, role, organisation in PEOPLE:
            rig.account(name, role, organisation)
        rehearsed(rig)
        desk = Desk(rig)
        released(desk)
        written(rig, desk.author)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
