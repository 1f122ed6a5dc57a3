"""What this room promises about survival, fault by fault and part by part. Which of it holds is found by running tests.

A test names the parts that it shows: `@pytest.mark.survival("R14", "each gateway")`. A new part gets its name here.
`OPEN` lists the parts that no passing test shows, and why. `make chaos-report` says so beside them.
"""

from tests.security import Item
from tests.shown import parts_of

SAID = {  # fault -> what holds then; its parts
    "R1": (
        "A power cut at any moment loses and doubles no report that was answered",
        "random moments; sealed copy verifies; a whole room starts on it; a disk that syncs nothing fails",
    ),
    "R2": (
        "A public door that is killed loses and doubles nothing, and is back within three seconds",
        "random moments; a caller tries again; back in time; what it held comes with the next; two behind a proxy",
    ),
    "R3": (
        "A reader that is killed reads each report once in effect, and catches up within ten seconds",
        "random moments; caught up in time; another takes over; every other process too; one that stops is an alarm",
    ),
    "R4": (
        "While Redis is dead every call is answered from the spool, quickly, and all of it comes in order afterwards",
        "every call answered; nothing lost or doubled; order kept; answered in time; drained in time",
    ),
    "R5": (
        "A Redis that is frozen holds no call longer than a second and a half",
        "every call answered; nothing lost or doubled; held no longer; asked once in a while only",
    ),
    "R6": ("A slow Redis slows the answers and loses nothing", "nothing lost or doubled; answered in time"),
    "R7": (
        "A connection to Redis that is half open is found within five seconds",
        "nothing lost or doubled; found in time",
    ),
    "R8": (
        "A Redis without memory takes no fact, and reports wait; what is there can be read; an alarm is raised",
        "spool takes over; reads go on; nothing lost or doubled; alarm",
    ),
    "R9": (
        "A Redis that was wiped is noticed, and rebuilt from the sealed copy with the same picture",
        "noticed; same facts and versions; a call that comes again is one report",
    ),
    "R10": (
        "A full disk answers 503 and never 200; the feed can be read; with space all goes on without a restart",
        "never 200 for what is not safe; feed goes on where Redis is elsewhere; feed goes on beside our own Redis; "
        "normal without a restart; alarm; of each gateway",
    ),
    "R11": (
        "A failed fsync acknowledges nothing, and a new segment is opened",
        "not acknowledged; new segment; from the kernel; said aloud",
    ),
    "R12": ("A last record of the spool that is torn anywhere is dropped, and the others delivered", "every byte"),
    "R13": ("A flipped bit costs its own record at most, which is set apart", "every byte; kept as it was; said aloud"),
    "R14": (
        "A call that comes a hundred times in parallel is one report and gets equal answers",
        "each gateway; a hundred times; in the record; through a whole room",
    ),
    "R15": ("A call that we refused with 503 is one report when it comes again", "each gateway; Kannel itself"),
    "R16": (
        "What a gateway stored while it, or the door, was away arrives once each",
        "Kannel itself; another gateway itself; a flood after silence",
    ),
    "R17": (
        "Two thousand texts in two seconds are all answered, and on the dashboard within ten",
        "all answered and shown; in time; Kannel itself",
    ),
    "R18": (
        "A hundred reports a second beside a hundred screens lose nothing and let no process grow",
        "nothing lost or doubled; lag; memory",
    ),
    "R19": ("A report is on a screen within a second under normal load", "in time"),
    "R20": (
        "A report on which the reader stumbles is set aside with its words, and delays no other",
        "set aside; shown to an analyst; no other with it; an outage is no fault of it",
    ),
    "R21": (
        "A report that kills the reader is set aside after three deaths",
        "in one process; a process that is killed; no more than three deaths",
    ),
    "R22": ("A report that takes too long is not read twice at once, and others go on", "slow report; starved machine"),
    "R23": ("A reader that was paused and goes on has no second effect", "paused reader; a killed one's reports"),
    "R24": (
        "A dashboard that was away for half a minute finds what it missed, in order and once",
        "in a browser; any way of asking",
    ),
    "R25": ("Five thousand missed cards come by pages while the page is used", "in a browser; cards of a crowd"),
    "R26": ("A frame that is lost is noticed by the next beat and filled", "beat; dropped frame"),
    "R27": (
        "A hundred dashboards are back after a restart, not all at once",
        "all back; spread; the same picture",
    ),
    "R28": (
        "Of two who edit the same incident the second is told, with the newer card; no update is lost",
        "at the desk; at once; in a browser",
    ),
    "R29": ("Work that somebody took and left goes back to all after ten minutes", "claim ends; on the screens"),
    "R30": (
        "A statement is published with signature and place on the record, or not at all, whatever dies",
        "every step; a ledger that was killed",
    ),
    "R31": ("Twenty reports of a phone that was offline arrive once each with their times", "in a browser"),
    "R32": (
        "A form whose answer was lost gives the same reference again",
        "form; sealed on the phone; through a whole room",
    ),
    "R33": (
        "A part of a text whose others never come is shown as a part; one that comes too late is read by itself",
        "shown and marked; too late; Kannel itself",
    ),
    "R34": (
        "Parts in any order, doubled or of two senders with one reference are joined right",
        "any order; two senders; long texts of Kannel",
    ),
    "R35": (
        "A clock that is set changes no order and no count",
        "order of the record; said on the record; clocks that only run",
    ),
    "R36": (
        "A network that is gone between office and server leaves each with what it has, and all meets once after",
        "office without server; phones keep what they have",
    ),
    "R37": (
        "Power that goes at the office is an alarm, and says what to do",
        "a gateway's phone tells; alarm; lock when unattended",
    ),
    "R38": ("A country without SMS is noticed, and other ways in go on", "silence is noticed; equal by any door"),
    "R39": ("A room with 100,000 incidents is ready in 20 s after a crash", "ready in time; the same picture"),
    "R40": (
        "Programs of two versions live beside each other: what one does not know it passes over, and says so",
        "older facts; newer facts; every process",
    ),
    "R41": (
        "Whatever happens in whatever order: accepted = shown + joined + set aside + spam, and the chain verifies",
        "any order of faults; a whole room; hours",
    ),
    "R42": ("A backup under load is restored elsewhere as one moment, and verifies", "restored and verified; killed"),
    "R43": (
        "Bytes that nobody expects are kept and shown, and never a fault",
        "each gateway; any bytes; shown; fuzz",
    ),
    "R44": (
        "Without its model the room takes every report in, unsorted, at once",
        "a bug of the model; a slow model; no model yet; sorted later",
    ),
}
ITEMS = {name: Item(says, parts_of(parts)) for name, (says, parts) in SAID.items()}

NOT: dict[str, str] = {}  # item -> why it is none of ours

OPEN = {  # item and part -> why nothing shows it
    "R10 feed goes on beside our own Redis": "our own Redis ends when it cannot write; until there is space the room "
    "answers 503, and open screens keep the last picture and say so",
    "R37 lock when unattended": "not built: a person locks, by button, command or phone",
}
