"""Checks a statement against the record that it was counted from: one file, standard library only, to be mailed.

    python3 verify.py statement.json facts.jsonl [PUBLIC KEY]

The record has a line for each fact, in order: the hash of its leaf, or the leaf itself with some of its fields shown.
All leaves together have the root that was signed (RFC 6962, Ed25519), so no fact can have been changed, left out or
added since; the first line is signed with the hash of all others, so nothing else can have been shown, hidden or set
aside. What is shown is counted again, figure by figure. It answers 0 when all agree, 1 when anything does not, 3 when
all agree and the statement was withdrawn or corrected since. `aside` names cases that the room did not count at a
moment though a verdict is shown: they were restricted, joined elsewhere or from a blocked source then, or something
that was said of them since had made the verdict void.
"""

import base64
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, NamedTuple

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Row = dict[str, Any]
Point = tuple[int, int, int, int]
FORMAT = "situation-room-record-1"
DECIDED = ("verified", "corroborated", "unconfirmed", "false")
SEALED = ("head", "public_key", "signature")  # what stands in statement.json beside the document itself
HEAD = ("at", "root", "signature", "size")  # what a signed head says
NUMBER, THOUSANDS = re.compile(r"\d+(?:[.,:/-]\d+)*"), re.compile(r"[.,](?=\d{3}(?!\d))")
OWN = {
    "body.verdict": "is.status",
    "body.category": "is.category",
    "body.sub": "is.sub",
    "body.severity": "is.severity",
}


class Fault(Exception):
    """Something is not as it was signed; the text names the place."""


class Fact(NamedTuple):
    """A fact as far as it is shown: its number, from 1, and its fields."""

    number: int
    fields: Row


class Record(NamedTuple):
    """A record that was read: its head, the cases set aside at each number of facts, what it shows, and the root over
    the first `n` facts for each `n` that was asked for."""

    head: Row
    key: str
    aside: Mapping[int, frozenset[str]]
    facts: list[Fact]
    roots: Mapping[int, str]


def canonical(value: Any) -> str:
    """JSON that has one way to be written."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """SHA-256 of its canonical JSON."""
    return sha256(canonical(value).encode()).hexdigest()


def _add(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b, c, d = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while n:
        found = _add(found, point) if n & 1 else found
        point, n = _add(point, point), n >> 1
    return found


def _point(raw: bytes) -> Point:
    """RFC 8032, 5.1.3. Raises ValueError."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if y >= P or x * x % P != square or (sign and not x):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the key's Ed25519 signature (RFC 8032, 5.1.7); no key or signature of small order is."""
    try:
        a, r, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    small = any(x % P == 0 and (y - z) % P == 0 for x, y, z, _ in (_times(8, a), _times(8, r)))
    if len(key) != 32 or len(signature) != 64 or s >= ORDER or small:
        return False
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % ORDER
    x, y, z, _ = _add(_times(s, BASE), _times(ORDER - k, a) if k else (0, 1, 1, 0))
    return (x - r[0] * z) % P == 0 and (y - r[1] * z) % P == 0


class Tree:
    """The root of a growing list of hashed leaves (RFC 6962, 2.1)."""

    def __init__(self) -> None:
        self.size, self._peaks = 0, list[tuple[int, bytes]]()

    def add(self, hashed: bytes) -> None:
        """Append a leaf's hash."""
        self.size, count = self.size + 1, 1
        while self._peaks and self._peaks[-1][0] == count:
            count, hashed = 2 * count, sha256(b"\1" + self._peaks.pop()[1] + hashed).digest()
        self._peaks.append((count, hashed))

    def root(self) -> str:
        """The hash over all leaves."""
        root = self._peaks[-1][1] if self._peaks else sha256(b"").digest()
        for _, left in reversed(self._peaks[:-1]):
            root = sha256(b"\1" + left + root).digest()
        return root.hex()


def mark(number: int, said: str) -> str:
    """A few digits at each line by which the line itself is named when it was altered; they prove nothing."""
    return sha256(f"{number}:{said}".encode()).hexdigest()[:8]


