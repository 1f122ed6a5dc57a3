"""The rules of the house that a machine can check."""

import ast
import json
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from server.pack import Pack

ROOT = Path(__file__).parent.parent

# A module may import only modules above it. A new module? Give it its place.
LINE = [
    "server.wiring",
    "server.proxies",
    "server.callers",
    "server.steps",
    "server.strict",
    "server.addresses",
    "server.redis_addresses",
    "server.gateway_secrets",
    "server.several",
    "server.settings",
    "server.logs",
    "server.garbage",
    "server.country.packfiles",
    "server.country.taxonomy",
    "server.texting.segments",
    "server.texting.answers",
    "server.country.schedule",
    "server.country.callback",
    "server.country.wording",
    "server.country.registry",
    "server.work.ladder",
    "server.docket.levels",
    "server.press.phases",
    "server.press.tokens",
    "server.press.templates",
    "server.pack",
    "server.facts.base",
    "server.facts.accounts",
    "server.facts.acts",
    "server.facts.alerts",
    "server.facts.coalition",
    "server.facts.complaints",
    "server.facts.exports",
    "server.facts.gateways",
    "server.facts.incidents",
    "server.facts.locks",
    "server.facts.methods",
    "server.facts.models",
    "server.facts.monitors",
    "server.facts.older",
    "server.facts.people",
    "server.facts.records",
    "server.facts.reports",
    "server.facts.statements",
    "server.facts.texts",
    "server.facts.verifying",
    "server.facts.walls",
    "server.facts.work",
    "server.events",
    "server.locking.state",
    "server.locking.keeping",
    "server.locking.master",
    "server.sealing.keys",
    "server.sealing.file",
    "server.sealing.vault",
    "server.sealing.stock",
    "server.seal",
    "server.sources.leaving",
    "server.pseudonyms",
    "server.press.document",
    "server.press.words",
    "server.press.written",
    "server.press.merging",
    "server.redis_users",
    "server.entries",
    "server.reached",
    "server.log",
    "server.promised",
    "server.newer",
    "server.drawer",
    "server.sealing.used",
    "server.recorded",
    "server.texting.outbox",
    "server.texting.attempts",
    "server.tables",
    "server.photos",
    "server.outage",
    "server.vitals.pulse",
    "server.roles",
    "server.locking.recorded",
    "server.shares",
    "server.doubts",
    "server.membership",
    "server.people.phrases",
    "server.people.sessions",
    "server.people.hands",
    "server.people.tokens",
    "server.people.invitations",
    "server.people.joining",
    "server.people.totp",
    "server.people.signing",
    "server.people.passkeys",
    "server.people.factors",
    "server.people.tries",
    "server.people.proving",
    "server.access",
    "server.people.own",
    "server.people.own_passkeys",
    "server.people.others",
    "server.walls",
    # reports come in
    "ingest.senders",
    "ingest.lines",
    "ingest.spool",
    "ingest.together",
    "ingest.keeping",
    "ingest.message",
    "ingest.intake",
    "ingest.gateways",
    "ingest.gateways.africastalking",
    "ingest.gateways.desk",
    "ingest.gateways.email",
    "ingest.gateways.envayasms",
    "ingest.gateways.gammu",
    "ingest.gateways.generic",
    "ingest.gateways.infobip",
    "ingest.gateways.kannel",
    "ingest.gateways.messagebird",
    "ingest.gateways.plivo",
    "ingest.gateways.rapidpro",
    "ingest.gateways.sinch",
    "ingest.gateways.smsgate",
    "ingest.gateways.smssync",
    "ingest.gateways.telegram",
    "ingest.gateways.telnyx",
    "ingest.gateways.twilio",
    "ingest.gateways.vonage",
    "ingest.gateways.whatsapp",
    "ingest.pile",
    "ingest.held",
    "ingest.signals",
    "ingest.handed",
    "ingest.quarantine",
    "ingest.hook",
    "ingest.darkroom",
    "ingest.envelope",
    "ingest.attach",
    "ingest.multipart",
    "ingest.shelf",
    "ingest.stations",
    "ingest.form",
    "ingest.sealed",
    "ingest.offline",
    "ingest.front",
    "ingest.door",
    "ingest.swift",
    "ingest.passing",
    "ingest.fetch",
    "ingest.readmit",
    # a program beside the door, for gateways that only write files
    "ingest.gammu_files",
    "ingest.gammu_inbox",
    "ingest.gammu_outbox",
    "ingest.gammu_folder",
    # a rehearsal knocks at the door like everybody else
    "ingest.cast",
    "ingest.pen",
    "ingest.witnesses",
    "ingest.day",
    "ingest.attended",
    "ingest.detour",
    "ingest.callers",
    "ingest.crowd",
    "ingest.rehearse",
    "ingest.outcome",
    "ingest.replay",
    "ingest.carry",
    "ingest.agree",
    # reports are understood
    "server.reading.clocks",
    "server.reading.shapes",
    "server.grammar",
    "server.gazetteer.polygons",
    "server.gazetteer.spelling",
    "server.gazetteer.unspaced",
    "server.gazetteer.names",
    "server.gazetteer.spots",
    "server.gazetteer.mentions",
    "server.gazetteer.weighing",
    "server.gazetteer.boundaries",
    "server.gazetteer.matching",
    "server.places",
    "server.reading.letters",
    "server.reading.phrases",
    "server.model.evidence",
    "server.model.examples",
    "server.model.words",
    "server.model.features",
    "server.model.trained",
    "server.model.fitting",
    "server.model.calibration",
    "server.model.reasons",
    "server.model.signs",
    "server.model.suspicion",
    "server.model.judging",
    "server.model.said",
    "server.classify",
    "server.model.shelf",
    "server.model.first",
    "server.model.teaching",
    "server.model.chosen",
    "server.model.decisions",
    "server.model.corrections",
    "server.model.comparison",
    "server.following",
    "server.reading.finished",
    "server.reading.grounds",
    "server.monitors.roll",
    "server.monitors.word",
    "server.locking.keyword",
    "server.stories.pieces",
    "server.stories.telling",
    "server.stories.ideas",
    "server.stories.hearing",
    "server.stories.likeness",
    "server.stories.follow_ups",
    "server.stories.nearby",
    "server.stories.known",
    "server.stories.stories",
    "server.reading.whereabouts",
    "server.reading.drafts",
    "server.reading.queue",
    "server.reading.opening",
    "server.reading.effort",
    "server.reading.stuck",
    "server.reading.sorter",
    "server.reading.asking",
    "server.reading.unsorted",
    "server.reading.alike",
    "server.reading.echoes",
    "server.reading.readings",
    "server.reading.parts",
    "server.reading.batches",
    "server.reader",
    # what is known, and what people decide
    "server.incidents",
    "server.cases",
    "server.verification",
    "server.casework",
    "server.sources.agreed",
    "server.sources.notice",
    "server.coalition.terms",
    "server.joining",
    "server.corroborate",
    "server.press.voices",
    "server.press.statements",
    "server.press.steps",
    "server.press.public",
    "server.monitors.callsigns",
    "server.press.checks.same",
    "server.press.checks.folding",
    "server.press.checks.page",
    "server.press.checks.phrases",
    "server.press.checks.speech",
    "server.press.checks.finding",
    "server.press.checks.numbers",
    "server.press.checks.letters",
    "server.press.checks.counts",
    "server.press.checks.amounts",
    "server.press.checks.fixed",
    "server.press.checks.blocked",
    "server.press.checks.status",
    "server.press.checks.sources",
    "server.press.checks.parties",
    "server.press.checks.alike",
    "server.press.checks.checked",
    "server.measures.scopes",
    "server.sections.section",
    "server.work.hours",
    "server.work.clocks",
    "server.work.hidden",
    "server.work.elsewhere",
    "server.work.stages",
    "server.work.climbing",
    "server.work.called",
    "server.work.duties",
    "server.docket.course",
    "server.docket.deadlines",
    "server.docket.judged",
    "server.docket.acts",
    "server.docket.reminding",
    "server.docket.kept",
    "server.sections.people",
    "server.sources.acts",
    "server.sections.unread",
    "server.sections.cards",
    "server.sections.undone",
    "server.sections.verifying",
    "server.press.kept",
    "server.press.turns",
    "server.sections.sortings",
    "server.sections.taken",
    "server.sections.numbers",
    "server.sections.restrictions",
    "server.sections.crowds",
    "server.monitors.roster",
    "server.coalition.treaty",
    "server.sources.owned",
    "server.sources.forgetting",
    "server.sources.retention",
    "server.monitors.counts",
    "server.monitors.blocking",
    "server.texting.texts",
    "server.texting.orders",
    "server.texting.replies",
    "server.sections.standing",
    "server.stories.counted",
    "server.stories.hidden",
    "server.stories.allowed",
    "server.stories.joined",
    "server.sections.agreement",
    "server.model.versions",
    "server.coverage",
    "server.sections.attendance",
    "server.alerts.chance",
    "server.alerts.areas",
    "server.alerts.told",
    "server.alerts.hiding",
    "server.alerts.found",
    "server.alerts.burst",
    "server.alerts.stations",
    "server.alerts.silence",
    "server.alerts.coordinated",
    "server.alerts.world",
    "server.alerts.senders",
    "server.alerts.picture",
    "server.alerts.ahead",
    "server.alerts.known",
    "server.alerts.watch",
    "server.alerts.shown",
    "server.lookout",
    "server.measures.paces",
    "server.measures.tallies",
    "server.measures.channels",
    "server.work.courses",
    "server.work.tasks",
    "server.work.answered",
    "server.work.shifts",
    "server.asking.said",
    "server.asking.around",
    "server.asking.where",
    "server.asking.when",
    "server.asking.conditions",
    "server.asking.values",
    "server.asking.table",
    "server.asking.ask",
    "server.asking.filters",
    "server.asking.index",
    "server.board",
    "server.resumed",
    "server.queries",
    "server.stories.beside",
    "server.sums",
    "server.heard",
    "server.measures.ranks",
    "server.measures.times",
    "server.measures.reach",
    "server.press.picture",
    "server.press.asked",
    "server.press.known",
    "server.press.ahead",
    "server.measures.accounted",
    "server.measures.alive",
    "server.measures.punctual",
    "server.measures.members",
    "server.measures.delays",
    "server.measures.gaps",
    "server.measures.missed",
    "server.measures.by_hour",
    "server.measures.after",
    "server.measures.parts",
    "server.mapping.counted",
    "server.mapping.gathered",
    "server.missing",
    "server.press.means",
    "server.press.checks.surroundings",
    "server.guard",
    "server.monitors.sheets",
    "server.monitors.columns",
    "server.monitors.enrolment",
    "server.monitors.importing",
    "server.desk.presses",
    "server.desk.deciding",
    "server.desk.cases",
    "server.desk.verifying",
    "server.desk.correcting",
    "server.desk.revealing",
    "server.desk.forgetting",
    "server.desk.coalition",
    "server.work.urgent",
    "server.desk.joining",
    "server.desk.working",
    "server.desk.duties",
    "server.desk.alerting",
    "server.work.sheet",
    "server.desk.shifts",
    "server.desk.people",
    "server.desk.models",
    "server.desk.stated",
    "server.desk.unsigned",
    "server.desk.press",
    "server.desk.releasing",
    "server.docket.told",
    "server.docket.exports",
    "server.desk.docket",
    "server.learner",
    # texts go out
    "server.leaves",
    "server.merkle",
    "server.press.minisign",
    "server.heads",
    "server.outside.short",
    "server.outside.telling",
    "server.texting.drivers",
    "server.texting.drivers.kannel",
    "server.texting.drivers.smsgate",
    "server.texting.drivers.twilio",
    "server.texting.answering",
    "server.texting.paging",
    "server.texting.sending",
    "server.texting.ordering",
    "server.courier",
    # beside the line: the sealed copy, and commands
    "server.beside",
    "server.compared",
    "server.late",
    "server.ledger",
    "server.verify",
    "server.check_ledger",
    "server.press.cases",
    "server.press.record",
    "server.press.proof",
    "server.press.told",
    "server.press.exports",
    "server.trace",
    "server.model.figures",
    "server.model.calibrate",
    "server.model.weigh",
    "server.model.ablation",
    "server.model.simulate",
    "server.quality",
    "server.embedded_redis",
    "server.alone",
    "server.backups.closed",
    "server.backups.record",
    "server.backups.making",
    "server.backups.restoring",
    "server.backups.rebuilding",
    "server.backups.console",
    "server.vitals.machine",
    "server.vitals.beats",
    "server.vitals.alarms",
    "server.vitals.looking",
    "server.vitals.metrics",
    "server.vitals.warden",
    "server.precedence",
    "server.running",
    "server.locking.ways",
    "server.locking.keeper",
    "server.locking.shut",
    "server.locking.shutting",
    "server.run",
    "server.locking.typed",
    "server.locking.phone_commands",
    "server.locking.way_commands",
    "server.locking.console",
    "server.monitors.console",
    "server.gazetteer.console",
    "server.model.console",
    "server.outside.console",
    "server.guide",
    "server.press.output.worded",
    "server.press.output.marked",
    "server.press.output.tabled",
    "server.press.output.layout",
    "server.press.output.breaking",
    "server.press.output.faces",
    "server.press.output.qr",
    "server.desk.own",
    "server.desk.passkeys",
    "server.press.output.pictures",
    "server.press.output.plain",
    "server.press.output.page",
    "server.press.output.printing",
    "server.press.output.files",
    "server.press.output.raster",
    "server.press.output.sheet",
    "server.press.output.pdf",
    "server.press.output.office",
    "server.press.output.printer",
    "server.report",
    "server.press.pages",
    "server.press.publishing",
    "server.press.method",
    "server.press.neutrality",
    "server.__main__",
    "ingest.__main__",
    "ingest.told",
    "ingest.stories",
    "ingest.stories_fit",
    # a rehearsal without a record, for the lookout alone
    "ingest.invented",
    "ingest.plants",
    "ingest.alarms",
    # to the screens
    "dashboard.words",
    "dashboard.spoken",
    "dashboard.checked",
    "dashboard.reading",
    "dashboard.working",
    "dashboard.untold",
    "dashboard.shared",
    "dashboard.views",
    "dashboard.summed",
    "dashboard.history",
    "dashboard.figures",
    "dashboard.course",
    "dashboard.drawn.sheet",
    "dashboard.drawn.course",
    "dashboard.drawn.crossed",
    "dashboard.drawn.paced",
    "dashboard.drawn.flow",
    "dashboard.drawn.members",
    "dashboard.drawn.channels",
    "dashboard.frames",
    "dashboard.made",
    "dashboard.turns",
    "dashboard.pace",
    "dashboard.heard_events",
    "dashboard.present",
    "dashboard.live",
    "dashboard.begun",
    "dashboard.agreed",
    "dashboard.drawn.whole",
    "dashboard.taken",
    "dashboard.figures_page",
    "dashboard.aftermath",
    "dashboard.evidence",
    "dashboard.asked",
    "dashboard.batch",
    "dashboard.api",
    "dashboard.boundaries",
    "dashboard.alerts",
    "dashboard.coverage",
    "dashboard.mapped",
    "dashboard.wall_picture",
    "dashboard.wall",
    "dashboard.guide",
    "dashboard.imports",
    "dashboard.roster",
    "dashboard.stories",
    "dashboard.incident",
    "dashboard.workplace",
    "dashboard.texts",
    "dashboard.locking",
    "dashboard.sharing",
    "dashboard.voice",
    "dashboard.assets",
    "dashboard.photos",
    "dashboard.forgetting",
    "dashboard.stated",
    "dashboard.press",
    "dashboard.press_page",
    "dashboard.statements",
    "dashboard.docket",
    "dashboard.restricted",
    "dashboard.headers",
    "dashboard.operations",
    "dashboard.pages",
    "dashboard.account",
    "dashboard.parts",
    "dashboard.equipped",
    "intake",
    "room",
]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def found() -> Iterator[Path]:
    for folder in ("server", "ingest", "dashboard"):
        yield from sorted((ROOT / folder).rglob("*.py"))
    yield from sorted(ROOT.glob("*.py"))


