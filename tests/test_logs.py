"""What a log line may say, and what a console may print: never what a stranger sent."""

import io
import logging
import subprocess
import sys

import pytest

from server import __main__ as console
from server import trace
from server.log import Log
from server.logs import PlainFormatter
from tests import days
from tests.days import Pen, report_id


@pytest.fixture
def written() -> tuple[logging.Logger, io.StringIO]:
    """A logger that writes as our processes do, and what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PlainFormatter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger, out


@pytest.mark.security("S19", "lines of logs")
@pytest.mark.security("S28", "one line")
@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[31m", "\x00", "\x7f", "\x9b31m", "\x85", "\u2028", "\u202e"])
def test_a_line_stays_one_line_whatever_is_in_it(written: tuple[logging.Logger, io.StringIO], sign: str) -> None:
    logger, out = written
    logger.info("Report %s came.", f"a{sign}FORGED 2017 INFO room: all is well")
    assert len(out.getvalue().splitlines()) == 1
    assert out.getvalue().rstrip("\n").isprintable()
    assert "came." in out.getvalue()


@pytest.mark.security("S28", "faults")
def test_an_exception_is_told_without_its_message(written: tuple[logging.Logger, io.StringIO]) -> None:
    logger, out = written
    try:
        try:
            int("canary")
        except ValueError as first:
            raise KeyError("canary of a number +85512345678") from first
    except KeyError:
        logger.exception("The reader could not read report %s.", "0b1c")
    assert "canary" not in out.getvalue()
    assert "KeyError at test_logs.py" in out.getvalue()
    assert len(out.getvalue().splitlines()) == 1


def test_a_report_s_life_is_printed_in_order_and_without_what_is_sealed(log: Log, pen: Pen) -> None:
    days.furnish(log, pen)
    report = report_id(days.VERIFIED)
    told = [trace.told(raw) for raw in trace.life(log, report[:8])]
    wires = ("report.received", "report.read", "incident.opened", "incident.verified")
    assert [wire in text for wire, text in zip(wires, told, strict=True)] == [True] * 4
    assert "canary" not in "".join(told)
    assert "called back" not in "".join(told)
    assert "(sealed," in told[0]


def test_a_report_is_found_by_the_number_that_its_sender_was_told(log: Log, pen: Pen) -> None:
    days.furnish(log, pen)
    number = trace.events.reference(report_id(days.RAW))
    for said in (number, number.replace("-", "")):
        assert [raw.fields["about"] for raw in trace.life(log, said)] == [f"report:{report_id(days.RAW)}"]
    assert list(trace.life(log, "no such report")) == []


def test_the_console_says_no_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["users"], ["users", "add", "Amina", "--role", "king", "--password-stdin"]):
        with pytest.raises(SystemExit):
            console.main(words)
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.security("S28", "what ends a process")
def test_what_ends_a_process_is_told_without_its_message_and_libraries_repeat_no_caller() -> None:
    said = "canary\\n2017 INFO room: all is well"
    script = f"""
import logging
from server import logs
logs.start()
import engineio
server = engineio.Server(async_mode="threading")
server.logger.error("Invalid session %s", "{said}")
logging.getLogger("eventlet.wsgi").error("{said}")
try:
    int("{said}")
except ValueError:
    server.logger.exception("message handler error")
raise ValueError("{said}")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert "canary" not in ended.stderr
    assert [("handler error" in line, "ValueError at" in line) for line in ended.stderr.splitlines()] == [
        (True, True),
        (False, True),
    ]
