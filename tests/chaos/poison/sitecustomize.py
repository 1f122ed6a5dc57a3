"""Makes the reader of a room die of some words, as it might of a fault in a library; every other process is as ever.

Python imports this by itself at the start of each process that has this folder in PYTHONPATH.
"""

import os
import sys

DEADLY = "word that kills"

if os.environ.get("HONCHO_PROCESS_NAME", "").startswith("reader."):
    sys.path.insert(0, os.getcwd())
    from server import grammar

    parse = grammar.parse

    def deadly(text: str, *more: object) -> object:
        """The grammar, but for one text."""
        if DEADLY in text:
            os.abort()
        return parse(text, *more)  # type: ignore[arg-type]

    grammar.parse = deadly  # type: ignore[assignment]