ALL = list(found())
CODE = [path for path in ALL if "packs" not in path.parts]  # what builds a pack's data is not part of the line
FILES = {name_of(path): path for path in CODE if path.name != "__init__.py" or path.read_text().strip()}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in it, and everything that it imports from one."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute."
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def test_the_line_names_every_module_once_and_no_other() -> None:
    assert len(LINE) == len(set(LINE))
    assert set(LINE) == set(FILES), "Give each module its place on the line."


@pytest.mark.parametrize("name", FILES)
def test_imports_point_back_along_the_line(name: str) -> None:
    ahead = LINE[LINE.index(name) :]
    assert sorted(imports(FILES[name]) & set(ahead)) == []


@pytest.mark.parametrize("name", FILES)
def test_a_module_opens_with_one_sentence_that_says_its_job(name: str) -> None:
    says = ast.get_docstring(tree(FILES[name]))
    assert says
    first = says.split("\n\n")[0]
    assert first.endswith((".", ":", "`.", ")."))
    assert "\n" not in first
    assert len(re.findall(r"[.!?](?= [A-Z])", first)) <= 1


LONGER = {  # file -> its limit: outsiders get it alone, so all of it has to be in one
    "server.verify": 560,
    "server.check_ledger": 350,
}


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGER.get(name_of(path), 200)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= 30, node.name


