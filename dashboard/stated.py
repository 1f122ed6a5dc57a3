"""Figures of statements as a desk sees them: in words, with what they rest on, and what came, went or changed since."""

from collections.abc import Iterable
from typing import Any

from server import queries
from server.guard import me, room
from server.press import public, words
from server.press.document import Figure
from server.press.statements import Change
from server.press.tokens import Wrong

MOST = 200  # incidents that are named with one figure


def figure_told(figure: Figure | Wrong) -> dict[str, Any]:
    """A figure in each language, with the incidents behind it that whoever asks may open; or why there is none."""
    used = public.languages(room().pack)
    if isinstance(figure, Wrong):
        return {"sentence": {language: words.sentence(figure, language) for language in used}}
    pack, names = room().pack, public.named(room().pack)
    return {
        **{name: getattr(figure, name) for name in ("value", "unit", "of", "of_unit", "basis", "facts")},
        "upto": figure.upto or None,
        "shown": {language: words.shown(figure, language, names, pack.zone) for language in used},
        "known": {language: words.basis(figure, language) for language in used},
        "items": [{"name": item.name, "value": item.value} for item in figure.items],
        "counted": len(figure.incidents),
        "incidents": seen(figure.incidents),
        "stations": len(figure.stations),
    }


def since(frozen: Figure | None, live: Figure | Wrong | None) -> dict[str, Any] | None:
    """What is not as it was when a figure was frozen: the difference, and which incidents came and went."""
    if frozen is None or not isinstance(live, Figure):
        return None
    then, now = set(frozen.incidents), set(live.incidents)
    moved = {"came": seen(sorted(now - then)), "went": seen(sorted(then - now))}
    return {"difference": live.value - frozen.value, **moved}


def change_told(change: Change) -> dict[str, Any]:
    """How an incident changed; of one that whoever asks may not open any more only that it did."""
    shown = bool(seen([change.incident]))
    how = {"was": dict(change.was), "now": dict(change.now)} if shown else {"was": {}, "now": {}}
    return {"incident": change.incident, "gone": change.gone, **how}


def seen(incidents: Iterable[str]) -> list[dict[str, Any]]:
    """Those of these incidents that whoever asks may open: id and number."""
    some = set(list(incidents)[:MOST])
    cards = [room().see(row, me()) for row in queries.rows_of(room().board, some)] if some else []
    return [{"id": card["id"], "number": card["number"]} for card in cards if card and not card.get("gone")]
