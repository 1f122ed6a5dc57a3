"""What we are made of: pinned with hashes, listed, looked up; nothing of it runs what was sent or holds a secret."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pip
import pytest
from socketio.manager import Manager
from socketio.pubsub_manager import PubSubManager

from supply import audit, pinned, sbom
from tests.test_line import ALL, FILES, ROOT, name_of, tree

FIT = [("requests", "2.0"), ("urllib3", "1.0")]


@pytest.mark.security("S55", "hashes")
def test_every_package_is_pinned_with_its_hashes_and_installed_by_them_only():
    pins = pinned.everything()
    assert len(pins) > 100
    assert [pin.name for pin in pins if not pin.hashes] == []
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "pip install" in line and "uv pip" not in line]
    assert len(installs) >= 3
    assert [line for line in installs if "--require-hashes" not in line] == []
    assert "npm ci" in makefile
    assert "npm install" not in makefile.replace("npm install --package-lock-only", "")


@pytest.mark.security("S55", "hashes")
def test_what_is_asked_for_is_what_is_pinned():
    for name in pinned.LISTS:
        asked = re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[\w+\])?==(\S+)", (ROOT / name).with_suffix(".in").read_text())
        there = {(pin.name, pin.version) for pin in pinned.python(ROOT / name, optional=False)}
        assert {(re.sub(r"[-_.]+", "-", each).lower(), number) for each, number in asked} <= there, "make lock"


def carried(folder, says):
    """A package in a folder, as it is carried to a machine; its hash."""
    folder.mkdir(exist_ok=True)
    path, info = folder / "carried-1.0-py3-none-any.whl", "carried-1.0.dist-info"
    files = {
        "carried.py": says,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: carried\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": f"carried.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(zipfile.ZipInfo(name), content)  # of no hour, or its hash would be of this one
    return sha256(path.read_bytes()).hexdigest()


@pytest.mark.security("S55", "offline")
def test_without_a_network_what_is_pinned_is_installed_from_a_folder_and_nothing_else(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    wheels, there = tmp_path / "wheels", tmp_path / ".venv"
    pinned_there = f"carried==1.0 --hash=sha256:{carried(wheels, 'WORD = 1')}\n"
    (tmp_path / "requirements.txt").write_text(pinned_there)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", there], check=True)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(pip.__file__).parent.parent),
        "PIP_CONFIG_FILE": os.devnull,
    }
    env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_PROXY": "http://127.0.0.1:9"}  # nobody is there
    for says, fine in (("WORD = 2", False), ("WORD = 1", True)):
        carried(wheels, says)
        made = subprocess.run(["make", ".venv/run.done"], cwd=tmp_path, env=env, capture_output=True, text=True)
        assert (made.returncode == 0, bool([*there.rglob("carried.py")])) == (fine, fine), made.stderr
        assert fine or "THESE PACKAGES DO NOT MATCH THE HASHES" in made.stderr


def test_a_line_that_is_no_pin_is_noticed(tmp_path):
    (tmp_path / "requirements.txt").write_text("flask>=3 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(ValueError, match="no pin"):
        list(pinned.python(tmp_path / "requirements.txt", optional=False))


@pytest.mark.security("S55", "bill of materials")
def test_the_bill_of_materials_names_every_package_with_its_hashes(tmp_path):
    command = [sys.executable, "-m", "supply.sbom", str(tmp_path / "build" / "sbom.json")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = json.loads((tmp_path / "build" / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {part["purl"]: part for part in bill["components"]}
    assert len(named) == len(bill["components"])
    assert set(named) == {sbom.address(pin) for pin in pinned.everything()}
    assert f"pkg:pypi/flask@{version('flask')}" in named
    assert named["pkg:npm/%40fontsource/noto-sans@5.3.0"]["group"] == "@fontsource"
    lengths = {"SHA-256": 64, "SHA-512": 128}
    assert all(part["hashes"] for part in bill["components"])
    for part in bill["components"]:
        for each in part["hashes"]:
            assert re.fullmatch(f"[0-9a-f]{{{lengths[each['alg']]}}}", each["content"])
    assert {part["scope"] for part in bill["components"]} == {"required", "optional"}


def report(*rows, **more):
    fit = [{"name": name, "version": number, "vulns": []} for name, number in FIT]
    return json.dumps({"dependencies": [*fit, *rows], **more})


@pytest.mark.security("S55", "a skip fails")
@pytest.mark.parametrize(
    ("said", "wanted", "faults"),
    [
        (report(), {"requests", "urllib3"}, []),
        (report({"name": "nobodys-own", "skip_reason": "not on PyPI"}), {"requests"}, ["was not looked up: not on"]),
        (report(), {"requests", "quietly-left-out"}, ["quietly-left-out was not looked up"]),
        (
            report({"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}),
            {"a"},
            ["a 1 has PYSEC-1, mended in 2"],
        ),
        ("", {"requests"}, ["Nothing was looked up"]),
        ("[]", {"requests"}, ["Nothing was looked up"]),
        ("{}", {"requests"}, ["Nothing was looked up"]),
    ],
)
def test_what_was_skipped_left_out_or_not_answered_is_a_failure(said, wanted, faults):
    found = audit.found(said, wanted)
    assert len(found) == len(faults)
    assert all(part in sentence for part, sentence in zip(faults, found, strict=True))


@pytest.mark.security("S55", "a skip fails")
def test_without_a_network_the_audit_says_so_and_fails():
    nowhere = {name: "http://127.0.0.1:9" for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")}
    words = [sys.executable, "-c", "from supply import audit; audit.LISTS = audit.LISTS[-1:]; exit(audit.main())"]
    asked = subprocess.run(words, cwd=ROOT, env={**os.environ, **nowhere}, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout.strip()) == (1, audit.SILENT)


FORBIDDEN = {  # modules that run, or make objects of, what they read; and those by which a text becomes a command
    *("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "yaml"),
    *("pty", "commands", "popen2", "code", "codeop", "runpy", "imp", "xmlrpc", "telnetlib", "ftplib"),
}
CALLS = {
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "builtins.eval",
    "builtins.exec",
}


@pytest.mark.security("S35", "wider rules")
@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_is_made_into_an_object_or_a_command_by_being_read(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & FORBIDDEN
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in FORBIDDEN
        elif isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in CALLS
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant)
            assert node.value.value is False
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
            assert "allow_pickle" in {word.arg for word in node.keywords}


@pytest.mark.security("S35", "wider rules")
def test_the_linter_s_rules_of_safety_are_on_and_each_exception_says_why():
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert not [rule for rule in lint.get("ignore", []) if rule.startswith("S")]
    assert {path for path, rules in lint["per-file-ignores"].items() if any(r.startswith("S") for r in rules)} == {
        "tests/*"
    }
    for path in FILES.values():
        for line in path.read_text().splitlines():
            rules, why = re.search(r"noqa: ([A-Z0-9, ]*)(.*)", line).groups() if "noqa:" in line else ("", "")
            # pieces of SQL that are ours, and dice that keep no secret, are many and alike
            asked = {rule for rule in re.findall(r"S\d+", rules)} - {"S608", "S311"}
            assert not asked or re.match(r"- \w", why), line


@pytest.mark.security("S35", "version of the socket library")
def test_the_library_of_the_live_line_is_one_that_unpacks_no_pickles_of_others():
    pins = {pin.name: pin.version for pin in pinned.everything()}
    for installed in (version("python-socketio"), pins["python-socketio"]):
        assert tuple(map(int, installed.split(".")[:2])) >= (5, 14)


@pytest.mark.security("S35", "pickle on the channel")
def test_the_live_line_listens_to_no_queue_on_which_anybody_could_put_a_pickle(house):
    manager = house.socketio.server.manager
    assert type(manager) is Manager
    assert not isinstance(manager, PubSubManager)
    channels = house.log.client.pubsub_channels("*")
    assert channels == []


TEXT = {".py", ".md", ".json", ".js", ".html", ".css", ".txt", ".in", ".toml", ".lua", ".sql", ".sh", ".csv", ""}
KEYS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}",
    "an age key": r"AGE-SECRET-KEY-1[0-9A-Z]{50}",
    "a bot's token": r"\b\d{8,10}:AA[A-Za-z0-9_-]{32,}",
    "a token of a code host": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20})",
    "a cloud's key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a chat": r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    "a minisign key": r"untrusted comment: minisign encrypted secret key\nRW",
}


def listed():
    """Every file that belongs to the project, as git lists them."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.security("S27", "not in the repository")
def test_no_secret_is_among_our_files():
    files = listed()
    assert len(files) > 400
    hits = []
    for path in files:
        if path.suffix in TEXT:
            text = path.read_text(errors="replace")
            hits += [f"{path.name}: {what}" for what, like in KEYS.items() if re.search(like, text)]
    assert hits == []
    assert not [path for path in files if path.name == ".env" or path.suffix in (".key", ".pem", ".age", ".p12")]
    assert {Path(".env"), Path("data")}.isdisjoint(path.relative_to(ROOT) for path in files)
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, _, value = line.partition("=")
        assert not value or not re.search(r"SECRET|KEY|TOKEN|PASSWORD", name), name


@pytest.mark.security("S27", "not in the repository")
def test_no_value_of_this_machine_s_settings_is_among_our_files():
    env = ROOT / ".env"
    said = [line for line in env.read_text().splitlines() if not line.startswith("#")] if env.exists() else []
    secrets = [
        value for name, _, value in (line.partition("=") for line in said) if len(value) >= 32 and "/" not in value
    ]
    content = b"\n".join(path.read_bytes() for path in listed())
    assert [secret[:4] for secret in secrets if secret.encode() in content] == []