@pytest.mark.parametrize("name", FILES)
def test_public_names_say_what_they_are(name: str) -> None:
    for node in tree(FILES[name]).body:
        inside = node.body if isinstance(node, ast.ClassDef) else []
        for each in [node, *inside]:
            if isinstance(each, ast.FunctionDef | ast.ClassDef) and not each.name.startswith("_"):
                assert ast.get_docstring(each), f"{name}.{each.name}"


HOMES = {  # package -> who may import it
    "redis": {"server.log", "server.reached"},
    "eventlet": {"intake", "room"},
    "flask": {"ingest.door", "ingest.swift", "ingest.front", "ingest.form", "server.guard", "room"}
    | {name for name in LINE if name.startswith(("dashboard.", "server.desk."))},
    "flask_socketio": {"room", "dashboard.live", "dashboard.present", "dashboard.heard_events"},
    "nacl": {
        "server.locking.master",
        "server.locking.ways",
        "server.sealing.keys",
        "server.sealing.vault",
        "server.sealing.stock",
        "server.seal",
        "server.resumed",
        "server.heads",
        "server.ledger",
        "server.texting.outbox",
        "ingest.gateways.telnyx",
    },
    "argon2": {"server.access", "server.people.phrases"},
    "zxcvbn": {"server.people.phrases"},
    "webauthn": {"server.people.signing"},
    "shamir_mnemonic": {"server.locking.ways"},
    "pyrage": {"server.backups.closed"},
    "honcho": {"server.running"},
    "markdown_it": {"server.press.output.marked"},
    "icu4py": {"server.press.output.breaking"},
    "fontTools": {"server.press.output.faces"},
    "segno": {"server.press.output.qr"},
    "resvg_py": {"server.press.output.raster"},
    "fpdf": {"server.press.output.sheet"},
    "docx": {"server.press.output.office"},
    "cryptography": {"ingest.envelope"},
    "PIL": {"ingest.darkroom"},
    "sklearn": {"server.model.fitting", "server.model.weigh"},
    "scipy": {"server.model.features", "server.model.teaching", "server.model.calibrate", "server.model.ablation"},
    "numpy": {
        "server.model.features",
        "server.model.trained",
        "server.model.fitting",
        "server.model.calibration",
        "server.model.reasons",
        "server.model.suspicion",
        "server.model.weigh",
        "server.model.judging",
        "server.model.teaching",
        "server.model.calibrate",
        "server.model.ablation",
        "ingest.stories_fit",
    },
    "plotly": set(),
    "tempfile": {  # none for what people sent: fonts, and a record of invented messages to measure with
        "server.press.output.printing",
        "server.press.output.faces",
        "ingest.stories",
    },
    "pickle": set(),
    "random": {
        "ingest.cast",
        "ingest.pen",
        "ingest.witnesses",
        "ingest.day",
        "ingest.callers",
        "ingest.crowd",
        "ingest.rehearse",
        "ingest.agree",
        "ingest.stories",
        "server.model.simulate",
        "ingest.invented",
        "ingest.plants",
        "ingest.alarms",
    },
}


