"""A private opendkim: verifies what comes in, signs what one client sends; no DNS, its own folder, gone without a trace."""

import os
import shutil
import subprocess

from . import scratch

CONFIG = """\
Mode sv
Socket inet:{port}@127.0.0.1
Syslog no
Background no
AuthservID {authserv_id}
AlwaysAddARHeader {thorough}
RemoveARAll {thorough}
InternalHosts {folder}/signed
ExternalIgnoreList {folder}/signed
Domain {domain}
SubDomains yes
Selector s1
KeyFile {folder}/s1.private
TestPublicKeys {folder}/keys
OversignHeaders From
RequireSafeKeys no
"""


def installed():
    return bool(shutil.which("opendkim") and shutil.which("openssl"))


class OpenDKIM:
    """
    Mail of the client `signs_for` leaves signed by `domain`; all other mail is verified.
    thorough: as our documentation has it; else as opendkim has it by default.
    """

    def __init__(self, authserv_id, domain, signs_for, thorough=True):
        self.folder = self._process = self._guard = None
        try:
            with scratch.Undisturbed():
                self.folder = scratch.make_folder("dkim")
            self.port = scratch.free_port()
            self._write("signed", signs_for + "\n")
            self._write("conf", CONFIG.format(port=self.port, folder=self.folder, domain=domain, authserv_id=authserv_id,
                                              thorough="yes" if thorough else "no"))
            self._make_key(domain)
            self._start()
        except BaseException:
            self.stop()
            raise

    def _write(self, name, text):
        with open(self.folder + "/" + name, "w", encoding="ascii") as file:
            file.write(text)

    def _make_key(self, domain):
        key = self.folder + "/s1.private"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout"], check=True, capture_output=True, text=True)
        lines = [line for line in public.stdout.splitlines() if not line.startswith("-")]
        self._write("keys", f"s1._domainkey.{domain} v=DKIM1; k=rsa; p={''.join(lines)}\n")

    def _start(self):
        with scratch.Undisturbed(), open(self.folder + "/log", "wb") as log:
            self._process = subprocess.Popen(["opendkim", "-f", "-x", self.folder + "/conf"], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, cwd="/", start_new_session=True)
            self._guard = scratch.Guard(self._process.pid, self.folder)
        scratch.wait_until(lambda: self._process.poll() is not None or self._answers(), "opendkim's socket")
        if self._process.poll() is not None:
            with open(self.folder + "/log", encoding="utf-8", errors="replace") as log:
                raise AssertionError(f"opendkim ended with {self._process.returncode}:\n{log.read()}")

    def _answers(self):
        with open(f"/proc/{self._process.pid}/net/tcp", encoding="ascii") as sockets:
            return any(f":{self.port:04X} 00000000:0000 0A" in line for line in sockets)

    @property
    def milter(self):
        return f"inet:127.0.0.1:{self.port}"

    def stop(self):
        with scratch.Undisturbed():
            if self._process is not None:
                scratch.stop(self._process, "opendkim")
                self._process = None
                self._guard.dismiss()
            if self.folder and not os.environ.get("PW_KEEP"):
                scratch.remove_folder(self.folder)
