"""What stands under deploy/ is right by the programs that read it, and keeps the promises of the samples."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.several import NEXT
from tests.test_strict import NGINX, certificate

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
SYSTEMD = shutil.which("systemd-analyze")
UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("*.*"))
PRIVATE = re.compile(
    r"^ *(access_log|error_log|server_tokens|ssl_\w+|client_\w+|limit_conn\w*|proxy_max_\w+) .*;", re.M
)


def test_nginx_takes_the_configuration_for_several_processes(tmp_path: Path) -> None:
    if NGINX is None:
        assert os.environ.get("CI") != "true", "CI has no nginx: this test would be skipped."
        pytest.skip("There is no nginx on this machine.")
    certificate(tmp_path)
    text = (DEPLOY / "nginx.conf").read_text().replace("/run/nginx.pid", f"{tmp_path}/pid")
    text = re.sub(r"/etc/ssl/\w+\.pem", str(tmp_path / "cert.pem"), text)
    text = re.sub(r"/etc/ssl/\w+\.key", str(tmp_path / "key.pem"), text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    (tmp_path / "nginx.conf").write_text(text.replace("http {", f"http {{ {paths}"))
    said = subprocess.run([NGINX, "-e", "stderr", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


def test_what_the_sample_for_one_process_keeps_to_itself_so_does_the_one_for_several() -> None:
    sample, several = ((folder / "nginx.conf").read_text() for folder in (ROOT / "docs" / "samples", DEPLOY))
    assert PRIVATE.findall(sample)
    assert [found[0] for found in PRIVATE.finditer(several)] == [found[0] for found in PRIVATE.finditer(sample)]
    for location in re.findall(r"location \S+ {(.*?)}", several, re.S):
        if "proxy_set_header" in location:  # one of its own: then none of the server's is handed on
            for name in ("X-Forwarded-For $remote_addr", "Host $host", 'Forwarded ""', 'X-Real-IP ""'):
                assert f"proxy_set_header {name};" in location
    assert f"127.0.0.1:{5000 + NEXT} " in several
    assert re.findall(r"keepalive_timeout (\d+)s;", several) == ["20"], "the doors close after 30"


@pytest.mark.skipif(SYSTEMD is None, reason="There is no systemd on this machine.")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_each_unit(unit: str, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/true")
    (tmp_path / "deploy").symlink_to(DEPLOY)
    units = tmp_path / "units"
    units.mkdir()
    for name in UNITS:
        text = (DEPLOY / "systemd" / name).read_text()
        (units / name).write_text(text.replace("/opt/situation-room", str(tmp_path)))
    said = subprocess.run([str(SYSTEMD), "verify", units / unit], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")


def test_the_service_of_the_room_may_write_nothing_but_its_data_and_leaves_no_core_file() -> None:
    text = (DEPLOY / "systemd" / "situation-room.service").read_text()
    for line in ("ProtectSystem=strict", "NoNewPrivileges=yes", "LimitCORE=0", "UMask=0077", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in text
    assert re.findall(r"Environment=(.*)", text) == ["DATA_DIR=/var/lib/situation-room/data"], "no secret stands there"


def test_no_secret_and_no_data_gets_into_an_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "data", "data-key", ".git"} <= set(left_out)
    made = (DEPLOY / "container" / "Dockerfile").read_text()
    assert made.count("--require-hashes") == 2
    assert re.findall(r"^USER (.*)", made, re.M) == ["7310"]
