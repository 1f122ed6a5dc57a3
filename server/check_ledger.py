"""Checks the whole private ledger and names what was done to it: one file, standard library only, no other program.

    python3 -I -S check_ledger.py FOLDER [--key PUBLIC_KEY] [SHORT ...]
    python3 -I -S check_ledger.py --proof FILE [--key PUBLIC_KEY]

FOLDER is `ledger` of a room, or a copy. Its facts are hashed again and held against the leaves that were kept (RFC
6962), those against every signed head (Ed25519), and the heads against each SHORT that left the house: the 16 letters
that were sent or printed, best with the number before them. FILE is what `python -m server heads proof` printed: that
a later head holds all that an earlier one held. It answers 0 when all is as it was signed, else 1.
"""

import base64
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import SequenceMatcher
from hashlib import blake2b, sha256, sha512
from pathlib import Path
from typing import Any

LATE = 600  # seconds: a room signs each minute, so what no head is over yet is of fewer
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
Row = dict[str, Any]
Point = tuple[int, int, int, int]


class Fault(Exception):
    """Something is not as it was signed; the text names the place."""


def canonical(value: Any) -> str:
    """JSON that has one way to be written."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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


def head_of(line: bytes, key: bytes, named: str) -> Row:
    """A head, to the byte as this key signed it. Raises Fault, which begins as `named`."""
    try:
        head: Row = json.loads(line)
        said = canonical({name: value for name, value in head.items() if name != "signature"})
        right = signed(key, said.encode(), base64.b64decode(head["signature"], validate=True))
        kept = canonical(head).encode() == line and head["size"] > 0 and len(bytes.fromhex(head["root"])) == 32
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise Fault(f"{named}: this is no signed head.") from fault
    if not (right and kept):
        raise Fault(f"{named}: this head was changed, or another key signed it.")
    return head


def short(head: Row) -> str:
    """The 16 letters by which a head is told outside: A to Z and 2 to 7, 80 bits over its size and root."""
    return base64.b32encode(sha256(f"{head['size']}:{head['root']}".encode()).digest()[:10]).decode()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def roots(leaves: list[bytes], sizes: set[int]) -> dict[int, str]:
    """The root over the first n hashed leaves, for each n of `sizes` that there are so many of (RFC 6962, 2.1)."""
    peaks, found = list[tuple[int, bytes]](), dict[int, str]()
    for number, leaf in enumerate(leaves, 1):
        count = 1
        while peaks and peaks[-1][0] == count:
            count, leaf = 2 * count, _node(peaks.pop()[1], leaf)
        peaks.append((count, leaf))
        if number in sizes:
            root = leaf
            for _, left in reversed(peaks[:-1]):
                root = _node(left, root)
            found[number] = root.hex()
    return found


def consistent(first: Row, second: Row, path: list[bytes]) -> bool:
    """Whether the second head holds all that the first held, in order (RFC 9162, 2.1.4.2)."""
    m, n, one, two = first["size"], second["size"], bytes.fromhex(first["root"]), bytes.fromhex(second["root"])
    if not 0 < m <= n or m == n:
        return 0 < m == n and one == two and not path
    path = [one, *path] if m & (m - 1) == 0 else path
    if not path:
        return False
    m, n = m - 1, n - 1
    while m & 1:
        m, n = m >> 1, n >> 1
    old = new = path[0]
    for step in path[1:]:
        if n == 0:
            return False
        if m & 1 or m == n:
            old, new = _node(step, old), _node(step, new)
            while m and not m & 1:
                m, n = m >> 1, n >> 1
        else:
            new = _node(new, step)
        m, n = m >> 1, n >> 1
    return n == 0 and (old, new) == (one, two)


def leaf_of(line: bytes) -> bytes:
    """The hashed leaf of a ledger's line; of one that is not written as the room writes, a hash that no leaf has."""
    try:
        kept = json.loads(line)
        salt, fact = bytes.fromhex(kept["salt"]), kept["fact"]
        if canonical(kept).encode() != line or set(kept) != {"fact", "beside", "salt"} or salt.hex() != kept["salt"]:
            raise ValueError
        own = {name: value for name, value in fact.items() if name != "body"}
        every = {**own, **_members(fact["body"]), **kept["beside"]}
        leaf = canonical({name: _commitment(salt, name, value) for name, value in every.items()})
        return sha256(b"\0" + leaf.encode()).digest()
    except (ValueError, LookupError, TypeError, AttributeError):
        return sha256(b"no leaf" + line).digest()


