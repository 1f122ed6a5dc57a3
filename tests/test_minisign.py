"""A statement's file has a signature beside it that the program minisign checks."""

import base64
import shutil
import subprocess
from hashlib import blake2b
from pathlib import Path

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from server.log import Log
from tests.pressed import Press
from tests.test_publish import TOKENS, Console, command, day, record_in

__all__ = ["command"]  # a fixture
MINISIGN = shutil.which("minisign")


@pytest.fixture
def site(log: Log, keys: Path, command: Console, tmp_path: Path) -> Path:  # noqa: F811 - the fixture
    """What outsiders get, with one statement."""
    press = Press(keys, log)
    day(press)
    press.release(press.begin(*TOKENS))
    command("publish", str(tmp_path / "site"))
    return tmp_path / "site"


def altered(site: Path) -> None:
    """One character of the statement is another."""
    path = site / "statement-1.proof.json"
    text = path.read_text()
    path.write_text(text.replace('"number":1', '"number":2', 1))
    assert path.read_text() != text


def check(site: Path) -> None:
    """By the format as its author describes it. Raises BadSignatureError."""
    _, kept = (site / "minisign.pub").read_text().splitlines()
    _, own, trusted, both = (site / "statement-1.proof.json.minisig").read_text().splitlines()
    key, signature = base64.b64decode(kept), base64.b64decode(own)
    assert (key[:2], signature[:2], key[2:10]) == (b"Ed", b"ED", signature[2:10])
    verify = VerifyKey(key[10:]).verify
    verify(blake2b((site / "statement-1.proof.json").read_bytes()).digest(), signature[10:])
    assert trusted == "trusted comment: file:statement-1.proof.json"
    verify(signature[10:] + trusted.removeprefix("trusted comment: ").encode(), base64.b64decode(both))


@pytest.mark.security("S42", "minisign")
def test_minisign_takes_it_and_nothing_that_was_altered(site: Path) -> None:
    """By our own reading of its format everywhere; by the program itself, too, where Debian's package is installed."""
    asked = [MINISIGN or "", "-V", "-p", "minisign.pub", "-m", "statement-1.proof.json"]
    check(site)
    if MINISIGN:
        done = subprocess.run(asked, cwd=site, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "Trusted comment: file:statement-1.proof.json" in done.stdout
    altered(site)
    with pytest.raises(BadSignatureError):
        check(site)
    if MINISIGN:
        assert subprocess.run(asked, cwd=site, capture_output=True).returncode == 1


def test_a_page_that_is_made_again_from_a_published_record_has_it_too(
    site: Path,
    command: Console,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    command("publish", str(tmp_path / "again"), "--record", str(record_in(site)))
    for name in ("minisign.pub", "statement-1.proof.json.minisig"):
        assert (tmp_path / "again" / name).read_bytes() == (site / name).read_bytes()
