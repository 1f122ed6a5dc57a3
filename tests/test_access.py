"""Who gets in: accounts, sessions, tokens and the one-time link, against a real Redis with a cheap hash."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters

from server.access import IDLE, INVITATION, LONGEST, TRIES, Access, hashed
from server.drawer import Drawer
from server.log import Down, Log
from server.roles import ANYONE, ROLES, Busy, Refused, allow

PHRASE = "four ordinary words together"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """An hour that tests may move."""

    def __init__(self) -> None:
        self.hour = datetime(2017, 6, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.hour


class Gate:
    """Access with roles by the log's own facts, as a board would tell them."""

    def __init__(self, log: Log) -> None:
        self.log, self.clock = log, Clock()
        self.access = Access(log, self.role_of, self.clock, hasher=CHEAP)

    def role_of(self, name: str) -> str | None:
        role = None
        for raw in self.log.read():
            event = raw.fact().event
            if event.of == f"account:{name}":
                role = getattr(event, "role", None)
        return role


@pytest.fixture
def gate(log: Log) -> Gate:
    gate = Gate(log)
    gate.access.open_account("Amina", "analyst", PHRASE, by="console")
    return gate


def refusal(ask: Callable[[], object]) -> str:
    with pytest.raises(Refused) as fault:
        ask()
    return str(fault.value)


def test_the_right_phrase_opens_a_session_in_the_role_of_the_account(gate: Gate) -> None:
    person = gate.access.by_session(gate.access.sign_in("Amina", PHRASE, "here"))
    assert person
    assert (person.name, person.role, person.by) == ("Amina", "analyst", "analyst:Amina")
    assert len(person.csrf) >= 32


def test_an_unknown_name_and_a_wrong_phrase_get_the_same_sentence(gate: Gate) -> None:
    wrong = refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "here"))
    assert refusal(lambda: gate.access.sign_in("Nobody", PHRASE, "here")) == wrong
    gate.access.close_account("Amina", by="console")
    assert refusal(lambda: gate.access.sign_in("Amina", PHRASE, "here")) == wrong


def test_an_unknown_name_costs_as_much_work_as_a_wrong_phrase(gate: Gate) -> None:
    done: list[str] = []
    slow = Access(
        gate.log, gate.role_of, gate.clock, lambda work, *args: (done.append(args[-1]), work(*args))[1], CHEAP
    )
    for name in ("Amina", "Nobody"):
        refusal(lambda name=name: slow.sign_in(name, "something else entirely", "here"))  # type: ignore[misc]
    assert done == ["something else entirely"] * 2


def test_too_many_tries_from_one_address_wait_and_others_do_not(gate: Gate) -> None:
    for _ in range(TRIES):
        refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "there"))
    with pytest.raises(Busy):
        gate.access.sign_in("Amina", PHRASE, "there")
    assert gate.access.sign_in("Amina", PHRASE, "here"), "nobody can lock another person out"


