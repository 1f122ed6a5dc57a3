"""The model at the desks and the console: dismissing an incident, agreement, which version is used, rolling back."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import events
from server.__main__ import main
from server.log import Log
from server.model import console as model_console
from server.model.features import Features
from server.model.shelf import Shelf
from server.model.trained import Layer, Model
from server.roles import ROLES
from server.seal import Vault
from tests import days
from tests.days import Pen, report_id
from tests.house import DESKS, House, cards, decide, error, ticked, told

FIGURES = {"upto": "1-0", "corrections": 40, "agreed": 0.8, "agreed_before": 0.7, "worst": "LG", "lost": 0.02}
NEWER = "0a1b2c3d"


def small(version: str) -> Model:
    layer = Layer(("PR", "OKAY"), [[0.0, 0.0]], [0.0, 0.0])
    return Model(version, Features(["queue"], [], [], [1.0]), {"category": layer})


@pytest.fixture
def taught(house: House, pen: Pen) -> House:
    """A room with some of everything, and a newer model that is in use."""
    days.furnish(house.log, pen)
    house.live.room.shelf.put(small(NEWER))
    fitted = events.ModelFitted(subject=NEWER, rehearsal=False, taken=True, **FIGURES)
    house.log.append(fitted, by="learner")
    house.fold()
    return house


@pytest.fixture
def desk(taught: House) -> FlaskClient:
    return taught.at_desk("Amina")


def counted(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/counts").json  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("kind", ["quiet", "tally", "noise"])
def test_what_is_dismissed_is_no_incident_anywhere_until_somebody_gives_it_a_category(
    taught: House, desk: FlaskClient, kind: str
) -> None:
    before, press, second = counted(desk), taught.program("press"), taught.at_desk("Boran")
    assert decide(desk, days.VERIFIED, "reopening", reason="the photo is an old one").status_code == 202
    taught.fold()
    version = told(desk, days.VERIFIED)["card"]["version"]
    answer = decide(second, days.VERIFIED, "dismissal", kind=kind, reason="all is well", expect=version)
    assert answer.status_code == 202, answer.text
    taught.fold()
    assert decide(desk, days.VERIFIED, "confirmation", reason="all is well there").status_code == 202
    taught.fold()
    now = told(desk, days.VERIFIED)
    assert (now["card"]["kind"], now["card"]["status"], now["card"]["category"]) == (kind, "dismissed", None)
    fact = now["history"][-1]
    assert (fact["what"], fact["by"], fact["why"], fact["kind"]) == (
        "incident.dismissed",
        "analyst:Amina",
        "all is well there",
        kind,
    )
    assert counted(desk)["incidents"] == before["incidents"] - 1
    assert "dismissed" not in counted(desk)["by_status"]
    assert report_id(days.VERIFIED) not in cards(desk, "kind=incident")
    assert report_id(days.VERIFIED) not in cards(press)
    assert press.get(f"/api/v1/cards/{report_id(days.VERIFIED)}").status_code == 404
    assert decide(desk, days.VERIFIED, "category", code="NC", reason="it is one after all").status_code == 202
    taught.fold()
    card = told(desk, days.VERIFIED)["card"]
    assert (card["kind"], card["status"], card["category"], card["sub"]) == ("incident", "new", "IN", "NC")
    assert counted(desk)["incidents"] == before["incidents"]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("dismissal", {"kind": "quiet", "reason": "again"}),
        ("dismissal", {"kind": "incident", "reason": "what else"}),
        ("dismissal", {"reason": "what else"}),
        ("dismissal", {"kind": "quiet"}),
        ("verification", {"method": "photo", "reason": "seen"}),
        ("rejection", {"method": "photo", "reason": "not seen"}),
    ],
)
def test_a_rule_says_no_in_a_sentence(taught: House, desk: FlaskClient, what: str, body: dict[str, Any]) -> None:
    if what != "dismissal" or body == {"kind": "quiet", "reason": "again"}:
        assert decide(desk, days.NEW, "dismissal", kind="noise", reason="an advert").status_code == 202
        taught.fold()
    answer = decide(desk, days.NEW, what, **body)
    assert answer.status_code == 422
    assert error(answer)["message"].endswith(".")


def test_two_who_decide_on_one_picture_do_not_overwrite_each_other(taught: House, desk: FlaskClient) -> None:
    ticked(taught, desk, days.NEW)
    assert decide(desk, days.NEW, "dismissal", kind="quiet", reason="all is well").status_code == 202
    assert decide(desk, days.NEW, "verification", method="photo", reason="seen").status_code == 409


def test_desks_see_live_how_often_the_reader_and_people_agree(taught: House, desk: FlaskClient) -> None:
    before = desk.get("/api/v1/agreement").json
    assert before == {
        "last": 200,
        "decided": 6,
        "agreed": 6,
        "either": 6,
        "by_category": {"BX": {"decided": 6, "agreed": 6, "either": 6}},
        "by_reader": {"rules-1": {"decided": 6, "agreed": 6, "either": 6}},
    }, "all that people opened but the restricted one"
    decide(desk, days.NEW, "category", code="IN", reason="rather this")
    decide(desk, days.CHECKIN, "incident", code="PR", reason="I read it")
    taught.fold()
    now = desk.get("/api/v1/agreement").json
    assert now
    assert (now["decided"], now["agreed"], now["by_category"]["IN"]["agreed"]) == (7, 5, 0)
    assert counted(desk)["agreement"] == {"decided": 7, "agreed": 5, "either": 5}


def test_desks_are_told_while_reports_are_sorted_by_rules_alone(taught: House, desk: FlaskClient, pen: Pen) -> None:
    def told_so() -> tuple[bool, bool]:
        taught.fold()
        return counted(desk)["by_rules"], desk.get("/api/v1/model").json["by_rules"]  # type: ignore[index]

    for n, (reader, alone) in enumerate((("rules-2", True), ("rules-2+0a1b2c3d", False), ("rules-2", True)), 900):
        for fact in (pen.received(n), pen.read(n, reader=reader)):
            taught.log.append(fact, by="reader")
        assert told_so() == (alone, alone)
    later = {"kind": "incident", "category": "PR", "sub": "", "second": "", "severity": 3, "confidence": 0.5}
    sorted_ = events.ReportSorted(
        subject=report_id(902), restricted=False, words="", reader="rules-2+0a1b2c3d", **later
    )
    taught.log.append(sorted_, by="reader")
    assert told_so() == (False, False)


def test_only_desks_are_told_and_only_administrators_choose(taught: House) -> None:
    body = {"version": NEWER, "learning": False, "reason": "stay here"}
    for role in ROLES:
        client = taught.program(role)
        allowed = role in {*DESKS, "security_lead"}
        for path in ("agreement", "model"):
            assert client.get(f"/api/v1/{path}").status_code == (200 if allowed else 403), (role, path)
        assert ("agreement" in counted(client)) == allowed
        answer = client.post("/api/v1/model", json=body)
        assert answer.status_code == (202 if role == "administrator" else 403), role


@pytest.mark.security("S60", "models")
def test_an_administrator_rolls_back_and_has_it_learn_again(taught: House) -> None:
    admin = taught.at_desk("Dara", "administrator")
    known: dict[str, Any] = admin.get("/api/v1/model").json  # type: ignore[assignment]
    first = known["first"]
    assert (known["in_use"], known["learning"], known["choice"]) == (NEWER, True, None)
    assert [one["version"] for one in known["versions"]] == [NEWER, first]
    assert known["versions"][0] | FIGURES == known["versions"][0] | {"upto": "1-0"}
    assert all(one["at_hand"] for one in known["versions"])
    body = {"version": first, "learning": False, "reason": "it takes soldiers for queues"}
    assert admin.post("/api/v1/model", json=body).status_code == 202
    assert "soldiers" not in str(taught.log.read())
    taught.fold()
    known = admin.get("/api/v1/model").json  # type: ignore[assignment]
    assert (known["in_use"], known["learning"]) == (first, False)
    assert {name: known["choice"][name] for name in ("by", "version", "learning", "reason")} == {
        "by": "administrator:Dara",
        **body,
    }
    refused = [body, {**body, "version": "ffffffff"}, {**body, "learning": "perhaps"}, {"version": NEWER, "reason": ""}]
    for wrong in refused:
        assert error(admin.post("/api/v1/model", json=wrong))["code"] == "refused", wrong
    assert admin.post("/api/v1/model", json={**body, "learning": True}).status_code == 202


def test_a_version_that_a_rehearsal_taught_cannot_be_chosen_for_a_real_day(taught: House) -> None:
    taught.live.room.shelf.put(small("dddddddd"))
    fact = events.ModelFitted(subject="dddddddd", rehearsal=True, taken=True, **FIGURES)
    taught.log.append(fact, by="learner")
    taught.fold()
    admin = taught.program("administrator")
    assert admin.get("/api/v1/model").json["in_use"] != "dddddddd"  # type: ignore[index]
    answer = admin.post("/api/v1/model", json={"version": "dddddddd", "reason": "try it"})
    assert "rehearsal" in error(answer)["message"]


@pytest.fixture
def console(redis_server: str, keys: Path, pen: Pen, monkeypatch: pytest.MonkeyPatch, pack: Any) -> tuple[Log, Shelf]:
    """The record and shelf that the console's commands use."""
    log = Log(redis_server, f"console-{keys.name}")
    shelf = Shelf(keys, Vault(keys))
    first = model_console.version_of(pack, model_console.examples.read(pack))
    monkeypatch.setattr(
        model_console, "desk", lambda: model_console.Desk(log, Vault(keys), shelf, model_console.models(log, first))
    )
    return log, shelf


def test_the_console_lists_rolls_back_and_learns_again(
    console: tuple[Log, Shelf], capsys: pytest.CaptureFixture[str]
) -> None:
    log, shelf = console
    shelf.put(small(NEWER))
    log.append(events.ModelFitted(subject=NEWER, rehearsal=False, taken=True, **FIGURES), by="learner")
    main(["model", "list"])
    listed = capsys.readouterr().out
    assert "80.0%   70.0%  in use" in next(line for line in listed.splitlines() if line.startswith(NEWER))
    assert "came with the program" in listed
    first = listed.splitlines()[2].split()[0]
    with pytest.raises(SystemExit, match="not on the shelf"):
        main(["model", "use", "ffffffff", "--reason", "a slip"])
    main(["model", "use", first, "--reason", "it did worse"])
    main(["model", "list"])
    assert "It does not learn" in capsys.readouterr().out
    main(["model", "learn"])
    main(["model", "list"])
    assert "It goes on learning." in capsys.readouterr().out
    chosen = [raw.fact() for raw in log.read() if raw.fields["wire"] == events.ModelChosen.wire]
    assert [(fact.by, fact.event.subject) for fact in chosen] == [("console", first)] * 2