def _members(body: str) -> Row:
    try:
        read = json.loads(body)
    except ValueError:
        return {"body": body}
    same = isinstance(read, dict) and canonical(read) == body
    return {f"body.{name}": value for name, value in read.items()} if same else {"body": body}


def _commitment(salt: bytes, name: str, value: Any) -> str:
    own = blake2b(name.encode(), key=salt, digest_size=16).digest()
    return sha256(own + name.encode() + b"\0" + canonical(value).encode()).hexdigest()


def differences(kept: list[bytes], found: list[bytes]) -> Iterator[str]:
    """What was done to the facts since their leaves were kept, a sentence for each. Facts behind those are not judged:
    nobody signed them yet."""
    blocks = [each for each in SequenceMatcher(None, kept, found, autojunk=False).get_opcodes() if each[0] != "equal"]
    gone = {kept[at] for _, start, end, _, _ in blocks for at in range(start, end)}
    came = {found[at]: at for _, _, _, start, end in blocks for at in range(start, end)}
    for _, i, i_end, j, j_end in blocks:
        pairs = [(a, b) for a, b in zip(range(i, i_end), range(j, j_end), strict=False)]
        changed = {a: b for a, b in pairs if kept[a] not in came and found[b] not in gone}
        for at in (at for at in range(i, i_end) if kept[at] in came):
            yield f"Fact {at + 1} was moved: it stands in line {came[kept[at]] + 1}."
        yield from (f"Fact {at + 1} was changed." for at in changed)
        lost = [at for at in range(i, i_end) if kept[at] not in came and at not in changed]
        if lost and i_end == len(kept) and j_end == len(found):
            yield f"The end was cut off: {len(lost)} facts, from fact {lost[0] + 1} on."
        else:
            yield from (f"Fact {at + 1} was deleted." for at in lost)
        more = [at for at in range(j, j_end) if found[at] not in gone and at not in changed.values()]
        if i_end < len(kept):
            yield from (f"Line {at + 1} was inserted: it was never signed." for at in more)


def signs(lines: list[bytes]) -> Iterator[str]:
    """What the facts themselves tell, where the kept leaves were changed with them: ids go up, and each subject's
    facts are counted."""
    before, counts = [0, 0], Counter[str]()
    for number, line in enumerate(lines, 1):
        try:
            fact = json.loads(line)["fact"]
            at, version = [*map(int, fact["id"].split("-"))], int(fact["version"])
        except (ValueError, LookupError, TypeError, AttributeError):
            yield f"Line {number} is no fact: it was changed."
            continue
        if at <= before:
            yield f"Line {number} does not come behind the one before it: it was moved or inserted."
        if version > counts[fact["about"]] + 1:
            yield f"Before line {number} a fact of the same subject was deleted or moved."
        before, counts[fact["about"]] = at, max(version, counts[fact["about"]])


def told_outside(said: str, leaves: list[bytes]) -> str:
    """What is wrong with a ledger of these leaves, by one form that left the house; "" when nothing is."""
    groups = said.upper().replace(" ", "-").split("-")
    size = int(groups.pop(0)) if len("".join(groups)) > 16 and groups[0].isdigit() else 0
    form = "".join(groups)
    if len(form) != 16:
        raise Fault(f"{said}: a short form has 16 letters, and may have a number before them.")
    if size > len(leaves):
        return f"It was set back: {said} was over {size} facts, and this ledger ends after {len(leaves)}."
    found = roots(leaves, {size} if size else {*range(1, len(leaves) + 1)})
    if any(short({"size": at, "root": root}) == form for at, root in found.items()):
        return ""
    return f"It was replaced{'' if size else ', or set back'}: no state of this ledger has the short form {said}."


def check(folder: Path, given: str, outside: list[str]) -> tuple[list[str], list[str]]:
    """What was done to a ledger, and what is to be said besides. Raises Fault where its files are none."""
    key, heads = _heads(folder, given)
    # a room that runs writes the three in the other order
    kept = [bytes.fromhex(line.decode("ascii", "replace")) for line in _lines(folder / "leaves.txt") if _is_hash(line)]
    lines = _lines(folder / "private-facts.jsonl")
    found, size = [leaf_of(line) for line in lines], heads[-1]["size"] if heads else 0
    over = {head["size"]: head["root"] for head in heads}
    right = [roots(leaves, {*over}) == over for leaves in (kept, found)]
    wrong = list[str]()
    if right[0]:
        wrong = [] if found[: len(kept)] == kept else [*differences(kept, found)]
    elif not right[1]:
        wrong = [_between(heads, found), *signs(lines), "The kept leaves were changed, too."]
    else:
        wrong = ["The kept leaves were changed; the facts are as they were signed."]
    wrong += unsigned(lines, size)
    wrong += filter(None, (told_outside(each, found) for each in outside))
    beside = [f"{len(lines)} facts, {len(heads)} signed heads, key {key}: compare it with the one that was published."]
    beside += [
        f"The last head is of {datetime.fromtimestamp(head['at'], UTC):%Y-%m-%d %H:%M} UTC." for head in heads[-1:]
    ]
    beside += [f"{len(lines) - size} facts behind the last head are not signed yet."] if len(lines) > size else []
    return wrong, beside + ([] if outside else ["An older copy looks the same: give a short form that left the house."])


