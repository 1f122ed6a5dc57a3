"""E-mail in: what is read of a mail, and that no mail whatever makes the door fail, wait or believe."""

import signal
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.gateways import email as gateway
from tests import doors
from tests.callers import WORDS
from tests.callers.email import FROM, SETTINGS, mail, signed


@pytest.fixture
def door(tmp_path, log):
    return doors.build(tmp_path, log, GATEWAYS="email,kannel", **SETTINGS)


def bring(door, raw: bytes) -> dict:
    assert door.client.open(**signed(raw)).status_code == 200
    return door.bodies()[-1]


def test_a_mail_is_a_report_by_e_mail_with_its_own_date(door):
    body = bring(door, mail(WORDS))
    [report] = door.reports()
    assert (report.channel, report.sent_at) == ("email", "2017-06-04T03:40:00.000+00:00")
    assert (body["text"], body["sender"]) == (WORDS, FROM)


def test_the_subject_stands_before_the_words(door):
    assert bring(door, mail("late", Subject="PR KD0123"))["text"] == "PR KD0123\nlate"
    assert bring(door, mail("", id="m-2", Subject="បង់ត្រា"))["text"] == "បង់ត្រា"
    assert bring(door, b"Subject: =?utf-8?b?4Z6Y4Z+B?= late\nFrom: a@b\n\n")["text"] == "មេ late"
    assert bring(door, b"Subject: =?nonsense?q?abc?=\nFrom: c@d\n\n")["text"] == "=?nonsense?q?abc?="
    assert bring(door, "Subject: មេ\nFrom: e@f\n\n".encode())["text"] == "មេ"


@pytest.mark.security("S33", "attachments")
def test_attachments_and_pages_stay_in_the_mailbox(door):
    made = EmailMessage()
    made["From"], made["Message-ID"] = FROM, "<1@x>"
    made.set_content("the words")
    made.add_alternative("<b>the page</b>", subtype="html")
    made.add_attachment(b"\x00\x01", maintype="image", subtype="jpeg", filename="a.jpg")
    made.add_attachment("the list", filename="list.txt")
    assert bring(door, bytes(made))["text"] == "the words\n"


def test_a_mail_that_is_only_a_page_is_kept_as_it_came(door):
    raw = b"From: a@b.c\nContent-Type: text/html\n\n<b>late</b>\n"
    assert bring(door, raw)["text"].encode() == raw


@pytest.mark.parametrize("sender", ["012345678", "+855 12 345 678", "<012345678>", ""])
def test_a_mail_never_passes_for_a_phone(door, sender):
    door.client.open(**doors.kannel(id="phone"))
    raw = f"From: {sender}\nMessage-ID: <1@x>\n\nKD0123 all is well\n".encode()
    assert bring(door, raw)["sender"] == ""
    phone, mailed = door.reports()
    assert phone.source != mailed.source


def test_one_mail_fetched_twice_is_one_report(door):
    for _ in range(2):
        bring(door, mail(WORDS))
    nameless = b"From: a@b.c\nDate: Sun, 04 Jun 2017 10:40:00 +0700\n\nlate\n"
    for _ in range(2):
        bring(door, nameless)
    assert len(door.reports()) == 2


def test_other_charsets_are_read_and_odd_ones_kept(door):
    head = "From: a@b.c\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: 8bit\n\n"
    assert bring(door, head.format("utf-16-be").encode() + "មេ".encode("utf-16-be"))["text"] == "មេ"
    assert bring(door, head.format("no-such").encode() + "មេ".encode())["text"] == "មេ"
    assert bring(door, head.format("zlib").encode() + b"\xff\xfe")["text"] == "\udcff\udcfe"
    assert bring(door, head.format("us-ascii").encode() + "ខែ".encode())["text"] == "ខែ"


def nested(depth: int) -> bytes:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"From: a@b.c\n{parts}".encode()


