"""What this room promises about safety, item by item and part by part. Which of it holds is found by running tests.

A test names the parts that it shows: `@pytest.mark.security("S9", "the tree")`. A new part gets its name here.
`OPEN` lists the parts that no passing test shows yet. `make security` fails when it lists one too many or too few.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """A promise in a sentence, and the parts that must each be shown by a test."""

    says: str
    parts: tuple[str, ...]


def _item(says: str, parts: str) -> Item:
    return Item(says, tuple(part.strip() for part in parts.split(";")))


ITEMS = {
    "S1": _item(
        "Nobody's number or name lies readable in anything we keep; an alias needs the pepper",
        "whole room on disk; roster; alias needs the pepper; vault names nobody; spool and keys of the record; "
        "two hundred names; exports; quarantine and photos; process image of each door",
    ),
    "S2": _item(
        "Screens, files and walls know a monitor by call-sign only",
        "desks; press and viewers; walls; published files; every role, route and frame",
    ),
    "S3": _item(
        "A number is shown for one call-back, to few, for a reason, and never unseen",
        "role; reason and pass-phrase; so many an hour; on the record first; told to the security lead",
    ),
    "S4": _item(
        "One act locks the room: screens and keys go, reports still come in",
        "one command; button; two phones; screens and sessions end; keys are gone; intake goes on; "
        "all is read after unlocking",
    ),
    "S5": _item(
        "A source whose key is destroyed can be read nowhere any more, and counts and ledger stay as they were",
        "a destroyed key opens nothing; no trace in the vault; counts stay; names of the roster; models; "
        "the room forgets a source; what is not read yet; photos; older copies; ledger still verifies",
    ),
    "S6": _item(
        "Each gateway proves who calls, over the bytes as they came, and opens with no weak secret",
        "forged calls; weak secrets; as its own package signs; two of one header",
    ),
    "S7": _item(
        "Whoever loses the right to be here loses sessions and screens at once, in every process",
        "sign-out; closed account; changed role; revoked token; a name given anew; changed pass-phrase; "
        "all sessions of mine; every process and no later event",
    ),
    "S8": _item(
        "What a screen sends is judged anew each time",
        "no other events; odd words; who looks; roles at the doors; session at each event; matrix from the registry; "
        "refused events are counted",
    ),
    "S9": _item(
        "The record is a Merkle tree with signed heads; a stranger can check it alone and hear what was done to it",
        "tree; a break is noticed; record against its copy; heads; checker needs only Python; consistency; "
        "each tampering is named; checker of the whole ledger",
    ),
    "S10": _item(
        "Heads leave the house in a form that people can read out",
        "short form; sent to two outside; printed; a record made anew is found out",
    ),
    "S11": _item(
        "What is grave takes two persons, of two organisations where it is made public",
        "publishing; verdict on what is or was grave; dismissing; accounts of one's own making; what was lowered; "
        "what was joined; forgetting; unlocking where shares alone open",
    ),
    "S12": _item(
        "Sessions live on the server, hashed, and end; their cookie is closed to scripts and other sites",
        "hashed; idle; twelve hours; cookie; bound to TLS; new at sign-in",
    ),
    "S13": _item(
        "Staff sign in with a second factor",
        "a code once; window of a step; wrong codes wait; passkeys; recovery codes; invitations; list of my sessions",
    ),
    "S14": _item(
        "Pass-phrases are long, free, hashed dearly, and none that anybody would guess",
        "argon2id; length and no other rule; any script; many at once; common and near words",
    ),
    "S15": _item(
        "Signing in tells nobody who has an account, and nobody can lock out another",
        "same answer; same work; same page; others do not wait; two hundred samples; a thousand failures",
    ),
    "S16": _item(
        "Strangers' words are text in every page, which runs only scripts of ours",
        "words of a report; statements; names of a pack; scripts of ours; own host only; headers of both doors; "
        "every field; trusted types; no report by the browser",
    ),
    "S17": _item(
        "Figures, map, notices and titles take strangers' words as text too",
        "statement files; figures; names in figures; map; notices and titles",
    ),
    "S18": _item(
        "No cell of a table that we hand out is a formula",
        "figures; published files; complaints; as on the page; behind a separator; one record a line; round trip; "
        "spreadsheet program",
    ),
    "S19": _item(
        "What deceives the eye is shown or refused in names, and kept as it came in evidence",
        "names of accounts; call-signs; lines of logs; operator's screen; texts as sent; marks are shown; "
        "look-alike stations",
    ),
    "S20": _item(
        "We ask no address that came from outside",
        "no redirect when sending; no redirect when fetching; pictures stay addresses; certificates; no proxy; "
        "who may call out; a listener hears nothing",
    ),
    "S21": _item(
        "A call that is repeated changes nothing",
        "each gateway; at once; a hundred in parallel; for nearly a day; a hundred times and a day later; "
        "old signatures",
    ),
    "S22": _item(
        "A flood delays nobody who is expected, and is itself kept",
        "monitors first; flooded gateway; nobody held back; addresses; places at the door; accounts; delay measured",
    ),
    "S23": _item(
        "A sender's number proves nothing that is grave",
        "messages alone; typed number; guessed PINs; one person; a monitor's own number",
    ),
    "S24": _item(
        "Somebody under threat can open a room that looks the same, and somebody else learns of it",
        "same screens; no identities; alert; monitor's word",
    ),
    "S25": _item(
        "Answers to monitors are off until wanted, say nothing, and never follow danger",
        "off by default; danger; whom never; short and neutral; dark phone; switched off; every code; locked room",
    ),
    "S26": _item(
        "Reports are taken in and sealed where no key can open them",
        "public half only; record away; started locked; all is read after unlocking",
    ),
    "S27": _item(
        "Secrets come from files of the owner and can be changed while calls come in",
        "fresh and for the owner; not printed; not in arguments; not in the quarantine's list; not in the environment; "
        "not in the repository; two valid at once",
    ),
    "S28": _item(
        "A log line tells nobody's words, number, name or secret, and stays one line",
        "one line; faults; what ends a process; odd calls; no HTTP; restricted reports; voice; every input; one shape",
    ),
    "S29": _item(
        "An error is a sentence and a reference",
        "room; public door; record away; nothing there; odd calls; every fault in every shape",
    ),
    "S30": _item(
        "Only our own page, of somebody signed in, opens the live line",
        "foreign pages; websocket only; signed in; walls apart; no origin; the session's word",
    ),
    "S31": _item(
        "No other site can act for somebody who is signed in",
        "forged requests; no change by GET; sign-in; odd bodies; every route; from another page",
    ),
    "S32": _item(
        "A photo is drawn anew, apart and within limits; its metadata goes",
        "metadata; odd files; drawn apart; bombs in a text; sizes; wide corpus; memory measured",
    ),
    "S33": _item(
        "No archive comes in, and nothing that could run is shown in place",
        "what is no picture; names lead nowhere; attachments; sniffing; archives; attachment or sandbox; rosters",
    ),
    "S34": _item(
        "Each process may do to Redis only what it needs",
        "a user for each process; intake only appends; dangerous commands; remote needs TLS",
    ),
    "S35": _item(
        "Nothing that was sent is ever run",
        "no eval and no shell; no pickle; models; wider rules; version of the socket library; pickle on the channel",
    ),
    "S36": _item(
        "A new field is shown to nobody until it is listed",
        "cards; keys as described; sealed half of a fact; every answer; nothing beyond the description",
    ),
    "S37": _item(
        "A member organisation sees what the members agreed on",
        "agreement; forty organisations; live line",
    ),
    "S38": _item(
        "A copy of our files without the master key opens nothing",
        "texts and numbers; photos; models; keys are wrapped; three of five; copied folder",
    ),
    "S39": _item(
        "Pulling the plug leaves only sealed bytes",
        "owner's files and no core; phone's browser; power cut; told when swap is on; temporary files; staff's browser",
    ),
    "S40": _item(
        "A backup is made while running, opens with an offline key only, and is proved by restoring it",
        "while running; sealed to an offline key; restored and verified; what was forgotten stays forgotten",
    ),
    "S41": _item("Keys of sources are destroyed on a day that is set", "on schedule; statistics stay"),
    "S42": _item(
        "A statement can be checked by anybody: signed, with its figures, its place on the record and a code",
        "checked alone; one bit; named field; head behind the release; code; print; minisign",
    ),
    "S43": _item(
        "Anybody can count again from what is public",
        "pages made again; counts at every moment; nothing but Python",
    ),
    "S44": _item(
        "Nobody who decides is told whom it helps, and afterwards all can compare",
        "hidden before; on the page; rates by party; told and then not alone",
    ),
    "S45": _item(
        "Copies that are sent together are put together, told, and believed no more for their number",
        "burst of strangers; alert; numbers close together; rumour; copies count once; two hundred by fifty",
    ),
    "S46": _item(
        "The form works without scripts, asks nobody else and sets no cookie",
        "without scripts; with a photo; small; own host and no cookie; over Tor",
    ),
    "S47": _item("A puzzle for browsers under load", "puzzle"),
    "S48": _item(
        "No address of a sender is kept",
        "counted only; no line of the door; tries; every store; proxy",
    ),
    "S49": _item(
        "The length of what a phone sends and gets tells nothing",
        "requests of a class; answers; every code; plain form",
    ),
    "S50": _item(
        "What a request says of its own way is believed of named proxies only",
        "forwarded host; own machine only; addresses of the settings; named proxies",
    ),
    "S51": _item(
        "Nothing of ours is asked in clear over a network",
        "cookie and HSTS; own host only; odd addresses; TLS; public door; plain address refused",
    ),
    "S52": _item(
        "One request is one request to everybody on its way",
        "no HTTP; endless line; byte by byte; smuggling",
    ),
    "S53": _item(
        "No text or call is too odd or too long to be read in time",
        "linear codes; linear places; long texts; any text; any bytes; fuzz; sixty-four kilobytes; described doors; "
        "odd packets",
    ),
    "S54": _item(
        "The order of the record is nobody's clock",
        "times of sending; order of places; wrong clocks; simulated hours; steps in a run; steps are told",
    ),
    "S55": _item(
        "What we are made of is pinned, listed and looked up",
        "hashes; offline; bill of materials; a skip fails",
    ),
    "S56": _item(
        "A new room has no account; its first one is made by a link, once, for a quarter of an hour",
        "once; fifteen minutes; none later; in a browser; no usual name opens",
    ),
    "S57": _item(
        "No door for developers stands open",
        "routes are named; health; static files; live line; probes; descriptions",
    ),
    "S58": _item(
        "A browser keeps nothing readable",
        "phone; wiping; hiding; sign-out; searched words; every store of the room; page empties itself",
    ),
    "S59": _item(
        "A wall shows what anybody may see and leads nowhere",
        "own page only; nobody's words; verified headlines; press and viewers; locks itself; snapshot of roles",
    ),
    "S60": _item(
        "What administrators do stands on the record, which they cannot edit",
        "accounts; walls; models; on the page; rewriting is seen; every route; settings and keys",
    ),
    "S61": _item("What somebody takes out of the room leads back to them", "marker; marker leads to a person; listed"),
    "S62": _item(
        "Destroying stops when two persons say so, for all to see", "two persons; schedule waits; seen by all"
    ),
}

NOT = {  # item -> why it is none of ours
    "S47": "nobody is refused here: a flood is kept, marked and read last, and a puzzle would shut out phones "
    "without scripts",
}

OPEN: dict[str, str] = {  # item -> its parts that no passing test shows yet
    "S1": "process image of each door",
    "S34": "intake only appends",
}