def read(lines: Iterable[str], sizes: Iterable[int] = ()) -> Record:
    """A record, each line held against itself and all of them against the signed head. Raises Fault."""
    tree, facts, wanted, told = Tree(), list[Fact](), {*sizes}, sha256()
    numbered = enumerate(lines, 1)
    header, roots = _header(*next(numbered, (1, ""))), {0: tree.root()}
    for number, line in numbered:
        said = _parsed(number, line)
        try:
            hashed, fields = _leaf(tree.size + 1, said)
        except (ValueError, LookupError, TypeError, AttributeError) as fault:
            raise Fault(f"facts.jsonl, line {number}: this line was altered.") from fault
        tree.add(hashed)
        told.update(line.encode())
        roots |= {tree.size: tree.root()} if tree.size in wanted else {}
        if fields:
            facts.append(Fact(tree.size, fields))
    if tree.size != header["head"]["size"]:
        signed_ = header["head"]["size"]
        raise Fault(f"facts.jsonl: it has {tree.size} facts, and {signed_} were signed: some are missing or added.")
    if tree.root() != header["head"]["root"]:
        raise Fault(f"facts.jsonl: a fact among its {tree.size} is not the one that was signed.")
    if told.hexdigest() != header["lines"]:
        raise Fault("facts.jsonl: this is not the record as it was published: something else is shown, or hidden.")
    aside = {int(at): frozenset(cases) for at, cases in header["aside"].items()}
    return Record(header["head"], header["key"], aside, facts, roots)


def _header(number: int, line: str) -> Row:
    """The first line, which says of all others what they are; signed. Raises Fault."""
    said = _parsed(number, line)
    whole = isinstance(said, dict) and said.get("format") == FORMAT and {"key", "head", "lines", "aside"} <= {*said}
    if not whole or said.get("mark") != mark(0, canonical(_without(said, "mark"))):
        raise Fault("facts.jsonl, line 1: this line was altered, or this is no record.")
    check_signature(said["key"], _without(said, "mark"), "facts.jsonl, line 1: this is not the record as published")
    check_signature(said["key"], said["head"], "facts.jsonl, head")
    return dict(said)


def _parsed(number: int, line: str) -> Any:
    """A line that is written in the one way. Raises Fault."""
    try:
        line.encode()
        said = json.loads(line)
        if canonical(said) + "\n" == line:
            return said
    except ValueError:
        pass
    raise Fault(f"facts.jsonl, line {number}: this line was altered, or its end is missing.")


def _leaf(number: int, said: Any) -> tuple[bytes, Row]:
    """A line's leaf, hashed, and what it shows. Raises Fault, ValueError, LookupError, TypeError, AttributeError."""
    if isinstance(said, list):
        hashed, marked, fields = bytes.fromhex(said[0]), said[1], {}
        right = len(said) == 2 and hashed.hex() == said[0]
    else:
        hashed = sha256(b"\0" + canonical(said["leaf"]).encode()).digest()
        marked, fields = said["mark"], {name: value for name, (_, value) in said["show"].items()}
        right = set(said) == {"leaf", "mark", "show"}
        for name, (salt, value) in said["show"].items():
            named = sha256(bytes.fromhex(salt) + name.encode() + b"\0" + canonical(value).encode()).hexdigest()
            if named != said["leaf"][name] or bytes.fromhex(salt).hex() != salt:
                raise Fault(f"facts.jsonl, line {number + 1}: {name} was altered, or its salt.")
    if not right or len(hashed) != 32 or marked != mark(number, hashed.hex()):
        raise Fault(
            f"facts.jsonl, line {number + 1}: this line was altered, or lines before it were added or taken out."
        )
    return hashed, fields


def _without(said: Row, *names: str) -> Row:
    return {name: value for name, value in said.items() if name not in names}


