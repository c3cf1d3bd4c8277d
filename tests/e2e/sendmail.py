"""
A private Sendmail 8: Debian's own binary, unpacked and not installed, with own configuration, queue and ports; loopback
only, gone without a trace. As e2e.postfix: `port` is the door with the filter, `plain_port` the one without.
"""

import glob
import os
import re
import shutil
import signal
import subprocess

from . import pixelward, scratch
from .postfix import CannotRun
from .sink import Sink

# tools/install-deps.sh unpacks it there; a machine whose MTA is Sendmail has it.
ROOTS = (os.path.join(pixelward.ROOT, "build", "debian"), "")
BINARY = "/usr/libexec/sendmail/sendmail"
CONFIG = "/usr/share/sendmail/cf"

# The line of docs/install-sendmail.md for sendmail.mc, with another socket.
DOCUMENTED = os.path.join(pixelward.ROOT, "docs", "install-sendmail.md")

SENDMAIL_MC = """\
divert(0)dnl
define(`_CF_DIR_', `{config}/')dnl
include(`{config}/m4/cf.m4')dnl
OSTYPE(`linux')dnl
define(`ALIAS_FILE', `')dnl
define(`HELP_FILE', `')dnl
define(`STATUS_FILE', `')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`confDOMAIN_NAME', `mx.parl.example')dnl
define(`confSERVICE_SWITCH_FILE', `{folder}/service.switch')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTO_IDENT', `0')dnl
dnl However busy the machine is
define(`confQUEUE_LA', `10000')dnl
define(`confREFUSE_LA', `10000')dnl
define(`confDEF_USER_ID', `0:0')dnl
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
dnl As it lies in the queue: no line is broken, no field is added
define(`RELAY_MAILER_LL', `0')dnl
MODIFY_MAILER_FLAGS(`RELAY', `-DFM')dnl
dnl Whatever bytes come: bare line ends and NUL, which Debian refuses today, are what older versions pass on
define(`confREJECT_NUL', `false')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`accept_unresolvable_domains')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port={port}, Addr=127.0.0.1')dnl
DAEMON_OPTIONS(`Family=inet, Name=Plain, Port={plain_port}, Addr=127.0.0.1, InputMailFilters=')dnl
{filters}
MAILER_DEFINITIONS
MAILER(`smtp')dnl
LOCAL_SRV_FEATURES
R$*	$# U G
"""


def place(path):
    return next((root + path for root in ROOTS if os.path.exists(root + path)), None)


def check_machine():
    if os.geteuid() != 0:
        raise CannotRun("Sendmail's daemon needs root: run this as root or with sudo")
    if not place(BINARY) or not place(CONFIG) or not shutil.which("m4"):
        raise CannotRun("there is no Sendmail here: tools/install-deps.sh test")


# What Sendmail is told is the machine's name, before it reads that in its configuration: an unqualified one would cost it
# a minute, an unknown one questions to the DNS.
HOST_NAME = """\
int gethostname(char *name, unsigned long size);
int gethostname(char *name, unsigned long size)
{
	return __builtin_snprintf(name, size, "127.0.0.1") < 0;
}
"""