def test_sessions_and_tokens_are_kept_only_as_hashes(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    token, _ = gate.access.issue_token("wall", "viewer", by="console")
    kept = everything_in_redis(gate.log)
    assert hashed(session) in kept
    for secret in (session, token, PHRASE):
        assert secret not in kept
    assert len(session) >= 43, "256 bits"


def everything_in_redis(log: Log) -> str:
    found = []
    for name in log.client.scan_iter(match=f"{log.prefix}*"):
        found.append(name)
        if log.client.type(name) == "hash":
            found.append(str(log.client.hgetall(name)))
    return "\n".join([*found, *(str(raw) for raw in log.read())])


def test_each_sign_in_gives_another_session(gate: Gate) -> None:
    assert gate.access.sign_in("Amina", PHRASE, "here") != gate.access.sign_in("Amina", PHRASE, "here")


def test_a_session_that_is_not_used_ends_after_half_an_hour_and_use_prolongs_it(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    name = next(gate.log.client.scan_iter(match=f"{gate.log.prefix}:drawer:session:*"))
    assert 0 < gate.log.client.ttl(name) <= IDLE == 1800
    gate.log.client.expire(name, 60)
    gate.access.by_session(session)
    assert gate.log.client.ttl(name) > 1700
    gate.log.client.expire(name, 60)
    gate.access.still(hashed(session))
    assert gate.log.client.ttl(name) <= 60, "an open screen alone does not count as use"


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.clock.hour += timedelta(seconds=LONGEST - 1)
    assert gate.access.by_session(session)
    gate.clock.hour += timedelta(seconds=1)
    assert gate.access.by_session(session) is None
    assert gate.access.still(hashed(session)) is None


def test_signing_out_ends_the_session_and_no_other(gate: Gate) -> None:
    one, two = gate.access.sign_in("Amina", PHRASE, "here"), gate.access.sign_in("Amina", PHRASE, "there")
    person = gate.access.by_session(one)
    assert person
    gate.access.sign_out(person)
    assert gate.access.by_session(one) is None
    assert gate.access.by_session(two)


@pytest.mark.parametrize("made_up", ["", "x", "x" * 5000, "*", "\udc80"])
def test_a_made_up_session_or_token_is_nobody(gate: Gate, made_up: str) -> None:
    assert gate.access.by_session(made_up) is None
    assert gate.access.by_token(made_up) is None


def test_a_closed_account_loses_its_sessions_at_once(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.access.close_account("Amina", by="console")
    assert gate.access.by_session(session) is None
    assert gate.access.accounts() == []
    refusal(lambda: gate.access.close_account("Amina", by="console"))


def test_an_old_session_does_not_come_back_when_the_name_is_given_to_somebody_else(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.access.close_account("Amina", by="console")
    gate.access.open_account("Amina", "administrator", "another person's own words", by="console")
    assert gate.access.by_session(session) is None


def test_a_role_is_judged_anew_at_each_request(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.access._role_of = {"Amina": "viewer"}.get  # type: ignore[method-assign]
    person = gate.access.by_session(session)
    assert person
    assert person.role == "viewer"


@pytest.mark.parametrize(
    ("name", "role", "phrase"),
    [
        ("", "analyst", PHRASE),
        ("  ", "analyst", PHRASE),
        ("a:b", "analyst", PHRASE),
        ("a\nb", "analyst", PHRASE),
        ("a\u202eb", "analyst", PHRASE),
        ("\udc80", "analyst", PHRASE),
        ("x" * 41, "analyst", PHRASE),
        ("Boran", "king", PHRASE),
        ("Boran", "anyone", PHRASE),
        ("Boran", "analyst", "x" * 14),
        ("Boran", "analyst", "x" * 129),
        ("Boran", "analyst", "my name is boran, hello"),
        ("Boran", "analyst", "a lone surrogate \udc80 is no text"),
        ("Amina", "analyst", PHRASE),
    ],
)
def test_an_odd_account_is_refused_in_a_sentence_and_leaves_nothing(
    gate: Gate, name: str, role: str, phrase: str
) -> None:
    sentence = refusal(lambda: gate.access.open_account(name, role, phrase, by="console"))
    assert sentence.endswith(".")
    assert gate.access.accounts() == ["Amina"]
    assert len(gate.log.read()) == 1


def test_a_phrase_may_be_khmer(gate: Gate) -> None:
    phrase = "ពាក្យសម្ងាត់ដ៏វែងមួយ"
    gate.access.open_account("សុខា", "viewer", phrase, by="console")
    assert gate.access.by_session(gate.access.sign_in("សុខា", phrase, "here"))


def test_phrases_are_hashed_with_argon2id_as_strongly_as_promised(log: Log) -> None:
    made = extract_parameters(Access(log, lambda _: None, Clock())._nobody)
    assert (made.type.name, made.memory_cost >= 64 * 1024, made.time_cost >= 3) == ("ID", True, True)


def test_a_token_opens_in_its_role_until_it_is_revoked(gate: Gate) -> None:
    token, public = gate.access.issue_token("wall", "viewer", by="console")
    person = gate.access.by_token(token)
    assert person
    assert (person.role, person.csrf) == ("viewer", "")
    assert token not in public
    gate.access.revoke_token(public, by="console")
    assert gate.access.by_token(token) is None
    assert [raw.fields["wire"] for raw in gate.log.read()][1:] == ["token.issued", "token.revoked"]


@pytest.mark.parametrize("public", ["", "deadbeef", "*", "é"])
def test_a_token_that_never_was_cannot_be_revoked(gate: Gate, public: str) -> None:
    gate.access.issue_token("wall", "viewer", by="console")
    refusal(lambda: gate.access.revoke_token(public, by="console"))


def test_a_token_in_a_role_that_is_none_is_refused(gate: Gate) -> None:
    refusal(lambda: gate.access.issue_token("wall", "king", by="console"))


def test_a_token_is_no_session(gate: Gate) -> None:
    token, _ = gate.access.issue_token("wall", "administrator", by="console")
    assert gate.access.by_session(token) is None, "a cookie is sent by itself and must carry a word against forgery"


@pytest.fixture
def empty(log: Log) -> Gate:
    return Gate(log)


def test_the_one_time_link_makes_one_administrator_once(empty: Gate) -> None:
    word = empty.access.invite()
    assert empty.access.invited(word)
    refusal(lambda: empty.access.first_administrator(word, "Amina", "short"))
    assert empty.access.invited(word), "a refused phrase does not use the link up"
    empty.access.first_administrator(word, "Amina", PHRASE)
    assert empty.role_of("Amina") == "administrator"
    assert not empty.access.invited(word)
    refusal(lambda: empty.access.first_administrator(word, "Boran", PHRASE))


def test_the_one_time_link_is_good_for_fifteen_minutes(empty: Gate) -> None:
    word = empty.access.invite()
    name = next(empty.log.client.scan_iter(match=f"{empty.log.prefix}:drawer:invitation:*"))
    assert 0 < empty.log.client.ttl(name) <= INVITATION == 900
    empty.log.client.delete(name)  # as Redis does when the time is over
    assert not empty.access.invited(word)
    refusal(lambda: empty.access.first_administrator(word, "Amina", PHRASE))


def test_a_link_opens_nothing_once_there_is_an_account(gate: Gate) -> None:
    word = gate.access.invite()
    refusal(lambda: gate.access.first_administrator(word, "Boran", PHRASE))
    assert not gate.access.invited("")


def test_who_opened_and_closed_an_account_stands_on_the_log(gate: Gate) -> None:
    gate.access.close_account("Amina", by="administrator:Boran")
    assert [raw.fields["by"] for raw in gate.log.read()] == ["console", "administrator:Boran"]


def test_a_route_must_name_roles_that_exist() -> None:
    for roles in ((), ("king",), ("analyst", "king")):
        with pytest.raises(ValueError, match="no such role"):
            allow(*roles)
    assert allow("analyst")(lambda: None).allowed_roles == ("analyst",)  # type: ignore[attr-defined]
    assert ANYONE not in ROLES


def test_tries_are_counted_before_the_slow_part_so_that_many_at_once_gain_nothing(gate: Gate) -> None:
    with ThreadPoolExecutor(20) as pool:
        tries = [pool.submit(gate.access.sign_in, "Amina", "four wrong words together", "there") for _ in range(40)]
    kinds = Counter(type(one.exception()) for one in tries)
    assert kinds == {Refused: TRIES, Busy: 40 - TRIES}


def test_no_address_can_be_found_out_from_what_is_kept_of_its_tries(gate: Gate) -> None:
    refusal(lambda: gate.access.sign_in("Amina", "four wrong words together", "203.0.113.9"))
    names = list(gate.log.client.scan_iter(match=f"{gate.log.prefix}:drawer:tries:*"))
    assert len(names) == 1
    assert hashed("203.0.113.9") not in names[0]


def test_an_account_that_an_outage_half_closed_is_closed_and_can_be_closed_again(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")

    def away(*asked: object) -> None:
        raise Down

    with monkeypatch.context() as patch:
        patch.setattr(Drawer, "drop", away)
        with pytest.raises(Down):
            gate.access.close_account("Amina", by="console")
    assert gate.access.by_session(session) is None
    refusal(lambda: gate.access.sign_in("Amina", PHRASE, "here"))
    gate.access.close_account("Amina", by="console")
    assert gate.access.accounts() == []


def test_tokens_are_listed_without_themselves(gate: Gate) -> None:
    token, public = gate.access.issue_token("wall", "viewer", by="console")
    assert gate.access.tokens() == [(public, "wall", "viewer")]
    assert token not in str(gate.access.tokens())