@pytest.mark.security("S35", "no pickle")
@pytest.mark.parametrize("package", HOMES)
def test_a_package_has_one_home(package: str) -> None:
    users = {name for name, path in FILES.items() if any(each.split(".")[0] == package for each in imports(path))}
    assert users <= HOMES[package]


@cache
def calls(path: Path) -> set[str]:
    """Dotted names that a file calls or reads."""
    return {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


def test_only_settings_read_the_environment() -> None:
    readers = {name for name, path in FILES.items() if calls(path) & {"os.environ", "os.getenv", "os.environ.get"}}
    assert readers == {"server.settings", "server.running"}  # run hands it on to the processes it starts


CLOCKS = {  # who may look at the wall clock, and why
    "dashboard.live": "the one clock of the room's process, handed to whoever needs one",
    "intake": "the one clock of the door's process, handed in",
    "server.run": "hands a clock to the accounts and to whoever locks the room",
    "server.running": "stamps its own lines",
    "server.backups.console": "hands a clock to backups: what goes at its hour in the drawer",
    "server.locking.console": "when the room was locked and unlocked",
    "ingest.readmit": "the hour before anything was read; then each message has its own",
    "server.report": "what hour the report is of",
    "server.__main__": "hands a clock to the accounts, which it does not let in",
    "server.ledger": "says when a head was signed",
    "server.courier": "the one clock of the courier's process, handed in",
    "server.lookout": "the one clock of the lookout's process, handed in",
    "server.learner": "the one clock of the learner's process, handed in",
    "server.reader": "the one clock of the reader's process: how long a part has waited",
    "server.vitals.warden": "the one clock of the warden's process, handed in",
    "ingest.gammu_folder": "the one clock of the forwarder, handed in",
    "ingest.fetch": "the one clock of the fetcher, with which it signs",
    "ingest.rehearse": "the one clock of the rehearsal, handed in",
    "ingest.carry": "signs its calls, and knows what cannot have been sent yet",
    "ingest.replay": "the hour of messages that have none; hands a clock to the accounts",
}


@pytest.mark.survival("R35", "clocks that only run")
def test_time_is_handed_in() -> None:
    asks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.localtime"}
    assert {name for name, path in FILES.items() if calls(path) & asks} == set(CLOCKS)


@pytest.mark.security("S35", "no eval and no shell")
@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_runs_what_was_sent(path: Path) -> None:
    called = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    named = {node.id for node in called if isinstance(node, ast.Name)}
    assert not named & {"eval", "exec", "compile", "__import__"}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword):
            assert node.arg != "shell"


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_names_of_modules_say_what_is_in_them(path: Path) -> None:
    assert not {"utils", "util", "common", "helpers", "helper", "core", "manager", "service", "misc"} & set(path.parts)
    assert path.stem not in {"utils", "util", "common", "helpers", "helper", "core", "manager", "service", "misc"}


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_nothing_is_left_to_do_later(path: Path) -> None:
    with path.open("rb") as file:
        comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    assert not [comment for comment in comments if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment)]


