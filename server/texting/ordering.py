"""The next texts of approved orders, as many as may wait to be sent."""

from collections.abc import Callable
from datetime import datetime

from server import events
from server.log import Draft
from server.monitors.roster import Roster
from server.seal import Sealer, Vault
from server.settings import Settings
from server.texting import segments
from server.texting.sending import ORDER_LASTS
from server.texting.texts import Row, Texts

MOST_WAITING = 50  # texts that wait to be sent, before an order asks for more


class Ordering:
    """What it knows of orders and monitors others fold for it. `clock` says the hour (aware, UTC)."""

    def __init__(
        self,
        texts: Texts,
        roster: Roster,
        vault: Vault,
        sealer: Sealer,
        given: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._texts, self._roster, self._vault, self._sealer = texts, roster, vault, sealer
        self._given, self._clock = given, clock

    def unfinished(self) -> list[Row]:
        """The approved orders of which not all texts are asked for, and that are not too old for that."""
        oldest = (self._clock() - ORDER_LASTS).isoformat()
        return [order for order in self._texts.unfinished() if order["approved"] > oldest]

    def drafts(self, order: Row) -> list[Draft]:
        """The texts of this order to ask for now. Raises seal.Locked."""
        room = MOST_WAITING - len(self._texts.waiting())
        if room <= 0:
            return []
        known, asked = self._texts.opened(order), sum(self._texts.became(order["id"]).values())
        to = known.get("to", [])[asked : asked + room]
        return [
            self._text(order, asked + n, monitor, known["words"][language]) for n, (monitor, language) in enumerate(to)
        ]

    def _text(self, order: Row, n: int, monitor: str, words: str) -> Draft:
        """The n-th text of an order. For whoever has left the roster since, it is asked for and then given up."""
        known = self._roster.get(monitor)
        numbers = self._roster.phones(monitor) if known else ()
        source = self._sealer.alias(numbers[0]) if numbers else ""
        asked = events.TextAsked(
            subject=self._sealer.identity("text", "order", order["id"], str(n)),
            source=source,
            why=order["why"],
            order=order["id"],
            gateway=self._given.texts_by,
            segments=segments.count(words),
            rehearsal=bool(known and known.rehearsal),
            sealed=self._vault.seal(f"source:{source}", {"number": numbers[0], "words": words}) if numbers else "",
        )
        return Draft(asked, by="courier", once=(f"ordered:{order['id']}:{n}",))
