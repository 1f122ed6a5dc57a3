"""Texts the short form of signed heads to people outside: one an hour, and one behind each statement."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from server import events
from server.log import START, Draft, Log, Raw
from server.newer import readable
from server.outside import short
from server.seal import Forgotten, Sealer, Vault
from server.settings import Settings
from server.texting import segments

FOLDED = (events.records.ContactNamed.wire, events.TextAsked.wire)


def contact(alias: str) -> str:
    """The owner of a key in the vault: whoever is told."""
    return f"contact:{alias}"


class Telling:
    """Whom to tell what, folded from every fact of the log, in order; the courier asks for the texts."""

    def __init__(self, vault: Vault, sealer: Sealer, given: Settings) -> None:
        self._vault, self._sealer, self._given = vault, sealer, given
        self._facts, self._cursor = 0, START
        self._contacts: dict[str, tuple[str, int]] = {}  # alias -> number, sealed; how many facts there were before
        self._released = ("", 0)  # the newest release, and its number on the record
        self._asked: set[str] = set()  # texts that were asked for
        self._news = 0  # the number of the newest fact that is not of such a text itself
        self._sizes: dict[str, int] = {}  # text -> how many facts stood behind its head
        self._told: dict[str, int] = {}  # alias -> of the last head that it was texted, as far as this process knows
        self._done: tuple[int, dict[str, int]] = (
            0,
            {},
        )  # size of the file of heads, and contacts, when all was asked for

    def take(self, raw: Raw) -> None:
        """Fold the fact that comes next on the log."""
        self._facts, self._cursor = self._facts + 1, raw.id
        wire, (_, _, subject) = raw.fields["wire"] if readable(raw.fields) else "", raw.fields["about"].partition(":")
        event: Any = raw.fact().event if wire in FOLDED else None
        if subject not in self._asked and not (event and getattr(event, "why", "") == "head"):
            self._news = self._facts
        if wire == events.records.ContactNamed.wire:
            self._contacts[subject] = event.sealed, self._facts
        elif wire == events.records.ContactDropped.wire:
            self._contacts.pop(subject, None)
        elif wire == events.TextAsked.wire and event.why == "head":
            self._asked.add(subject)
            self._told[event.source] = self._sizes.pop(subject, 0)
        elif wire == events.StatementReleased.wire:
            self._released = raw.id, self._facts

    def follow(self, log: Log) -> None:
        """Fold all that is new, for whoever does not read the log anyway. Raises Down."""
        while raws := log.read(self._cursor):
            for raw in raws:
                self.take(raw)

    @property
    def contacts(self) -> list[str]:
        """The aliases of all who are told."""
        return list(self._contacts)

    def due(self) -> list[Draft]:
        """The texts to ask for now, again and again until they are folded. Raises seal.Locked."""
        path = self._given.data_dir / "ledger" / "heads.jsonl"
        now = (
            path.stat().st_size if path.exists() else 0,
            {alias: since for alias, (_, since) in self._contacts.items()},
        )
        if self._given.texts == "off" or now == self._done or not all(now):
            return []
        found = [draft for head in short.heads(path.parent)[-1:] for draft in self._texts(head)]
        self._done = self._done if found else now
        return found

    def _texts(self, head: dict[str, Any]) -> Iterator[Draft]:
        hour, (release, number) = f"{datetime.fromtimestamp(head['at'], UTC):%Y-%m-%dT%H}", self._released
        for alias, (sealed, since) in self._contacts.items():
            for occasion in [release, hour] if since < number <= head["size"] else [hour]:
                text = self._sealer.identity("text", "head", alias, occasion)
                news = occasion == release or self._news > self._told.get(alias, 0)
                if text not in self._asked and news:
                    self._sizes[text] = head["size"]
                    yield from self._text(text, alias, sealed, f"SR {self._given.pack} {short.form(head)}")

    def _text(self, text: str, alias: str, sealed: str, said: str) -> Iterator[Draft]:
        try:
            number = self._vault.open(contact(alias), sealed)["number"]
        except Forgotten:
            return
        asked = events.TextAsked(
            subject=text,
            source=alias,
            why="head",
            order="",
            gateway=self._given.texts_by,
            segments=segments.count(said),
            rehearsal=False,
            sealed=self._vault.seal(contact(alias), {"number": number, "words": said}),
        )
        yield Draft(asked, by="courier", once=(f"head:{text}",))