def test_every_process_of_the_procfile_exists() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert list(lines) == [
        *("redis", "keeper", "intake", "sealed", "shut", "readmit", "fetch", "reader", "learner", "courier"),
        *("lookout", "warden", "room", "ledger"),
    ]
    for command in lines.values():
        python, *words = command.split()
        assert python == "python"
        name = words[1] if words[0] == "-m" else words[0].removesuffix(".py")
        assert name in FILES
        assert '__name__ == "__main__"' in FILES[name].read_text()


def test_every_command_of_the_makefile_exists() -> None:
    for name in re.findall(r"python -m (server[\w.]*|ingest[\w.]*)", (ROOT / "Makefile").read_text()):
        assert name in FILES or f"{name}.__main__" in FILES, name


def code_of(path: Path) -> str:
    """A file without what it explains: docstrings and comments."""
    if path.suffix != ".py":
        return re.sub(r"(?m)(^|\s)//.*$|/\*.*?\*/|{#.*?#}", "", path.read_text())
    parsed = tree(path)
    for node in ast.walk(parsed):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body[0] = ast.Pass()
    return ast.unparse(parsed)


def test_the_country_is_only_in_the_pack(pack: Pack) -> None:
    """No name of a province, in any language or spelling, stands in code; an explanation may have an example."""
    provinces = [place for place in pack.places.values() if place.level == "province"]
    names = {name for place in provinces for name in (*place.name.values(), *place.also) if len(name) > 3}
    names |= {pack.name, "Cambodia", "កម្ពុជា", *(str(title) for title in pack.title.values())}
    allowed = {("server.settings", pack.name)}  # the pack that is used when none is named
    word = re.compile(
        r"(?<!\w)(" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + r")(?!\w)"
    )
    scripts = [*(ROOT / "dashboard" / "static").glob("*.js"), *(ROOT / "ingest" / "static").glob("*.js")]
    templates = [*(ROOT / "dashboard" / "templates").glob("*"), *(ROOT / "ingest" / "templates").glob("*")]
    hits = {(name_of(path), hit) for path in [*CODE, *scripts, *templates] for hit in word.findall(code_of(path))}
    assert hits - allowed == set()


