"""Which way incidents went: opened, looked at, checked, decided; as a flow whose widths are numbers of incidents."""

from collections import Counter

from dashboard.drawn.sheet import Cell, Desk, Figure, Sheet, number, part
from server.board import Board
from server.incidents import UNDECIDED, VERDICTS
from server.measures import tallies

OPENED, LOOKED, CHECKED = "opened", "looked", "checked"
ENDS = (*VERDICTS, *reversed(UNDECIDED))
STAGES = (OPENED, LOOKED, CHECKED)  # from left to right


def flow(board: Board, desk: Desk) -> Sheet:
    """All incidents from left to right: what was done with them, and how they stand now."""
    links: Counter[tuple[str, str]] = Counter()
    by_status: Counter[str] = Counter()
    for (steps, stands), n in tallies.of(board.db, "flow", "open").items():
        status = stands or UNDECIDED[0]  # read as an incident a moment ago, and opened with the next fact
        by_status[status] += n
        way = [OPENED, *([LOOKED] if LOOKED in steps else []), *([CHECKED] if CHECKED in steps else []), status]
        for one, other in zip(way, way[1:], strict=False):
            links[one, other] += n
    columns = [desk.words[f"fig.column.{each}"] for each in ("step", "next", "incidents")]
    order = [*STAGES, *ENDS]
    ranked = sorted(links, key=lambda link: [order.index(end) if end in order else len(order) for end in link])
    rows: list[list[Cell]] = [[_named(one, desk), _named(other, desk), links[one, other]] for one, other in ranked]
    data = _drawing(links, ranked, desk) if links else []
    return desk.sheet("flow", (data, {}), (columns, rows), _shows(by_status, desk))


def _drawing(links: Counter[tuple[str, str]], ranked: list[tuple[str, str]], desk: Desk) -> list[Figure]:
    there = {end for link in ranked for end in link}
    nodes = [each for each in (*STAGES, *ENDS) if each in there]
    nodes += sorted(there - set(nodes))
    out, into = Counter[str](), Counter[str]()
    for (one, other), n in links.items():
        out[one] += n
        into[other] += n
    at = {node: place for place, node in enumerate(nodes)}
    return [
        {
            "type": "sankey",
            "arrangement": "snap",
            "node": {
                "label": [f"{_named(node, desk)} · {number(max(out[node], into[node]))}" for node in nodes],
                "pad": 18,
                "thickness": 16,
                "hovertemplate": "%{label}<extra></extra>",
            },
            "link": {
                "source": [at[one] for one, _ in ranked],
                "target": [at[other] for _, other in ranked],
                "value": [links[link] for link in ranked],
                "hovertemplate": "%{source.label} → %{target.label}: %{value}<extra></extra>",
            },
            "meta": {"flow": nodes},
        }
    ]


def _named(node: str, desk: Desk) -> str:
    return desk.words[f"fig.flow.{node}" if node in STAGES else f"status.{node}"]


def _shows(by_status: Counter[str], desk: Desk) -> str:
    n = by_status.total()
    decided = sum(by_status[status] for status in VERDICTS)
    told = desk.say("fig.flow.shows", n, decided=part(decided, n), verified=number(by_status["verified"]))
    return told if n < 2 else f"{told} {desk.say('fig.flow.new', by_status['new'])}"
