"""Two people write one text: what both wrote is there afterwards, put together or side by side."""

from hypothesis import given
from hypothesis import strategies as st

from server.press.document import Text
from server.press.merging import BETWEEN, FIRST, LAST, differences, merge

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "ក", "d e"]), max_size=8).map("\n".join)
NEW = st.lists(st.sampled_from(["a", "x", "y", "b", ""]), max_size=8).map("\n".join)


def texts(body: str, title: str = "title") -> dict[str, Text]:
    return {"km": Text(title, body), "en": Text(title, body)}


@given(LINES, NEW, NEW)
def test_every_line_that_somebody_wrote_is_there_afterwards(base: str, theirs: str, mine: str) -> None:
    merged = merge(texts(base), texts(theirs), texts(mine))
    lines = merged.texts["km"].body.split("\n")
    for written in (theirs, mine):
        assert set(written.split("\n")) - set(base.split("\n")) <= set(lines)
    marks = {FIRST, BETWEEN, LAST} & set(lines)
    assert bool(marks) != merged.clean


@given(LINES, NEW)
def test_who_writes_alone_is_never_in_conflict(base: str, mine: str) -> None:
    for others in (base, mine):
        merged = merge(texts(base), texts(others), texts(mine))
        assert (merged.clean, merged.texts) == (True, texts(mine))
    assert merge(texts(base), texts(mine), texts(base)).texts == texts(mine)


def test_paragraphs_apart_are_put_together_and_each_language_for_itself() -> None:
    base = texts("one\n\ntwo\n\nthree")
    theirs = {**base, "en": Text("title", "one, changed\n\ntwo\n\nthree")}
    mine = {**base, "en": Text("title", "one\n\ntwo\n\nthree\n\nfour"), "km": Text("another", "one\n\ntwo\n\nthree")}
    merged = merge(base, theirs, mine)
    assert merged.clean
    assert merged.texts["en"].body == "one, changed\n\ntwo\n\nthree\n\nfour"
    assert merged.texts["km"].title == "another"


def test_differences_show_what_is_not_the_same_line_by_line() -> None:
    found = differences(texts("one\ntwo"), texts("one\n2", title="another"))
    assert [line for line in found["en"] if line[0] in "+-"] == ["-title", "+another", "-two", "+2"]
    assert differences(texts("one"), texts("one")) == {"km": [], "en": []}
