"""How long a query takes with 20,000 incidents among 100,000 reports, printed: `python -m tests.measure_queries`."""

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from server import pack as packs
from server import queries
from server.asking.around import Around
from server.asking.ask import ask
from server.asking.filters import Filters
from server.board import Board
from server.places import Gazetteer
from server.seal import Opener, Vault, make_keys
from tests import crowded

TIMES = 15  # each
QUERIES = (
    *("", "cat:IN,BX sev:>=4", "place:Kandal status:new", "since:30m", "from:09:00 until:11:00", "sub:NC", "show:all"),
    *("soldiers", "ទាហាន", "ទា", "ទ", "-soldiers cat:IN", '"the polling station"', "clock:overdue", "held:none"),
    *("assigned:me", "awaiting:any", "by:known via:sms", "#2041", 'org:"Network A" -place:Kandal'),
)


def spent(act: Callable[[], object]) -> list[float]:
    """Milliseconds of each time, sorted."""
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1e3)
    return sorted(found)


def main() -> None:
    """Fill a board and ask."""
    folder, pack = Path(tempfile.mkdtemp(prefix="sr")), packs.load("kh-2017")
    make_keys(folder / "keys")
    board = Board(Opener(folder / "keys"), Vault(folder), lambda text: False, pack)
    crowded.fill(board, pack)
    board.db.execute("UPDATE cards SET look_due = at WHERE kind = 'incident' AND status = 'new' AND row % 50 = 1")
    now = crowded.BEGINS + crowded.LASTS - timedelta(minutes=5)
    names = ("Amina", "Bora"), ("Network A", "Network B")
    around = Around(Gazetteer(pack), now, "Amina", True, "station", *names, lambda alert: (), lambda code: False)
    page = "SELECT * FROM cards WHERE row > 50000 ORDER BY row LIMIT 100"
    reference = spent(lambda: board.db.execute(page).fetchall())
    print(f"{'a page by primary key, for comparison':40} {reference[TIMES // 2]:6.1f} ms, 95 % {reference[-1]:6.1f} ms")
    every = []
    for query in QUERIES:
        asked = ask(query, around).conditions
        took = spent(partial(queries.page, board, Filters(asked=asked), "open", limit=100))
        every += took
        total = queries.page(board, Filters(asked=asked), "open")[2]
        print(f"{query or 'everything':40} {took[TIMES // 2]:6.1f} ms, most {took[-1]:6.1f} ms, {total:,} cards")
    pinned = spent(lambda: queries.urgent(board, Filters(asked=ask("", around).conditions), "open"))
    deep = Filters(asked=ask("", around).conditions)
    far = spent(lambda: queries.page(board, deep, "open", "9~0", 100, 15_000))
    print(f"{'what is pinned':40} {pinned[TIMES // 2]:6.1f} ms")
    print(f"{'a page behind 15,000 others':40} {far[TIMES // 2]:6.1f} ms")
    print(f"{'all queries':40} 95 % within {sorted(every)[int(0.95 * len(every))]:.1f} ms")


if __name__ == "__main__":
    main()
