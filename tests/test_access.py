"""Who gets in: accounts, sessions, tokens and the one-time link, against a real Redis with a cheap hash."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from argon2 import PasswordHasher, extract_parameters

from server.access import Access
from server.drawer import Drawer
from server.log import Down, Log
from server.people import totp
from server.people.invitations import INVITATION
from server.people.phrases import Phrases
from server.people.sessions import IDLE, LONGEST, hashed
from server.people.tries import MOST as TRIES
from server.people.tries import MOST_THERE
from server.roles import ANYONE, ROLES, Busy, Refused, allow
from server.seal import Vault

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


def code_of(secret: bytes, clock: Clock, steps: int = 0) -> str:
    """What a telephone shows at this hour, or so many half minutes later."""
    return totp.code(secret, int(clock().timestamp()) // totp.STEP + steps)


def refusal(ask: Callable[[], object]) -> str:
    with pytest.raises(Refused) as fault:
        ask()
    return str(fault.value)


def test_the_right_phrase_opens_a_session_in_the_role_of_the_account(gate: Gate) -> None:
    person = gate.access.by_session(gate.access.sign_in("Amina", PHRASE, "here"))
    assert person
    assert (person.name, person.role, person.by) == ("Amina", "analyst", "analyst:Amina")
    assert len(person.csrf) >= 32


@pytest.mark.security("S15", "same answer")
def test_an_unknown_name_and_a_wrong_phrase_get_the_same_sentence(gate: Gate) -> None:
    wrong = refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "here"))
    assert refusal(lambda: gate.access.sign_in("Nobody", PHRASE, "here")) == wrong
    gate.access.close_account("Amina", by="console")
    assert refusal(lambda: gate.access.sign_in("Amina", PHRASE, "here")) == wrong


@pytest.mark.security("S15", "same work")
def test_an_unknown_name_costs_as_much_work_as_a_wrong_phrase(gate: Gate) -> None:
    done: list[str] = []
    slow = Access(
        gate.log, gate.role_of, gate.clock, lambda work, *args: (done.append(args[-1]), work(*args))[1], CHEAP
    )
    for name in ("Amina", "Nobody"):
        refusal(lambda name=name: slow.sign_in(name, "something else entirely", "here"))  # type: ignore[misc]
    assert done == ["something else entirely"] * 6, "others are looked at, whether there are any or not"


@pytest.mark.security("S15", "others do not wait")
def test_too_many_tries_from_one_address_wait_and_others_do_not(gate: Gate) -> None:
    for _ in range(TRIES):
        refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "there"))
    with pytest.raises(Busy):
        gate.access.sign_in("Amina", PHRASE, "there")
    assert gate.access.sign_in("Amina", PHRASE, "here"), "nobody can lock another person out"


@pytest.mark.security("S12", "hashed")
def test_sessions_and_tokens_are_kept_only_as_hashes(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    token, _ = gate.access.tokens.issue("wall", "viewer", by="console")
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


@pytest.mark.security("S12", "idle")
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


@pytest.mark.security("S12", "twelve hours")
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
    gate.access.sessions.end(person.key)
    assert gate.access.by_session(one) is None
    assert gate.access.by_session(two)


@pytest.mark.parametrize("made_up", ["", "x", "x" * 5000, "*", "\udc80"])
def test_a_made_up_session_or_token_is_nobody(gate: Gate, made_up: str) -> None:
    assert gate.access.by_session(made_up) is None
    assert gate.access.by_token(made_up) is None


@pytest.mark.security("S7", "closed account")
def test_a_closed_account_loses_its_sessions_at_once(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.access.close_account("Amina", by="console")
    assert gate.access.by_session(session) is None
    assert gate.access.accounts() == []
    refusal(lambda: gate.access.close_account("Amina", by="console"))


@pytest.mark.security("S7", "a name given anew")
def test_an_old_session_does_not_come_back_when_the_name_is_given_to_somebody_else(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.access.close_account("Amina", by="console")
    gate.access.open_account("Amina", "administrator", "another person's own words", by="console")
    assert gate.access.by_session(session) is None


def test_a_role_is_judged_anew_at_each_request(gate: Gate) -> None:
    session = gate.access.sign_in("Amina", PHRASE, "here")
    gate.access.role_of = {"Amina": "viewer"}.get  # type: ignore[method-assign]
    person = gate.access.by_session(session)
    assert person
    assert person.role == "viewer"


@pytest.mark.security("S14", "length and no other rule")
@pytest.mark.security("S19", "names of accounts")
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


@pytest.mark.security("S14", "common and near words")
@pytest.mark.parametrize(
    "phrase",
    ["electionday2027", "ElectionDay2027!", "passwordpassword", "123456789012345", "qwertyuiopasdfgh", "a" * 15]
    + ["coalition monitor", "kampuchea netw0rk"],
)
def test_a_phrase_that_is_easy_to_guess_is_refused(gate: Gate, phrase: str) -> None:
    sentence = refusal(
        lambda: gate.access.open_account("Boran", "analyst", phrase, by="console", organisation="Kampuchea Network")
    )
    assert "easy to guess" in sentence


@pytest.mark.security("S14", "length and no other rule")
@pytest.mark.parametrize(
    "phrase",
    [
        "all small letters here",
        "a long one of sixty-four characters, which is what nobody guesses.",
        "7" * 5 + " ants eat no pie",
    ],
)
def test_length_is_enough_without_rules_for_kinds_of_characters(gate: Gate, phrase: str) -> None:
    assert gate.access.open_account("Boran", "analyst", phrase, by="console")


@pytest.mark.security("S14", "any script")
def test_a_phrase_may_be_khmer(gate: Gate) -> None:
    phrase = "ពាក្យសម្ងាត់ដ៏វែងមួយ"
    gate.access.open_account("សុខា", "viewer", phrase, by="console")
    assert gate.access.by_session(gate.access.sign_in("សុខា", phrase, "here"))


@pytest.mark.security("S14", "argon2id")
def test_phrases_are_hashed_with_argon2id_as_strongly_as_promised() -> None:
    made = extract_parameters(Phrases(lambda work, *args: work(*args)).kept(PHRASE))
    assert (made.type.name, made.memory_cost >= 64 * 1024, made.time_cost >= 3) == ("ID", True, True)


def test_a_token_opens_in_its_role_until_it_is_revoked(gate: Gate) -> None:
    token, public = gate.access.tokens.issue("wall", "viewer", by="console")
    person = gate.access.by_token(token)
    assert person
    assert (person.role, person.csrf) == ("viewer", "")
    assert token not in public
    gate.access.tokens.revoke(public, by="console")
    assert gate.access.by_token(token) is None
    assert [raw.fields["wire"] for raw in gate.log.read()][1:] == ["token.issued", "token.revoked"]


@pytest.mark.parametrize("public", ["", "deadbeef", "*", "é"])
def test_a_token_that_never_was_cannot_be_revoked(gate: Gate, public: str) -> None:
    gate.access.tokens.issue("wall", "viewer", by="console")
    refusal(lambda: gate.access.tokens.revoke(public, by="console"))


def test_a_token_in_a_role_that_is_none_is_refused(gate: Gate) -> None:
    refusal(lambda: gate.access.tokens.issue("wall", "king", by="console"))


def test_a_token_is_no_session(gate: Gate) -> None:
    token, _ = gate.access.tokens.issue("wall", "administrator", by="console")
    assert gate.access.by_session(token) is None, "a cookie is sent by itself and must carry a word against forgery"


@pytest.fixture
def empty(log: Log) -> Gate:
    return Gate(log)


@pytest.mark.security("S56", "once")
def test_the_one_time_link_makes_one_administrator_once(empty: Gate) -> None:
    word = empty.access.invite()
    assert empty.access.invited(word)
    refusal(lambda: empty.access.first_administrator(word, "Amina", "short"))
    assert empty.access.invited(word), "a refused phrase does not use the link up"
    empty.access.first_administrator(word, "Amina", PHRASE)
    assert empty.role_of("Amina") == "administrator"
    assert not empty.access.invited(word)
    refusal(lambda: empty.access.first_administrator(word, "Boran", PHRASE))


@pytest.mark.security("S56", "fifteen minutes")
def test_the_one_time_link_is_good_for_fifteen_minutes(empty: Gate) -> None:
    word = empty.access.invite()
    name = next(empty.log.client.scan_iter(match=f"{empty.log.prefix}:drawer:invitation:*"))
    assert 0 < empty.log.client.ttl(name) <= INVITATION == 900
    empty.log.client.delete(name)  # as Redis does when the time is over
    assert not empty.access.invited(word)
    refusal(lambda: empty.access.first_administrator(word, "Amina", PHRASE))


@pytest.mark.security("S56", "none later")
def test_a_link_opens_nothing_once_there_is_an_account(gate: Gate) -> None:
    word = gate.access.invite()
    refusal(lambda: gate.access.first_administrator(word, "Boran", PHRASE))
    assert not gate.access.invited("")


@pytest.mark.security("S60", "accounts")
def test_who_opened_and_closed_an_account_stands_on_the_log(gate: Gate) -> None:
    gate.access.close_account("Amina", by="administrator:Boran")
    assert [raw.fields["by"] for raw in gate.log.read()] == ["console", "administrator:Boran"]


def test_a_route_must_name_roles_that_exist() -> None:
    for roles in ((), ("king",), ("analyst", "king")):
        with pytest.raises(ValueError, match="no such role"):
            allow(*roles)
    assert allow("analyst")(lambda: None).allowed_roles == ("analyst",)  # type: ignore[attr-defined]
    assert ANYONE not in ROLES


@pytest.mark.security("S15", "others do not wait")
def test_tries_are_counted_before_the_slow_part_so_that_many_at_once_gain_nothing(gate: Gate) -> None:
    with ThreadPoolExecutor(20) as pool:
        tries = [pool.submit(gate.access.sign_in, "Amina", "four wrong words together", "there") for _ in range(40)]
    kinds = Counter(type(one.exception()) for one in tries)
    assert kinds == {Refused: TRIES, Busy: 40 - TRIES}


@pytest.mark.security("S48", "tries")
def test_no_address_can_be_found_out_from_what_is_kept_of_its_tries(gate: Gate) -> None:
    refusal(lambda: gate.access.sign_in("Amina", "four wrong words together", "203.0.113.9"))
    names = list(gate.log.client.scan_iter(match=f"{gate.log.prefix}:drawer:tries:*"))
    assert len(names) == 2
    assert hashed("203.0.113.9") not in str(names)


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
    token, public = gate.access.tokens.issue("wall", "viewer", by="console")
    assert gate.access.tokens.all() == [(public, "wall", "viewer")]
    assert token not in str(gate.access.tokens.all())


def test_names_that_nobody_has_are_not_tried_without_end_and_known_browsers_do_not_wait(gate: Gate) -> None:
    known, done = gate.access.tries.known("Amina"), []
    gate.access.phrases._offload = lambda work, *args: (done.append(1), work(*args))[1]  # type: ignore[func-returns-value]
    for n in range(MOST_THERE + 20):
        refusal(lambda n=n: gate.access.sign_in(f"Nobody{n}", PHRASE, "there"))  # type: ignore[misc]
    assert len(done) == 3 * MOST_THERE, "each costs the room 64 MiB and its time"
    assert gate.access.sign_in("Amina", PHRASE, "there", known=known)
    assert gate.access.sign_in("Amina", PHRASE, "here")
    gate.clock.hour += timedelta(minutes=1)
    assert gate.access.sign_in("Amina", PHRASE, "there")


def test_right_sign_ins_of_a_whole_office_at_one_address_keep_nobody_there_waiting(gate: Gate) -> None:
    for _ in range(MOST_THERE):
        assert gate.access.sign_in("Amina", PHRASE, "there")
    for n in range(MOST_THERE - 1):
        refusal(lambda n=n: gate.access.sign_in(f"Nobody{n}", PHRASE, "there"))  # type: ignore[misc]
    assert gate.access.sign_in("Amina", PHRASE, "there"), "one wrong one less than would be too many"
    refusal(lambda: gate.access.sign_in("Nobody", PHRASE, "there"))
    with pytest.raises(Busy):
        gate.access.sign_in("Amina", PHRASE, "there")


def test_strangers_at_ones_own_address_do_not_keep_anybody_from_proving_who_they_are(gate: Gate) -> None:
    person = gate.access.by_session(gate.access.sign_in("Amina", PHRASE, "there"))
    assert person
    for _ in range(TRIES + 1):
        refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "there"))
    assert gate.access.prove(person, PHRASE) is False


def test_a_pass_phrase_that_is_changed_while_the_account_closes_makes_no_account_of_it(gate: Gate) -> None:
    drawer = Drawer(gate.log)
    assert drawer.amend("credential", "Amina", "duress", "x")
    assert "hash" in drawer.get("credential", "Amina")
    gate.access.close_account("Amina", by="console")
    assert not drawer.amend("credential", "Amina", "hash", "x")
    assert gate.access.accounts() == []


@pytest.mark.security("S15", "a thousand failures")
@pytest.mark.security("S22", "accounts")
def test_a_thousand_failures_from_one_address_keep_nobody_out_elsewhere_or_where_they_were_before(gate: Gate) -> None:
    known = gate.access.tries.known("Amina")
    for _ in range(1000):
        refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "there"))
    assert gate.access.sign_in("Amina", PHRASE, "here")
    assert gate.access.sign_in("Amina", PHRASE, "there", known=known), "behind the same proxy, in a browser of hers"
    with pytest.raises(Busy):
        gate.access.sign_in("Amina", PHRASE, "there", known=gate.access.tries.known("Boran"))


def test_what_a_browser_keeps_opens_nothing_and_names_nobody(gate: Gate) -> None:
    known = gate.access.tries.known("Amina")
    assert "Amina" not in known
    refusal(lambda: gate.access.sign_in("Amina", "something else entirely", "here", known=known))
    assert not gate.access.by_session(known)
    for odd in ("", ".", "x.", known[:-1], "\udc80.\udc80"):
        assert not gate.access.tries.is_known("Amina", odd)


def test_two_processes_of_one_room_count_tries_together(log: Log, keys: Path) -> None:
    one, two = (Access(log, lambda name: None, Clock(), hasher=CHEAP, vault=Vault(keys)) for _ in range(2))
    for each in (one, two) * (TRIES // 2):
        refusal(lambda each=each: each.sign_in("Amina", "something else entirely", "there"))  # type: ignore[misc]
    with pytest.raises(Busy):
        two.sign_in("Amina", PHRASE, "there")


@pytest.mark.security("S56", "no usual name opens")
def test_into_a_new_room_no_usual_name_opens(empty: Gate) -> None:
    for name in ("admin", "administrator", "root", "test", "user", "guest", "operator", ""):
        for phrase in ("", "admin", "password", "changeme", name, "0000"):
            refusal(lambda name=name, phrase=phrase: empty.access.sign_in(name, phrase, name + phrase))  # type: ignore[misc]
    assert (empty.access.accounts(), empty.access.tokens.all()) == ([], [])
    assert not empty.access.invited("")


@pytest.mark.timed
@pytest.mark.security("S15", "two hundred samples")
def test_whatever_was_wrong_the_answer_takes_as_long(log: Log, keys: Path) -> None:
    gate = Gate(log)
    gate.access = Access(log, gate.role_of, gate.clock, hasher=CHEAP, vault=Vault(keys))
    gate.access.open_account("Amina", "analyst", PHRASE, by="console")
    gate.access.factors.settle("Amina", code_of(gate.access.factors.propose("Amina"), gate.clock))
    asked = {"name": ("Nobody", PHRASE), "phrase": ("Amina", "something else entirely"), "code": ("Amina", PHRASE)}
    took: dict[str, list[float]] = {kind: [] for kind in asked}
    for n in range(200):
        for kind, (name, phrase) in asked.items():
            began = perf_counter()
            refusal(lambda: gate.access.sign_in(name, phrase, str(n), "000000"))  # noqa: B023
            took[kind].append(perf_counter() - began)
    medians = [median(each) for each in took.values()]
    assert max(medians) - min(medians) < 0.01, medians
