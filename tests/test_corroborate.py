"""How many independent sources: never more than people, whatever they copy, and never fewer for one report more."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.corroborate import Voice, counts_not, independent, witnesses

ORGANISATION = {"a": "one", "b": "two", "c": "three", "d": "one", "e": "two"}  # of f and g nobody knows it
PEOPLE, GATEWAYS = [*ORGANISATION, "f", "g", ""], ["kannel", "smsgate", "twilio", "form"]
VOICES = st.builds(Voice, st.sampled_from(PEOPLE), st.sampled_from(GATEWAYS), st.booleans(), st.booleans())
TOLD = st.lists(VOICES, max_size=9)


def differ(one: Voice, other: Voice) -> bool:
    """The rule, word for word."""
    if not one.person or not other.person or one.person == other.person:
        return False
    own, others = (ORGANISATION.get(each.person) for each in (one, other))
    apart = bool(own and others and own != others and one.gateway != other.gateway)
    return apart or one.documentary or other.documentary


def largest(told: list[Voice]) -> int:
    """The largest set of which any two are independent, by trying all of them."""
    own = [voice for voice in told if not voice.copy]
    for size in range(len(own), 1, -1):
        if any(all(differ(*pair) for pair in combinations(some, 2)) for some in combinations(own, size)):
            return size
    return min(1, len(told))


@given(TOLD)
def test_it_is_the_largest_set_of_reports_that_differ_pairwise(told):
    assert independent(told, ORGANISATION) == largest(told)


@given(TOLD)
def test_there_are_never_more_sources_than_persons(told):
    assert independent(told, ORGANISATION) <= max(len({voice.person for voice in told}), min(1, len(told)))


@pytest.mark.security("S45", "copies count once")
@given(TOLD, VOICES)
def test_copying_fifty_times_changes_nothing(told, copied):
    copies = [Voice(copied.person, copied.gateway, copied.documentary, copy=True)] * 50
    assert independent([*told, *copies], ORGANISATION) == max(independent(told, ORGANISATION), 1)


@given(TOLD, VOICES)
def test_one_report_more_never_lowers_it(told, more):
    assert independent([*told, more], ORGANISATION) >= independent(told, ORGANISATION)


@given(TOLD, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(told, dice):
    mixed = list(told)
    dice.shuffle(mixed)
    assert independent(mixed, ORGANISATION) == independent(told, ORGANISATION)


@given(TOLD)
def test_those_that_are_named_as_sources_differ_pairwise_and_are_as_many(told):
    chosen = witnesses(told, ORGANISATION)
    assert len(chosen) == independent(told, ORGANISATION)
    assert all(differ(told[one], told[other]) for one, other in combinations(chosen, 2))
    for at in set(range(len(told))) - set(chosen):
        assert counts_not(told[at], [told[each] for each in chosen], ORGANISATION)


@pytest.mark.parametrize(
    ("voice", "why"),
    [
        (Voice("b", "smsgate", copy=True), "copy"),
        (Voice("", "smsgate"), "nameless"),
        (Voice("a", "smsgate"), "person"),
        (Voice("d", "smsgate"), "member"),
        (Voice("f", "smsgate"), "unknown"),
        (Voice("b", "kannel"), "gateway"),
    ],
)
def test_it_is_said_why_a_report_is_no_source_besides_another(voice, why):
    assert counts_not(voice, [Voice("a", "kannel")], ORGANISATION) == why


@pytest.mark.parametrize(
    ("told", "sources"),
    [
        ([], 0),
        ([Voice("", "form")] * 3, 1),
        ([Voice("a", "kannel"), Voice("b", "kannel")], 1),
        ([Voice("a", "kannel"), Voice("d", "smsgate")], 1),
        ([Voice("a", "kannel"), Voice("f", "smsgate")], 1),
        ([Voice("a", "kannel"), Voice("b", "smsgate")], 2),
        ([Voice("a", "kannel"), Voice("f", "kannel", documentary=True)], 2),
        ([Voice("a", "kannel"), Voice("a", "form", documentary=True)], 1),
        ([Voice("a", "kannel"), Voice("b", "smsgate"), Voice("c", "twilio")], 3),
        ([Voice("a", "kannel"), Voice("b", "smsgate", copy=True)], 1),
    ],
)
def test_what_counts(told, sources):
    assert independent(told, ORGANISATION) == sources


def test_it_is_exact_for_thousands():
    told = [Voice(f"{n}", GATEWAYS[n % 4], documentary=n < 20) for n in range(5000)]
    assert independent(told, {f"{n}": f"organisation {n % 40}" for n in range(5000)}) == 20 + 4
