"""The web form: anybody can send with any browser, and nothing gives the sender away."""

import re
import uuid
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import intake, stations
from ingest.form import WORDS
from server.shares import Share
from tests import doors, phone
from tests.doors import ENV

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log)


def hidden_id(page: str) -> str:
    return re.search(r'name="id" value="([^"]+)"', page)[1]


def reference_in(page: str) -> str:
    return re.search(r"\d{4}-\d{4}", page)[0]


def test_what_is_typed_arrives_sealed_with_its_station_and_number(door):
    page = door.client.get("/?lang=km", headers=BROWSER).text
    typed = {"text": "ប្រអប់ត្រូវបានបើក", "station": " KD0123-7 ", "phone": "012 345 678", "lang": "km"}
    answer = door.client.post("/", data=typed | {"id": hidden_id(page)}, headers=BROWSER)
    [report], [body] = door.reports(), door.bodies()
    assert answer.status_code == 200
    assert reference_in(answer.text) == door_reference(report.subject)
    assert (report.channel, report.gateway, report.source != "") == ("web", "form", True)
    assert (body["text"], body["station"], body["sender"]) == (typed["text"], "KD0123-7", "+85512345678")
    assert (body["language"], body["lat"], body["lon"]) == ("km", None, None)


def door_reference(report: str) -> str:
    digits = str(uuid.UUID(report).int)[-8:]
    return f"{digits[:4]}-{digits[4:]}"


@pytest.mark.survival("R32", "form")
def test_pressing_the_button_twice_is_one_report_with_one_reference_number(door):
    sent = {"text": "Box open", "id": hidden_id(door.client.get("/").text)}
    pages = [door.client.post("/", data=sent, headers=BROWSER).text for _ in range(2)]
    assert pages[0] == pages[1]
    assert len(door.reports()) == 1


def test_the_same_words_from_two_people_are_two_reports(door):
    for _ in range(2):
        door.client.post("/", data={"text": "help"})
    assert len(door.reports()) == 2


def test_the_page_after_sending_says_the_number_and_nothing_that_gives_the_sender_away(door):
    typed = {"text": "canary-words", "station": "KD0123-7", "phone": "012345678"}
    page = door.client.post("/", data=typed, headers=BROWSER).text
    assert not [value for value in typed.values() if value in page]
    assert "<title>Message</title>" in page


@pytest.mark.security("S49", "plain form")
def test_the_plain_form_s_length_and_its_answer_s_tell_nothing_of_what_was_chosen(door, monkeypatch):
    """As a browser without scripts sends it: all fields in parts, the empty ones too."""
    monkeypatch.setitem(intake.SHARES, "sender", Share(1000, 1))
    page = door.client.get("/", headers=BROWSER).text
    chosen = re.findall(r'<option value="([^"]*)"', page.partition('id="finder"')[0])
    assert len({code.strip() for code in chosen}) == len(chosen) > 10
    lengths = set()
    for number, code in enumerate(chosen):
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page))
        fields |= {"code": code, "text": "it is so", "station": "KD0123-7", "phone": "012345678", "pin": ""}
        fields["id"] = f"{number:022d}"
        kind = "multipart/form-data; boundary=xx"
        raw = phone.multipart({name: value.encode() for name, value in fields.items()}, b"", "")
        answer = door.client.post("/?lang=en", data=raw, headers=BROWSER, content_type=kind)
        assert answer.status_code == 200
        lengths.add((len(raw), sum(len(f"{name}{value}") for name, value in answer.headers), len(answer.data)))
    assert len(lengths) == 1
    assert [body["text"] for body in door.bodies()] == [f"{code.strip()} it is so".strip() for code in chosen]
    assert door.client.post("/", data={"code": chosen[0], "text": " "}, headers=BROWSER).status_code == 422


def test_asking_for_provinces_that_do_not_exist_fills_no_memory(door):
    assert door.client.get("/stations/08.json").status_code == 200
    before = sizes()
    for n in range(5):
        assert door.client.get(f"/stations/nowhere-{n}.json").status_code == 404
    assert sizes() == before


def sizes() -> list[int]:
    """How much each of the caches in stations.py holds."""
    return [each.cache_info().currsize for each in vars(stations).values() if hasattr(each, "cache_info")]


def test_who_sends_without_a_number_has_no_source(door):
    door.client.post("/", data={"text": "Box open"})
    assert door.reports()[0].source == ""


def test_a_program_gets_one_line(door):
    answer = door.client.post("/", data={"text": "Box open"})
    assert answer.mimetype == "text/plain"
    assert re.fullmatch(r"Received \d{4}-\d{4}\.\n", answer.text)
    plain = door.client.post("/", data=b"Box open too", content_type="text/plain")
    assert (plain.status_code, door.bodies()[-1]["text"]) == (200, "Box open too")


@pytest.mark.parametrize("text", ["", "  \r\n ", None])
@pytest.mark.parametrize("language", WORDS)
def test_an_empty_text_is_asked_for_again_and_the_rest_is_kept(door, text, language):
    typed = {"station": "KD0123-7", "phone": "012345678", "lang": language, "id": "a" * 22}
    answer = door.client.post("/", data=typed | ({"text": text} if text is not None else {}), headers=BROWSER)
    assert answer.status_code == 422
    assert WORDS[language]["empty"] in unescape(answer.text)
    assert {'value="KD0123-7"', 'value="012345678"', f'value="{"a" * 22}"'} <= set(
        re.findall(r'value="[^"]*"', answer.text)
    )
    assert door.client.post("/", data={"lang": language}).text == WORDS[language]["empty"] + "\n"
    assert door.reports() == []