def check_signature(key: str, said: Row, what: str) -> None:
    """Raises Fault unless this carries the key's signature over all the rest of it."""
    try:
        raw = base64.b64decode(said["signature"], validate=True)
        right = base64.b64encode(raw).decode() == said["signature"] and bytes.fromhex(key).hex() == key
        right = right and signed(bytes.fromhex(key), canonical(_without(said, "signature")).encode(), raw)
    except (ValueError, LookupError, TypeError):
        right = False
    if not right:
        raise Fault(f"{what}: the signature is not that of key {key} over this.")


class Fold:
    """What the facts shown so far say of each case: its newest state, and which stands in another."""

    def __init__(self) -> None:
        self.cases: dict[str, Row] = {}
        self._into: dict[str, tuple[str, str]] = {}

    def take(self, fact: Fact) -> None:
        """The next fact. Raises Fault where it contradicts what is stated beside it."""
        shown = fact.fields
        case, other, wire = shown.get("case", ""), shown.get("other", ""), shown.get("wire", "")
        if "is.status" in shown:
            self.cases[case] = {name[3:]: value for name, value in shown.items() if name[:3] == "is."}
            for own, now in OWN.items():
                if own in shown and str(shown[own]) != shown.get(now, ""):
                    raise Fault(f"facts.jsonl, fact {fact.number}: {own} is not what is stated beside it.")
        if wire == "incident.joined" and other not in self._into:
            self._into[other] = (case, shown.get("body.how", ""))
        elif wire == "incident.parted":
            self._into.pop(other, None)
        elif wire == "incident.dismissed":
            freed = [each for each, (into, how) in self._into.items() if into == case and how != "same message"]
            for each in freed:
                del self._into[each]

    def stands(self, case: str) -> bool:
        """Whether it stands for itself."""
        return case not in self._into

    def decided(self) -> set[str]:
        """The cases with a verdict that stand for themselves."""
        return {case for case, state in self.cases.items() if state["status"] in DECIDED and self.stands(case)}


HEARD = "stations heard"  # the question whose answer is the denominator of most others
UNBOUND = "the record does not hold it as it was frozen"


class Counted(NamedTuple):
    """A figure: its question, what was published, what was counted again from the record (None: it does not show
    enough, and the figure was only held against what was frozen), what is wrong ("": nothing), and how many cases that
    fulfil its conditions were set aside."""

    token: str
    published: int
    counted: int | None
    wrong: str
    aside: int = 0


def conditions(token: str) -> tuple[str, str, dict[str, str]]:
    """A question's name, what of it, and its conditions."""
    name, *parts = token.split(" ")
    what = parts.pop(0) if parts and "=" not in parts[0] else ""
    return name, what, dict(part.split("=", 1) for part in parts)


def matching(fold: Fold, aside: frozenset[str], given: Mapping[str, str], rehearsal: bool) -> set[str]:
    """The cases that fulfil every condition of a token."""

    def fits(state: Row) -> bool:
        plain = all(
            state.get(key, "") == given[key] for key in ("category", "sub", "province", "basis") if key in given
        )
        wanted, hour, severity = given.get("severity", ""), state.get("hour", ""), state.get("severity", "")
        grave = severity >= wanted[0] if wanted[1:] else wanted in ("", severity)
        within = given.get("from", "") <= hour < given.get("until", "~~") and (hour != "" or "until" not in given)
        told = state["status"] == given.get("status") and state["rehearsal"] == ("yes" if rehearsal else "no")
        return plain and grave and within and told

    return {case for case in fold.decided() - aside if fits(fold.cases[case])}


