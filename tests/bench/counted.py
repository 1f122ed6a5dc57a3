"""What became of each message of a minute, by its own id: its answer, and itself on record, board and screens."""

from collections import Counter
from typing import Any

import numpy

from tests.bench.figures import spread
from tests.bench.house import House
from tests.bench.load import Answers
from tests.bench.observers import Sent
from tests.bench.screens import Seen

Cards = dict[str, dict[str, Any]]


def counted(house: House, sent: list[Sent], answers: Answers, seen: Seen, start: float, rate: float) -> dict[str, Any]:
    """Everything that can be counted; `start`: when the first was due, of `rate` a second."""
    accepted = {one.report for one, status in zip(sent, answers.statuses, strict=True) if status == 200}
    recorded, doubled = _recorded(house, {one.source for one in sent})
    board = {card["id"]: card for card in house.cards() if card["id"] in accepted}
    due = start + numpy.arange(len(sent)) / rate
    return {
        "sent": len(sent),
        "statuses": {str(status): n for status, n in sorted(Counter(answers.statuses).items())},
        "accepted": len(accepted),
        "on_record": len(accepted & recorded),
        "on_board": len(board),
        "lost": len((accepted - recorded) | (accepted - board.keys())),
        "doubled": doubled,
        **_kinds(board),
        "accept_ms": spread(answers.took),
        "sent_late_ms": spread(answers.late),
        "connections": answers.opened,
        "refused": house.refused.total(),
        **_screens(sent, accepted, board, due, seen),
    }


def _recorded(house: House, sources: set[str]) -> tuple[set[str], int]:
    """The reports of these senders on the record, and how many there are beyond one of each sender, who sent one."""
    reports, by_source = set[str](), Counter[str]()
    for raw in house.received():
        report = raw.fact().event
        if report.source in sources:
            reports.add(report.subject)
            by_source[report.source] += 1
    return reports, by_source.total() - len(by_source)


def _kinds(board: Cards) -> dict[str, Any]:
    """What they are on the board."""
    kinds = Counter("joined" if card["stands_in"] else card["kind"] for card in board.values())
    suggested = sum(bool(card["suggestions"]) for card in board.values())
    return {
        "kinds": {**dict(sorted(kinds.items())), "(suggested)": suggested},
        "unread_cards": sum(kinds[kind] for kind in ("raw", "crowded")),
        "restricted": sum(card["restricted"] for card in board.values()),
    }


def _screens(sent: list[Sent], accepted: set[str], board: Cards, due: Any, seen: Seen) -> dict[str, Any]:
    """From when each was due to its first patch, on each screen; restricted ones are no screen's to show."""
    hidden = {report for report, card in board.items() if card["restricted"]}
    wanted = numpy.array([one.report in accepted and one.report not in hidden for one in sent], dtype=bool)
    at = seen.at[:, wanted]
    told = {name: getattr(seen, name) for name in ("frames", "pages", "refused", "closed")}
    return {
        "patch_ms": spread((at - due[wanted])[at > 0]),
        "untold": int((at == 0).sum()),
        "pairs": int(at.size),
        "screens": {"open": len(at), **told, "mib": round(seen.bytes / 2**20, 1), "packed": seen.packed},
    }
