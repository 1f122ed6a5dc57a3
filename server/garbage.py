"""How often a process looks for garbage: seldom, where each look would go through all that it knows of a day."""

import gc

MANY = 20_000  # things made and kept, after which the youngest are looked through; Python's own is 700


def look_seldom() -> None:
    """From now on. What is there by now is the program itself, and is looked through no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MANY, *gc.get_threshold()[1:])