def recount(figure: Row, fold: Fold, aside: frozenset[str], rehearsal: bool) -> Counted:
    """One figure, counted again from what the record shows up to its place."""
    name, what, given = conditions(figure["token"])
    cases, stations, value = set(figure.get("cases", ())), figure.get("stations", ()), figure["value"]
    row = Counted(figure["token"], value, None, "")
    kind = what if name == "word" else name
    if digest({"cases": sorted(cases), "stations": sorted(stations)}) != figure["hash"]:
        return row._replace(wrong="what it counts does not have the hash that was frozen")
    if kind in ("count", "share", "list") and given.get("status") in DECIDED:
        found, items = matching(fold, aside, given, rehearsal), None
        if kind == "list":
            found, items = _top(found, fold, given)
        wrong = _apart(cases, found, share=kind == "share")
        if items is not None and items != [(item["name"], item["value"]) for item in figure["items"]]:
            wrong = wrong or "its lines are not those that the record has"
        if kind != "share":
            return row._replace(counted=len(found), wrong=wrong or ("" if value == len(found) else "another number"))
        row = row._replace(wrong=wrong or ("" if len(set(stations)) <= len(cases) else "more stations than incidents"))
    if (
        stations
        or kind == "share"
        or (name, what) in (("stations", "heard"), ("positive", "calm"), ("positive", "came"))
    ):
        return row._replace(wrong=row.wrong or ("" if len(set(stations)) == value else "another number of stations"))
    return row


def _set_aside(figure: Row, fold: Fold, aside: frozenset[str], rehearsal: bool) -> int:
    """How many cases a figure would count besides, if none had been set aside."""
    given = conditions(figure["token"])[2]
    return len(matching(fold, frozenset(), given, rehearsal) & aside) if given.get("status") in DECIDED else 0


def _apart(cases: set[str], found: set[str], *, share: bool) -> str:
    if extra := sorted(cases - found):
        return f"it counts case {extra[0]}, which the record does not show as such"
    if missing := sorted(found - cases):
        return "" if share else f"it leaves out case {missing[0]}, which the record has"
    return ""


def _top(found: set[str], fold: Fold, given: Mapping[str, str]) -> tuple[set[str], list[tuple[str, int]]]:
    named = {case: fold.cases[case].get(given["by"], "") for case in found}
    counted = sorted(Counter(name for name in named.values() if name).items(), key=lambda each: (-each[1], each[0]))
    items = counted[: int(given["top"])]
    return {case for case, name in named.items() if name in dict(items)}, items


def recounted(document: Row, facts: list[Fact], aside: Mapping[int, frozenset[str]]) -> list[Counted]:
    """Every figure of a document against what the record shows up to its place. Raises Fault."""
    fold, rows, taken = Fold(), list[Counted](), 0
    ends = {figure["facts"] for figure in document["figures"]} | {*aside}
    for end, figure in sorted(_at(document, ends), key=lambda each: each[0]):
        while taken < len(facts) and facts[taken].number <= end:
            fold.take(facts[taken])
            taken += 1
        if odd := sorted(aside.get(end, frozenset()) - fold.decided()):
            raise Fault(f"facts.jsonl, line 1: case {odd[0]} is set aside at fact {end}, and has no verdict there.")
        if figure is None:
            continue
        there = (figure, fold, aside.get(end, frozenset()), document["rehearsal"])
        row = recount(*there)._replace(aside=_set_aside(*there))
        heard = [one["value"] for one in document["figures"] if one["token"] == HEARD]
        whole = figure.get("of_unit") == "stations_heard" and "province" not in conditions(figure["token"])[2]
        if not row.wrong and whole and heard and figure["of"] not in heard:
            row = row._replace(wrong="its denominator is not the number of stations heard from")
        rows.append(row if row.wrong or _is_frozen(figure, facts) else row._replace(wrong=UNBOUND))
    return rows


def _at(document: Row, ends: Iterable[int]) -> list[tuple[int, Row | None]]:
    """Each number of facts that something was counted at, with each figure of it."""
    return [(end, None) for end in ends] + [(figure["facts"], figure) for figure in document["figures"]]


def _is_frozen(figure: Row, facts: list[Fact]) -> bool:
    """Whether the record holds this figure as it was frozen, behind all that it counts."""
    for number, fields in facts:
        own = (fields.get("body.token"), fields.get("body.facts"), fields.get("body.hash"))
        if number > figure["facts"] and own == (figure["token"], figure["facts"], figure["hash"]):
            kept = json.loads(fields["body.figure"])
            if all(kept[name] == figure[name] for name in kept if name in figure):
                return True
    return False


