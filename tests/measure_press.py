"""How long figures of statements take on a crowded board, printed: `python -m tests.measure_press`."""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from server.press.asked import ask
from server.press.document import Text
from server.press.known import asked_in
from server.press.picture import Picture
from server.press.tokens import BOX, palette, parse
from tests.days import the_pack
from tests.measure_figures import AGAIN, INCIDENTS, REPORTS, filled


def main() -> None:
    """All figures of a statement, and of the palette, asked together."""
    pack = the_pack()
    with tempfile.TemporaryDirectory() as folder:
        board = filled(Path(folder))
        terms, kinds = pack.statements.terms, pack.statements.kinds
        texts = {language: Text("", body) for language, body in kinds["mid_day"].body.items()}
        told = asked_in(texts, terms)[0] | {token: parse(token, terms) for token in BOX}
        print(f"{INCIDENTS} incidents, {REPORTS} reports, milliseconds of the process:")
        for what, tokens in (("a mid-day statement", list(told.values())), ("the palette", palette(terms))):
            took = []
            for _ in range(AGAIN):
                began = time.process_time()
                ask(Picture(board, pack, pack.schedule.begins + timedelta(hours=17), rehearsal=True), tokens)
                took.append((time.process_time() - began) * 1000)
            print(f"{what}, {len(tokens)} figures: {statistics.median(took):.0f}, slowest {max(took):.0f}")


if __name__ == "__main__":
    main()
