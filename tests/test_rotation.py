"""Secrets come from a file of the owner, and a gateway's can be changed while calls come in."""

import io
import time
from pathlib import Path

import pytest

from server import running, settings
from server.settings import Unfit
from server.wiring import WIRES
from tests import doors
from tests.callers import ID, SENDER, WORDS, samples
from tests.conftest import settings_in

SAMPLES = samples()
NEWER = "a newer secret, of more than sixteen characters"


@pytest.mark.security("S27", "two valid at once")
@pytest.mark.parametrize("name", sorted(WIRES))
def test_while_a_secret_is_changed_calls_with_either_come_in_and_with_no_other(name, tmp_path, log):
    sample, wire = SAMPLES[name], WIRES[name]
    proofs = [
        each for each in (wire.secret, *wire.more) if each.endswith(("SECRET", "KEY", "TOKEN")) or each == wire.secret
    ]
    mine = {**doors.ENV, **sample.SETTINGS}
    newer = {proof: NEWER for proof in proofs}
    both = {f"{proof}_OLD": mine[proof] for proof in proofs}
    plain = {"GATEWAYS": name, **sample.SETTINGS}
    call = sample.call(WORDS, SENDER, ID)
    changed = doors.build(tmp_path, log, **(plain | newer))
    assert changed.client.open(**call).status_code == 403
    rotating = doors.build(tmp_path, log, **(plain | newer | both))
    assert rotating.client.open(**call).status_code == 200
    assert {rotating.client.open(**forged).status_code for forged in sample.forgeries().values()} == {403}
    other_way = {f"{proof}_OLD": NEWER for proof in proofs}
    now = doors.build(tmp_path, log, **(plain | other_way))
    assert now.client.open(**sample.call(WORDS, SENDER, ID)).status_code == 200
    assert len(rotating.reports()) == 1


@pytest.mark.security("S27", "two valid at once")
def test_a_weak_former_secret_is_refused_by_its_name_and_none_is_shown(tmp_path):
    with pytest.raises(Unfit, match="KANNEL_SECRET_OLD has only 5 characters"):
        settings_in(tmp_path, KANNEL_SECRET_OLD="short")
    made = settings_in(tmp_path, KANNEL_SECRET_OLD=NEWER, KANNEL_SECRET="  kannel's own, which is long ")
    assert NEWER not in repr(made)
    assert made.before("twilio") is None


@pytest.mark.security("S27", "fresh and for the owner")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_settings_that_others_can_read_are_refused(mode, tmp_path):
    path = tmp_path / ".env"
    path.write_text("KANNEL_SECRET=x\n")
    path.chmod(mode)
    with pytest.raises(Unfit, match="chmod 600"):
        settings.environment(tmp_path)
    path.chmod(0o600)
    assert settings.environment(tmp_path)["KANNEL_SECRET"] == "x"


@pytest.mark.security("S27", "not in the environment")
def test_no_process_of_a_run_has_a_secret_of_the_file_in_its_environment(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(f"KANNEL_SECRET={NEWER}\n")
    (tmp_path / ".env").chmod(0o600)
    (tmp_path / "Procfile").write_text("one: sleep 60\ntwo: sleep 60\n")
    monkeypatch.setattr(running, "ROOT", tmp_path)
    run = running.Run(settings_in(tmp_path), [], out=io.StringIO())
    run.want({"one", "two"})
    late = time.monotonic() + 10
    while len(run.running) < 2 and time.monotonic() < late:
        run.until(time.monotonic() + 0.05)
    try:
        assert set(run.running) == {"one", "two"}
        for pid in run.running.values():
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            assert b"HONCHO_PROCESS_NAME" in environ
            assert NEWER.encode() not in environ
            assert b"KANNEL_SECRET" not in environ
    finally:
        run.stop()