def differs(one: Any, other: Any, path: str = "") -> str:
    """Where two values first differ, as a path with the place in a text; "" when they do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted({*one, *other})
        return next(
            (found for name in names if (found := differs(one.get(name), other.get(name), f"{path}.{name}"))), ""
        )
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((found for at, pair in pairs if (found := differs(*pair, f"{path}[{at}]"))), "")
    if isinstance(one, str) and isinstance(other, str) and one != other:
        at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
        return f"{path.lstrip('.')}, character {at + 1}"
    return "" if type(one) is type(other) and one == other else path.lstrip(".") or "all of it"


def check_document(said: Row, record: Record) -> Fact:
    """Its release. Raises Fault unless the record holds this very document, signed by those whom it names."""
    document = _without(said, *SEALED)
    wire = "statement.rehearsed" if document.get("rehearsal") else "statement.released"
    held = [fact for fact in record.facts if fact.fields.get("wire") == wire]
    own = [fact for fact in held if json.loads(fact.fields["body.document"]) == document]
    if not own:
        same = [fact for fact in held if fact.fields["body.number"] == document.get("number")]
        if not same:
            check_signature(said["public_key"], said, "statement.json")
            raise Fault(f"facts.jsonl: it shows no release of statement {document.get('number')}.")
        place = differs(document, json.loads(same[0].fields["body.document"]))
        raise Fault(f"statement.json: {place} is not as it was released (fact {same[0].number}).")
    given = signatures(own[0], record.facts)
    for organisation in (one["organisation"] for one in document["signed"]):
        if given.get(organisation) != document["hash"]:
            raise Fault(f"statement.json: the record holds no signature of {organisation} for these texts and figures.")
    return own[0]


def signatures(release: Fact, facts: list[Fact]) -> dict[str, str]:
    """Organisation -> the hash of text and figures that it had signed when they were released; "" when it took its
    signature back."""
    found = {}
    for number, fields in facts:
        signs = fields.get("wire") in ("statement.signed", "statement.unsigned")
        if signs and number < release.number and fields["statement"] == release.fields["statement"]:
            found[fields["body.organisation"]] = fields.get("body.hash", "")
    return found


def fates(release: Fact, facts: list[Fact]) -> list[str]:
    """What became of a released statement since: that it was withdrawn, and by which it was corrected."""
    gone = {fact.fields["statement"]: fact for fact in facts if fact.fields.get("wire") == "statement.withdrawn"}
    found, own = list[str](), gone.get(release.fields["statement"])
    if own:
        found.append(f"WITHDRAWN (fact {own.number}): {own.fields['body.reason']}")
    for number, fields in facts:
        stands = fields.get("wire") == release.fields["wire"] and fields["statement"] not in gone
        if stands and json.loads(fields["body.document"])["corrects"] == release.fields["body.number"]:
            found.append(f"CORRECTED by statement {fields['body.number']} (fact {number}).")
    return found


class Checked(NamedTuple):
    """A statement.json that was held against a record: what it says, its figures, and what became of it since."""

    said: Row
    rows: list[Counted]
    fates: list[str]


def check(statement: str, lines: Iterable[str], key: str = "") -> Checked:
    """A statement.json with all its figures counted again. Raises Fault where a file was altered, naming the place."""
    try:
        return _check(statement, lines, key)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise Fault(f"One of the files is not shaped like a statement or a record: {fault!r}") from fault


def _check(statement: str, lines: Iterable[str], key: str) -> Checked:
    said = _statement(statement)
    record = read(lines, [said["head"]["size"]])
    release = check_document(said, record)
    if key not in ("", said["public_key"]) or record.key != said["public_key"]:
        raise Fault("statement.json: the public key is not the one that was given, or not that of the record.")
    for head, what in ((said["head"], "statement.json, head"), (record.head, "facts.jsonl, head")):
        check_signature(said["public_key"], head, what)
        if record.roots.get(head["size"], record.head["root"]) != head["root"]:
            raise Fault(f"{what}: it is not over the first {head['size']} facts of this record.")
    check_signature(said["public_key"], said, "statement.json")
    return Checked(said, recounted(_without(said, *SEALED), record.facts, record.aside), fates(release, record.facts))


def _statement(text: str) -> Row:
    try:
        text.encode()
        said = json.loads(text)
    except ValueError as fault:
        at = getattr(fault, "pos", getattr(fault, "start", 0))
        raise Fault(f"statement.json, character {at + 1}: this cannot be read.") from fault
    if isinstance(said, dict) and "figures" in said and "head" not in said:
        raise Fault("statement.json: this has no proof with it; the file that has is called statement-N.proof.json.")
    if not isinstance(said, dict) or not isinstance(said.get("head"), dict):
        raise Fault("statement.json: this is no statement.")
    lacks = [name for name in SEALED if name not in said] + [name for name in HEAD if name not in said["head"]]
    if lacks:
        raise Fault(f"statement.json: its proof has no {', '.join(lacks)}.")
    if place := differs(text, canonical(said) + "\n"):
        raise Fault(f"statement.json{place}: it is not written as it was released.")
    return said


def main(words: list[str]) -> int:
    """Print every figure as published and as counted again: 0 when all agree, 3 when it is not in force any more."""
    if len(words) not in (2, 3):
        print(__doc__)
        return 2
    try:
        statement = Path(words[0]).read_bytes().decode(errors="surrogateescape")
        with Path(words[1]).open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            checked = check(statement, lines, *words[2:])
    except Fault as fault:
        print(_plain(str(fault)))
        return 1
    for line in told(checked):
        print(_plain(line))
    return 1 if any(row.wrong for row in checked.rows) else 3 if checked.fates else 0


def typed(said: Row) -> list[str]:
    """The numbers in a statement's texts that are none of its figures: dates, hours, and what nobody counts again."""
    known = {str(each) for figure in said["figures"] for each in (figure["value"], figure["of"])}
    known |= {str(item["value"]) for figure in said["figures"] for item in figure["items"]}
    found = dict[str, None]()
    for text in said["texts"].values():
        for number in NUMBER.findall(f"{text['title']}\n{text['markdown']}"):
            latin = re.sub(r"\d", lambda digit: str(int(digit[0])), number)
            found |= {} if THOUSANDS.sub("", latin) in known else {latin: None}
    return [*found]


