"""How many SMS a text takes, against another program's count."""

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from server.texting import segments

LETTERS = st.sampled_from([*"aZ0 @£\n", *segments.EXTENDED, *"`ç", "ក", "្", "ា", "🗳"])


@pytest.mark.parametrize(
    ("letter", "times", "parts"),
    [
        *[("a", 160, 1), ("a", 161, 2), ("a", 306, 2), ("a", 307, 3)],
        *[("€", 80, 1), ("€", 81, 2), ("€", 152, 2), ("€", 153, 3)],
        *[("ក", 70, 1), ("ក", 71, 2), ("ក", 134, 2), ("ក", 135, 3)],
        *[("🗳", 35, 1), ("🗳", 36, 2), ("🗳", 66, 2), ("🗳", 67, 3)],
    ],
)
def test_a_text_is_cut_where_networks_cut_it(letter: str, times: int, parts: int) -> None:
    assert segments.count(letter * times) == parts == len(smsutil.split(letter * times).parts)


@pytest.mark.parametrize(("letter", "gsm"), [("`", False), ("ç", False), ("Ç", True), ("Δ", True), ("|", True)])
def test_one_letter_decides_the_alphabet_of_the_whole(letter: str, gsm: bool) -> None:
    assert segments.is_gsm(f"thank you {letter}") == gsm


def test_nothing_is_one_text() -> None:
    assert segments.count("") == 1


@given(st.lists(LETTERS, max_size=40).map("".join), st.integers(1, 9))
def test_any_text_takes_as_many_as_another_program_counts(text: str, times: int) -> None:
    assert segments.count(text * times) == max(1, len(smsutil.split(text * times).parts))