SCRIPTS = sorted([*(ROOT / "dashboard" / "static").glob("*.js"), *(ROOT / "ingest" / "static").glob("*.js")])
NEVER = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|Fragment\(|srcdoc"


@pytest.mark.security("S16", "scripts of ours")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_strangers_words_stay_text_and_nothing_is_asked_of_another_host(path: Path) -> None:
    script = path.read_text().replace('"http://www.w3.org/2000/svg"', '"the name of SVG"')
    assert re.findall(NEVER, script) == []
    assert re.findall(r"https?://|[\"'`]//|wss?://", script) == []
    assert len(script.splitlines()) <= 200


@pytest.mark.security("S16", "own host only")
@pytest.mark.security("S51", "own host only")
@pytest.mark.parametrize("folder", ["dashboard", "ingest", "server"])
def test_pages_take_everything_from_our_own_host(folder: str) -> None:
    for path in [*(ROOT / folder / "templates").glob("*"), *(ROOT / folder / "static").glob("*.css")]:
        text = path.read_text()
        assert re.findall(r"https?://|[\"'(]//", text) == [], path.name
        assert re.findall(r"\|\s*safe\b|autoescape|\bon\w+=\"|<script(?![^>]*\bsrc=)|javascript:", text) == [], (
            path.name
        )


@pytest.mark.parametrize("folder", ["dashboard", "ingest", "server"])
def test_every_language_has_the_same_words_with_the_same_places_to_fill(folder: str) -> None:
    tables = {path.stem: json.loads(path.read_text()) for path in (ROOT / folder / "words").glob("*.json")}
    assert len(tables) >= 2
    first, *others = tables.values()
    for other in others:
        assert set(other) - {"_note"} == set(first) - {"_note"}
        for key in set(first) - {"_note"}:
            assert sorted(re.findall(r"{\w*}", str(first[key]))) == sorted(re.findall(r"{\w*}", str(other[key]))), key


def test_every_text_that_a_page_asks_for_is_there() -> None:
    words = json.loads((ROOT / "dashboard" / "words" / "en.json").read_text())
    for path in (ROOT / "dashboard" / "templates").glob("*.html"):
        for key in re.findall(r"\bt\('([^']+)'\s*[,)]", path.read_text()):
            assert key in words, f"{path.name}: {key}"
    for path in (ROOT / "dashboard" / "static").glob("*.js"):
        for key in re.findall(r"\bt\(\"([^\"]+)\"\s*[,)]", path.read_text()):
            assert key in words, f"{path.name}: {key}"
