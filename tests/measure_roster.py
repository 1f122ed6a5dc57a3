"""How long a roster of 14,000 monitors takes to the record, printed: `python -m tests.measure roster`."""

import time
from pathlib import Path

from server import pack as packs
from server import seal
from server.log import Log
from server.monitors import columns, enrolment, sheets
from server.monitors import importing as roster_import
from server.monitors.roster import Roster
from server.pack import Pack, check_digit
from tests.conftest import settings_in, start_redis

MANY = 14_000  # the coalition's observers in the reference case were about as many


def roster(folder: Path) -> None:
    """Check and enrol, beside as many bare appends of the same size; then what a process needs to read it."""
    given = settings_in(folder)
    redis = start_redis(given)
    seal.make_keys(given.data_dir / "keys")
    log, pack, vault = Log(given.record, given.pack), packs.load(given.pack), seal.Vault(given.data_dir)
    began = time.monotonic()
    plan = checked(table(sorted(pack.stations)), pack, seal.Sealer(given.data_dir / "keys"), vault)
    middle = time.monotonic()
    roster_import.write(plan, log, vault, "console")
    print(f"{plan.new} monitors checked {middle - began:5.2f} s   put on the record {time.monotonic() - middle:5.2f} s")
    bodies, began = [raw.fields for raw in log.read(count=MANY)], time.monotonic()
    for at in range(0, len(bodies), roster_import.CHUNK):
        with log.client.pipeline(transaction=False) as pipe:
            for body in bodies[at : at + roster_import.CHUNK]:
                pipe.xadd(f"{log.prefix}:bare", body)
            pipe.execute()
    print(f"reference: {len(bodies)} bare appends of the same size, pipelined {time.monotonic() - began:5.2f} s")
    began, alone = time.monotonic(), Roster.alone(seal.Vault(given.data_dir))
    alone.fold(log.read(count=MANY))
    print(f"read again into a roster {time.monotonic() - began:5.2f} s")
    redis.terminate()
    redis.wait(30)


def checked(data: bytes, pack: Pack, sealer: seal.Sealer, vault: seal.Vault) -> roster_import.Plan:
    """What the import of this table would do to an empty roster."""
    sheet = sheets.read(data)
    judged = enrolment.check(sheet, columns.match(sheet.header, {}), pack, "")
    found = roster_import.candidates(judged, sealer, rehearsal=False)
    return roster_import.plan(judged, found, Roster.alone(vault), roster_import.Asked())


def table(stations: list[str]) -> bytes:
    """A made-up list of monitors, one at each of the first stations, every third with a second phone."""
    rows = ["Reference,Name,Organisation,Phone 1,Phone 2,Station,Language,PIN"]
    for n, code in enumerate(stations[:MANY]):
        other = f"010{300000 + n}" if n % 3 == 0 else ""
        who = f"R{n:05d},Monitor {n},Organisation {n % 40},012{300000 + n},{other}"
        rows.append(f"{who},{code}-{check_digit(code)},km,{1000 + n % 9000}")
    return "\n".join(rows).encode()