@pytest.mark.survival("R32", "form")
def test_when_nothing_can_keep_it_the_words_come_back_and_the_next_press_is_the_same_report(tmp_path, log):
    broken, typed = doors.build(tmp_path, doors.away()), {"text": "<b>Box</b> open", "id": "b" * 22}
    with doors.full_disk():
        answer = broken.client.post("/", data=typed, headers=BROWSER)
    assert answer.status_code == 503
    assert "&lt;b&gt;Box&lt;/b&gt; open</textarea>" in answer.text
    assert hidden_id(answer.text) == typed["id"]
    assert doors.build(tmp_path, log).client.post("/", data=typed, headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    ("asked", "accepts", "language"),
    [
        ("km", "", "km"),
        ("en", "km", "en"),
        ("", "km-KH,en;q=0.5", "km"),
        ("", "fr,de", "en"),
        ("xx", "", "en"),
        ("", "", "en"),
    ],
)
def test_the_form_speaks_the_language_asked_for(door, asked, accepts, language):
    page = door.client.get(f"/?lang={asked}", headers={"Accept-Language": accepts}).text
    assert f'<html lang="{language}">' in page
    assert WORDS[language]["what"] in page


def test_every_language_has_every_word():
    assert len({frozenset(words) for words in WORDS.values()}) == 1
    assert set(WORDS) == {"en", "km"}


@pytest.mark.security("S46", "own host and no cookie")
def test_the_form_asks_nothing_of_another_host_and_sets_no_cookie(door):
    page, style = door.client.get("/"), door.client.get("/static/form.css", buffered=True)
    assert not re.search(r"<script>|https?:|//|style=|\bon[a-z]+=|@import|url\(", page.text + style.text)
    assert "Set-Cookie" not in page.headers
    assert style.mimetype == "text/css"


def test_a_file_of_the_form_may_be_kept_only_under_the_address_that_holds_its_sum(door):
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', door.client.get("/").text):
        assert "immutable" in door.client.get(address, buffered=True).headers["Cache-Control"]
        for other in (address[:-1], address.partition("?")[0], f"{address}0"):
            assert door.client.get(other, buffered=True).headers["Cache-Control"] == "no-store"


def test_the_page_that_phones_keep_has_no_id_which_would_make_all_their_reports_one(door):
    assert hidden_id(door.client.get("/?lang=km").text) != hidden_id(door.client.get("/?lang=km").text)
    assert 'name="id" value=""' in door.client.get("/?lang=km&kept=1").text
    for _ in range(2):
        door.client.post("/", data={"text": "Box open", "id": ""})
    assert len(door.reports()) == 2


def test_a_code_that_was_chosen_stands_before_the_words_and_is_enough_alone(door):
    for typed in ({"code": "KB"}, {"code": "PA", "text": "at nine"}, {"code": "<b>", "text": "x"}, {"code": "<b>"}):
        door.client.post("/", data=typed)
    assert [body["text"] for body in door.bodies()] == ["KB", "PA at nine", "x"]


def test_the_pin_and_the_hour_of_writing_arrive_and_the_pin_stands_on_no_page(door):
    typed = {"text": " ", "pin": " 4711 ", "at": "2017-06-04T03:10:00Z"}
    assert "4711" not in door.client.post("/", data=typed, headers=BROWSER).text
    door.client.post("/", data=typed | {"text": "Box open"})
    assert [(body["pin"], report.sent_at) for body, report in zip(door.bodies(), door.reports(), strict=True)] == [
        ("4711", "2017-06-04T03:10:00.000+00:00")
    ]


def test_a_browser_without_scripts_sends_texts_byte_for_byte_beside_an_empty_photo(door):
    text = "ប្រអប់ \udcff".encode("utf-8", "surrogateescape")
    body = phone.multipart({"text": text, "station": b"KD0123-7", "id": b"c" * 22}, b"", name="")
    answer = door.client.post("/", data=body, content_type="multipart/form-data; boundary=xx", headers=BROWSER)
    assert answer.status_code == 200
    assert (door.bodies()[0]["text"], door.bodies()[0]["station"]) == ("ប្រអប់ \udcff", "KD0123-7")


def test_the_page_to_hide_behind_says_nothing_of_messages(door):
    page = door.client.get("/away", headers=BROWSER)
    assert page.status_code == 200
    assert not re.search("message|report|send|station|សារ|script", page.text, re.IGNORECASE)


def test_the_place_of_a_telephone_is_taken_when_it_is_one(door):
    for lat, lon in [("11.5", "104.9"), ("91", "0"), ("x", "1"), ("nan", "nan"), ("", "")]:
        door.client.post("/", data={"text": "Box open", "lat": lat, "lon": lon})
    places = [(body["lat"], body["lon"]) for body in door.bodies()]
    assert places == [(11.5, 104.9)] + [(None, None)] * 4


def test_a_rehearsal_through_the_form_is_marked_and_a_wrong_mark_is_refused(door):
    assert (
        door.client.post("/", data={"text": "x"}, headers={"X-Rehearsal": ENV["REHEARSAL_SECRET"]}).status_code == 200
    )
    assert door.client.post("/", data={"text": "x"}, headers={"X-Rehearsal": "no"}).status_code == 403
    assert [report.rehearsal for report in door.reports()] == [True]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=200), st.sampled_from([b"", b"text=x&", b"text=+&station=%ff&phone="]))
def test_no_bytes_whatever_make_the_form_fail(door, raw, start):
    for headers in (BROWSER, {}):
        for kind in (doors.FORM, "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", ""):
            answer = door.client.post("/", data=start + raw, content_type=kind, headers=headers)
            assert answer.status_code in (200, 422)
        assert door.client.get("/", query_string=raw.decode("latin-1"), headers=headers).status_code == 200