HOSTILE = {
    "parts within parts": nested(3000),
    "mails within mails": b"Content-Type: message/rfc822\n\n" * 3000,
    "a part without end": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\n" * 20000,
    "a header without end": b"From: " + b"a" * 200_000,
    "many headers": b"X: y\n" * 40000 + b"\nlate",
    "a header folded a thousand times": b"Subject: a" + b"\n b" * 5000 + b"\n\nlate",
    "coded words": b"Subject: " + b"=?utf-8?q?=F0?= " * 3000 + b"\n\nlate",
    "comments within comments": b"From: " + b"(" * 5000 + b"\n\nlate",
    "a date of nothing": b"Date: " + b"9" * 5000 + b"\n\nlate",
    "charset without end": b'Content-Type: text/plain; charset*0="' + b"x" * 5000 + b'"\n\nlate',
    "names of a file in pieces": b"Content-Type: text/plain; " + b"filename*%d*=x; " * 500 + b"\n\nlate",
    "base64 that is none": b"Content-Transfer-Encoding: base64\n\n!!!\xff",
    "uuencode": b"Content-Transfer-Encoding: x-uuencode\n\nbegin 666 x\n!!!\n",
    "no bytes": b"",
    "zero bytes": b"\0" * 1000,
}


@pytest.mark.parametrize("how", HOSTILE)
def test_no_hostile_mail_makes_the_door_fail(door, how):
    bring(door, HOSTILE[how])
    assert len(door.reports()) == 1


PIECES = [
    "From",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Type",
    "Content-Transfer-Encoding",
    ": ",
    "\n",
    "\n\n",
    "\r\n",
]
PIECES += [
    "multipart/mixed",
    "message/rfc822",
    "text/plain",
    "; ",
    "boundary=",
    "b",
    "--b",
    "--b--",
    "charset=",
    "utf-8",
]
PIECES += [
    "base64",
    "quoted-printable",
    "=?utf-8?b?",
    "?=",
    "filename*0*=",
    "''",
    '"',
    "<",
    ">",
    "@",
    "(",
    ")",
    "=",
    "é",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.binary(max_size=100).map(gateway.decoded))
def test_no_mail_at_all_makes_the_door_fail(door, text):
    assert door.client.open(**signed(text.encode("utf-8", "surrogateescape"))).status_code == 200


def test_a_long_mail_is_read_to_a_length_and_a_longer_body_refused(door):
    assert len(bring(door, b"From: a@b.c\n\n" + b"x" * (gateway.LONGEST_BODY - 100))["text"]) == gateway.LONGEST_TEXT
    assert door.client.open(**signed(b"x" * (gateway.LONGEST_BODY + 1))).status_code == 413


HEAD = b"From: a@b.c\nMessage-ID: <1@x>\n"
SLOW = {  # written by a stranger, each took the parser minutes, and with it everybody at the door
    "a charset": HEAD + b"Content-Type: text/plain; charset=punycode\n\na-" + b"b" * 900_000,
    "another charset": HEAD + b"Content-Type: text/plain; charset=IDNA\n\nxn--" + b"b" * 900_000,
    "a charset in a subject": b"Subject: =?punycode?q?a-" + b"b" * 900_000 + b"?=\n\nlate",
    "many parameters": HEAD + b"Content-Type: text/plain" + b";a" * 450_000 + b"\n\nlate",
    "an open quotation": HEAD + b'Content-Type: text/plain;"' + b";a" * 450_000 + b"\n\nlate",
    "coded words": b"Subject: " + b"=?utf-8?q?a?= " * 60_000 + b"\n\nlate",
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n\n" * 140_000 + b"--x--\n",
}


@pytest.mark.parametrize("raw", SLOW.values(), ids=SLOW)
def test_no_mail_keeps_everybody_at_the_door_waiting(door, raw):
    """It ends, that is: processor time is counted here only so that this test ends, too."""
    signal.setitimer(signal.ITIMER_VIRTUAL, 30)
    before = signal.signal(signal.SIGVTALRM, too_long)
    try:
        assert bring(door, raw)["text"]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def too_long(*_):
    raise AssertionError("It keeps everybody waiting.")


def test_another_mail_with_the_same_id_is_another_report(door):
    """Some programs give every mail one id, and a stranger who was sent a copy could be faster with other words."""
    for sender, text in (("a@b.c", "first"), ("a@b.c", "second"), ("x@y.z", "first"), ("a@b.c", "first")):
        bring(door, mail(text, sender))
    assert [body["text"] for body in door.bodies()] == ["first", "second", "first"]
