"""Kannel as Debian packages it: bearerbox, smsbox, and fakesmsc in the place of an operator."""

import contextlib
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from tests import doors
from tests.real import outside
from tests.rig import free_ports

FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
FAKE = """
group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {port}
connect-allow-ip = 127.0.0.1
"""
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Kannel:
    """A running Kannel that calls one door."""

    folder: Path
    admin: int
    sendsms: int
    smsc: int

    def text(self, *messages: str, count: int = 1, pause: float = 0.0, more: tuple[str, ...] = ()) -> None:
        """Let fakesmsc say `count` of these messages, chosen at random, and wait until Kannel has them all."""
        before = self.received()
        with self.operator(*messages, count=count, pause=pause, more=more):
            outside.until(lambda: self.received() >= before + count, "what was texted", 300)

    @contextlib.contextmanager
    def operator(
        self, *messages: str, count: int = 0, pause: float = 0.0, more: tuple[str, ...] = ()
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The operator, connected until the end of the block."""
        command = [FAKESMSC, "-H", "127.0.0.1", "-r", str(self.smsc), "-i", str(pause), "-m", str(count), *more]
        with outside.program(*command, *messages, output=self.folder / "fakesmsc.log") as popen:
            yield popen

    def said_to_senders(self) -> list[str]:
        """The lines in which fakesmsc notes a text that came from Kannel."""
        lines = (self.folder / "fakesmsc.log").read_text(errors="replace").splitlines()
        return [line for line in lines if "Got message" in line]

    def status(self) -> ElementTree.Element:
        """Bearerbox's own figures."""
        query = urlencode({"password": "made-up-admin"})
        with DIRECT.open(f"http://127.0.0.1:{self.admin}/status.xml?{query}", timeout=10) as answer:
            return ElementTree.fromstring(answer.read())  # noqa: S314 - from the Kannel that we started

    def received(self) -> int:
        """How many texts came from the operator."""
        return int(self.status().findtext("sms/received/total", ""))

    def sent(self) -> int:
        """How many texts went to the operator, or wait to."""
        status = self.status()
        return sum(int(status.findtext(f"sms/{name}", "")) for name in ("sent/total", "sent/queued"))

    def send(self, door: int, id_: str, number: str, words: str) -> str:
        """Send a text as the room does, and ask what becomes of it. Smsbox's answer."""
        secret = quote(doors.ENV["KANNEL_SECRET"])
        fields = {"username": "room", "password": "made-up-password", "to": number, "from": "1234", "dlr-mask": "31"}
        fields |= {"dlr-url": f"http://127.0.0.1:{door}/in/kannel?k={secret}&dlr=%d&id={id_}", "coding": "2"}
        fields["charset"] = "UTF-8"
        query = urlencode({**fields, "text": words})
        with DIRECT.open(f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms?{query}", timeout=10) as answer:
            return answer.read().decode()


@contextlib.contextmanager
def running(folder: Path, door: int, patience: int = 1) -> Iterator[Kannel]:
    """Kannel with the sample configuration, calling the door on this port; `patience`: seconds between its tries."""
    admin, boxes, sendsms, smsc = free_ports(4)
    folder.mkdir()
    (folder / "store").mkdir()
    places = {
        "port = 13000": f"port = {admin}",
        "port = 13001": f"port = {boxes}",
        "port = 13013": f"port = {sendsms}",
        "127.0.0.1:5001": f"127.0.0.1:{door}",
        "KANNEL_SECRET": quote(doors.ENV["KANNEL_SECRET"]),
        "ADMIN_PASSWORD": "made-up-admin",
        "SENDSMS_PASSWORD": "made-up-password",
        "/var/log/kannel": str(folder),
        "/var/spool/kannel": str(folder / "store"),
        "delay = 10": f"delay = {patience}",
        "mo-timeout = 60": "mo-timeout = 3",
    }
    conf = outside.sample("kannel.conf", folder, places)
    conf.write_text(conf.read_text() + FAKE.format(port=smsc))
    made = Kannel(folder, admin, sendsms, smsc)
    with contextlib.ExitStack() as stack:
        for box, port in (("bearerbox", admin), ("smsbox", sendsms)):
            command = [f"/usr/sbin/{box}", "-v", "4", str(conf)]
            stack.enter_context(outside.program(*command, output=folder / "boxes.log"))
            outside.until(lambda port=port: outside.answers(port), box)
        outside.until(lambda: made.status().find("boxes/box") is not None, "smsbox at bearerbox")
        yield made
