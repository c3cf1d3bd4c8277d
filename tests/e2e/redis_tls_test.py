"""The lines of docs/redis.md for TLS, as they stand there, between the daemon's client and a real Redis."""

import contextlib
import os
import re
import shutil
import subprocess
import unittest

from . import pixelward, redis, scratch
from .redis import Redis
from .redis_client_test import Console

NAME = "redis.example.org"
STUNNEL = "stunnel4"


def documented(first):
    """The block of the document that has this line."""
    with open(os.path.join(pixelward.ROOT, "docs/redis.md"), encoding="utf-8") as file:
        blocks = re.findall(r"(?ms)^```\n(.*?)^```$", file.read())
    block, = (block for block in blocks if first in block.splitlines())
    return block


def replaced(text, **values):
    """The values of these settings, each of which the text has."""
    for name, value in values.items():
        text, count = re.subn(rf"(?m)^({name}\s*=?\s*).*$", rf"\g<1>{value}", text)
        assert count == 1, (name, text)
    return text


class RedisTls(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        redis.check_machine()
        for program in (STUNNEL, "openssl"):
            if not shutil.which(program):
                raise unittest.SkipTest(f"there is no {program} here: tools/install-deps.sh test")

    def setUp(self):
        self.folder = scratch.make_folder("tls")
        self.addCleanup(scratch.remove_folder, self.folder)
        self.proves = {name: self.certificate(name) for name in (NAME, "other.example.org")}

    def certificate(self, name):
        """The path of its certificate, .crt, its key, .key, and both, .pem."""
        path = f"{self.folder}/{name}"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName=DNS:{name}", "-keyout", path + ".key", "-out", path + ".crt"],
                       check=True, capture_output=True)
        with open(path + ".pem", "w", encoding="ascii") as both:
            for part in (".key", ".crt"):
                with open(path + part, encoding="ascii") as file:
                    both.write(file.read())
        return path

    @contextlib.contextmanager
    def stunnel(self, text):
        path = f"{self.folder}/{scratch.free_port()}.conf"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        with open(path + ".log", "w+", encoding="utf-8") as log:
            process = subprocess.Popen([STUNNEL, path], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                def state():
                    log.seek(0)
                    return process.poll() is not None or "Configuration successful" in log.read()
                scratch.wait_until(state, "stunnel to start")
                log.seek(0)
                self.assertIsNone(process.poll(), log.read())
                yield
            finally:
                scratch.stop(process, "stunnel")

    @contextlib.contextmanager
    def server(self, name):
        """Redis itself; the port at which it proves to be `name`."""
        port = scratch.free_port()
        lines = replaced(documented("tls-port 6380"), **{
            "tls-port": port, "tls-cert-file": self.proves[name] + ".crt", "tls-key-file": self.proves[name] + ".key"})
        try:
            server = Redis(appendonly="no", **dict(line.split() for line in lines.splitlines()))
        except redis.CannotRun as reason:
            self.fail(str(reason))
        with server:
            yield port

    @contextlib.contextmanager
    def server_behind_stunnel(self, name):
        port = scratch.free_port()
        with Redis(appendonly="no") as server, self.stunnel(replaced(
                documented("accept = 6380"), accept=f"127.0.0.1:{port}", connect=f"127.0.0.1:{server.port}",
                cert=self.proves[name] + ".pem")):
            yield port

    @contextlib.contextmanager
    def console(self, port):
        """What the daemon's client says with the document's lines for the gateway."""
        local = scratch.free_port()
        with self.stunnel(replaced(documented("client = yes"), accept=f"127.0.0.1:{local}", connect=f"127.0.0.1:{port}",
                                   CAfile=self.folder + "/all.crt")), Console(f"tcp:127.0.0.1:{local}") as console:
            yield console

    def test_the_documented_lines_carry_redis_and_believe_nobody_else(self):
        with open(self.folder + "/all.crt", "w", encoding="ascii") as trusted:
            for path in self.proves.values():
                with open(path + ".crt", encoding="ascii") as file:
                    trusted.write(file.read())
        for server in (self.server, self.server_behind_stunnel):
            with self.subTest(server.__name__), server(NAME) as port, self.console(port) as console:
                self.assertEqual(console.wait_answers("SET k v; GET k"), ["OK", "v"])
        # Trusted, but not the one that was meant.
        with self.server("other.example.org") as port, self.console(port) as console:
            self.assertEqual(console.ask("PING")[1], "AWAY")
            self.assertIn("going on without it", console.log)


if __name__ == "__main__":
    unittest.main()