def _plain(line: str) -> str:
    """Without characters by which a forger could write over other lines."""
    return "".join(char if char.isprintable() else "?" for char in line)


def told(checked: Checked) -> Iterator[str]:
    """What is to be known of a statement that was checked, in lines."""
    said, rows, gone = checked
    for row in rows:
        counted = "as frozen" if row.counted is None else row.counted
        beside = f" ({row.aside} set aside)" if row.aside else ""
        yield f"{row.token:60} {row.published:>10} {counted:>18}  {row.wrong or 'ok'}{beside}"
    wrong = [row.token for row in rows if row.wrong]
    again = sum(row.counted is not None for row in rows)
    if said["rehearsal"]:
        yield "EXERCISE: this statement is of a rehearsal. Nothing in it happened."
    if wrong:
        yield f"{len(wrong)} of {len(rows)} figures do not hold: {', '.join(wrong)}"
    else:
        yield f"All {len(rows)} figures hold: {again} counted again from the record, {len(rows) - again} as frozen."
    if others := typed(said):
        yield f"Numbers in its text that are no figure, and that nobody counted: {' '.join(others)}"
    code = digest(_without(said, *SEALED))[:16].upper()
    yield f"Check code, as on its printed pages: {'-'.join(code[at : at + 4] for at in range(0, 16, 4))}"
    yield f"Signed by {'; '.join(one['organisation'] for one in said['signed'])}."
    yield f"Signed with key {said['public_key']}: compare it with the one that the room published."
    yield from gone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