class Sendmail:
    check_machine = staticmethod(check_machine)

    def __init__(self, milter):
        """milter: as S= has it."""
        check_machine()
        self.folder = self._process = self._guard = None
        self.sink = Sink()
        scratch.witnesses.add(self)
        try:
            with scratch.Undisturbed():
                self.folder = scratch.make_folder("sendmail")
            os.mkdir(self.folder + "/queue", 0o700)
            subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", self.folder + "/name.so", "-"], input=HOST_NAME,
                           text=True, check=True)
            self._start(milter)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _configure(self, milter):
        with open(DOCUMENTED, encoding="utf-8") as page:
            line = re.search(r"^    (INPUT_MAIL_FILTER\(.*)$", page.read(), re.M).group(1)
        filters, count = re.subn(r"S=[^,]*", "S=" + milter, line)
        assert count == 1, line
        self.port, self.plain_port = scratch.free_port(), scratch.free_port()
        with open(self.folder + "/service.switch", "w", encoding="ascii") as switch:
            switch.write("hosts files\naliases files\npasswd files\n")
        source = SENDMAIL_MC.format(folder=self.folder, config=place(CONFIG), sink=self.sink.port, port=self.port,
                                    plain_port=self.plain_port, filters=filters)
        made = subprocess.run(["m4"], input=source, capture_output=True, check=True, text=True)
        with open(self.folder + "/sendmail.cf", "w", encoding="utf-8") as config:
            config.write(made.stdout)

    def _start(self, milter):
        for _ in range(5):
            self._configure(milter)
            # With a queue run each second: what went wrong once is tried again.
            with scratch.Undisturbed(), open(self.folder + "/log", "ab") as log:
                self._process = subprocess.Popen(**self._how("-bD", "-q1s"), stdout=log, stderr=log, start_new_session=True)
                self._guard = scratch.Guard(self._process.pid, self.folder)
            scratch.wait_until(lambda: self._process.poll() is not None or self._listens(), "Sendmail to start")
            if self._process.poll() is None:
                return
            self._guard.dismiss()
            self._process = None
        raise CannotRun("Sendmail does not start:\n" + self.log)

    def _listens(self):
        with open("/proc/net/tcp", encoding="ascii") as sockets:
            open_ports = sockets.read()
        return all(f":{port:04X} 00000000:0000 0A" in open_ports for port in (self.port, self.plain_port))

    def _how(self, *arguments):
        """What subprocess needs to run it, as the daemon or as one of its tools."""
        return {"args": ["sendmail", "-C" + self.folder + "/sendmail.cf", *arguments], "executable": place(BINARY),
                "stdin": subprocess.DEVNULL, "cwd": "/", "env": {"LD_PRELOAD": self.folder + "/name.so"}}

    def testimony(self):
        return (f"Sendmail in {self.folder}, {len(self.sink.mails())} mails in its sink:{scratch.tail(self.log)}"
                f"\n  queue: {' '.join(sorted(os.listdir(self.folder + '/queue')))}")

    def stop(self):
        with scratch.Undisturbed():
            scratch.witnesses.discard(self)
            if self._process is not None:
                # Those that still speak with a client or the sink are processes of their own.
                others = scratch.processes_of(self._process.pid)
                scratch.stop(self._process, "Sendmail")
                self._process = None
                for pid in others:
                    try:
                        os.kill(pid, signal.SIGTERM)
                    except ProcessLookupError:
                        pass
                self._guard.dismiss()
            self.sink.close()
            if os.environ.get("PW_KEEP"):
                print("kept:", self.folder)
            elif self.folder:
                scratch.remove_folder(self.folder)

    @property
    def log(self):
        try:
            with open(self.folder + "/log", encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    # Its own tools. None of them looks at the machine's own Sendmail.

    def run(self, *arguments):
        return subprocess.run(**self._how(*arguments), check=True, capture_output=True, text=True).stdout

    def quarantine(self):
        """What is held, and why: {queue id: reason}, as mailq -qQ shows it."""
        return dict(re.findall(r"^(\w{14})\S?\s.*\n\s+QUARANTINE: (.*)$", self.run("-bp", "-qQ"), re.M))

    def held(self):
        return list(self.quarantine())

    def wait_held(self, count):
        scratch.wait_until(lambda: len(self.held()) >= count, f"{count} held mails")
        return self.held()

    def read(self, queue_id):
        """The body of a queued message as it lies there."""
        with open(f"{self.folder}/queue/df{queue_id}", "rb") as body:
            return body.read()

    def release(self, queue_id):
        """As documented: out of the quarantine, and on its way."""
        self.run("-qQ", "-Q", "-qI" + queue_id)
        self.run("-qI" + queue_id)

    def remove(self, queue_id):
        for path in glob.glob(f"{self.folder}/queue/?f{queue_id}"):
            os.remove(path)

    def wait_empty(self):
        """Until nothing is on its way any more (what is held stays)."""
        scratch.wait_until(lambda: not glob.glob(self.folder + "/queue/[qtx]f*"), "an empty queue")