def unsigned(lines: list[bytes], size: int) -> Iterator[str]:
    """What is wrong with facts that no head is over: so many, or of so long, are none that wait for the next one."""
    if lines and not size:
        yield "No signed head is here: whatever was done to these facts, nobody could tell."
        return
    times = [_time(line) for line in lines[size:]]
    if times and max(times) - min(times) > LATE:
        minutes = (max(times) - min(times)) // 60
        named = f"No head is over the last {len(times)} facts, of {minutes} minutes: heads were taken away"
        yield f"{named}, unless the ledger was catching up just now: look again in some minutes."


def _time(line: bytes) -> int:
    try:
        return int(json.loads(line)["fact"]["id"].partition("-")[0]) // 1000
    except (ValueError, LookupError, TypeError, AttributeError):
        return 0  # no fact: it was changed


def _heads(folder: Path, given: str) -> tuple[str, list[Row]]:
    """The public key, and all heads in order. Raises Fault."""
    key = (folder / "public_key").read_text().strip()
    if given not in ("", key):
        raise Fault(f"public_key: the ledger was replaced: its key is {key}, and not the one that was given.")
    if (folder / "format").read_text() != "2\n":
        raise Fault("format: this ledger is of another program.")
    raw = bytes.fromhex(key)
    found = [head_of(line, raw, f"heads.jsonl, line {n}") for n, line in enumerate(_lines(folder / "heads.jsonl"), 1)]
    for n, (one, other) in enumerate(zip(found, found[1:], strict=False), 2):
        if one["size"] >= other["size"]:
            raise Fault(f"heads.jsonl, line {n}: this head does not come behind the one before it: it was moved.")
    return key, found


def _between(heads: list[Row], found: list[bytes]) -> str:
    over = roots(found, {head["size"] for head in heads})
    bad = next(head["size"] for head in heads if over.get(head["size"]) != head["root"])
    good = max([head["size"] for head in heads if head["size"] < bad], default=0)
    if bad > len(found):
        return f"The end was cut off: {bad} facts were signed, and this ledger ends after {len(found)}."
    return f"Something among the facts {good + 1} to {bad} was changed, deleted, inserted or moved."


def _is_hash(line: bytes) -> bool:
    return len(line) == 64 and not line.strip(b"0123456789abcdef")


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().removesuffix(b"\n").split(b"\n") if path.exists() and path.stat().st_size else []


def check_proof(text: str, given: str) -> str:
    """What a proof shows. Raises Fault unless its later head holds all that its earlier one held."""
    try:
        proof = json.loads(text)
        key, path = bytes.fromhex(given or proof["public_key"]), [bytes.fromhex(each) for each in proof["path"]]
        first, second = (head_of(canonical(proof[name]).encode(), key, name) for name in ("first", "second"))
        if not consistent(first, second, path):
            raise Fault("The later head does not hold all that the earlier one held: the record was rewritten.")
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise Fault("This is no proof.") from fault
    forms = f"{first['size']} {short(first)} is the beginning of {second['size']} {short(second)}"
    return f"{forms}; key {key.hex()}: compare it with the one that was published."


def main(words: list[str]) -> int:
    """Print what was done, or that nothing was."""
    words, given = [*words], ""
    if "--key" in words[:-1]:
        at = words.index("--key")
        given, words[at : at + 2] = words[at + 1], []
    if not words or words[0].startswith("-") and (words[0] != "--proof" or len(words) != 2):
        print(__doc__)
        return 2
    try:
        if words[0] == "--proof":
            print(check_proof(Path(words[1]).read_text(encoding="utf-8"), given))
            return 0
        wrong, beside = check(Path(words[0]), given, words[1:])
    except (Fault, OSError, ValueError) as fault:
        print(fault)
        return 1
    print("\n".join([*(wrong or ["All is as it was signed."]), *beside]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
