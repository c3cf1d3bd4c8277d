"""
A private Postfix: own configuration, queue, log and ports, loopback only, no chroot, gone without a trace.

It has two doors to the same queue: `port` with the filter, `plain_port` without. What comes through both
differs in what the filter did and in nothing else.
"""

import glob
import json
import os
import pwd
import shutil
import subprocess

from . import scratch
from .sink import Sink

MASTER = "/usr/lib/postfix/sbin/master"

MASTER_CF = """\
127.0.0.1:{port}       inet n - n - - smtpd
127.0.0.1:{plain_port} inet n - n - - smtpd -o smtpd_milters=
pickup    unix n - n 60    1 pickup
cleanup   unix n - n -     0 cleanup
qmgr      unix n - n 300   1 qmgr
rewrite   unix - - n -     - trivial-rewrite
bounce    unix - - n -     0 bounce
defer     unix - - n -     0 bounce
trace     unix - - n -     0 bounce
verify    unix - - n -     1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n -     - proxymap
smtp      unix - - n -     - smtp
showq     unix n - n -     - showq
error     unix - - n -     - error
retry     unix - - n -     - error
discard   unix - - n -     - discard
anvil     unix - - n -     1 anvil
scache    unix - - n -     1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

MAIN_CF = {
    "compatibility_level": "3.6",
    "mail_owner": "postfix",
    "myhostname": "mx.parl.example",
    "mydomain": "parl.example",
    "mydestination": "",
    "alias_maps": "",
    "alias_database": "",
    "mynetworks": "127.0.0.0/8",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "all",  # XCLIENT pretends IPv6 clients, too
    "biff": "no",
    # Nobody is asked for a name: the tests need no network.
    "smtp_dns_support_level": "disabled",
    "smtpd_peername_lookup": "no",
    "smtp_host_lookup": "native",
    "smtpd_tls_security_level": "none",
    "smtp_tls_security_level": "none",
    # Everything goes to the sink, and as it lies in the queue.
    "relay_domains": "static:all",
    "smtp_line_length_limit": "0",
    "local_header_rewrite_clients": "",
    "append_dot_mydomain": "no",
    "message_size_limit": "209715200",
    "mailbox_size_limit": "0",
    "notify_classes": "",
    # Fast, and without the brakes that a public server needs.
    "in_flow_delay": "0",
    "smtpd_error_sleep_time": "0",
    "smtpd_soft_error_limit": "10000",
    "smtpd_hard_error_limit": "10000",
    "smtpd_junk_command_limit": "10000",
    "smtpd_client_connection_count_limit": "0",
    # What went wrong once is tried again at once, and keeps no other mail waiting: neither a sink that hung up, nor an
    # agent that died.
    "minimal_backoff_time": "1s",
    "maximal_backoff_time": "2s",
    "queue_run_delay": "1s",
    "transport_retry_time": "1s",
    "service_throttle_time": "1s",
    "default_destination_concurrency_failed_cohort_limit": "0",
    "default_destination_concurrency_negative_feedback": "0",
    "smtpd_authorized_xclient_hosts": "127.0.0.0/8",
    "milter_default_action": "tempfail",
}


class CannotRun(Exception):
    """This machine cannot run a private Postfix; the text says why and what helps."""


def check_machine():
    if os.geteuid() != 0:
        raise CannotRun("Postfix's master process needs root: run this as root or with sudo")
    if not os.path.exists(MASTER):
        raise CannotRun("there is no Postfix here: tools/install-deps.sh test")
    try:
        pwd.getpwnam("postfix")
    except KeyError:
        raise CannotRun("Postfix is installed without its user; reinstall the package postfix") from None


class Postfix:
    check_machine = staticmethod(check_machine)

    def __init__(self, milter=None, sink_port=None, **settings):
        """milter: as in smtpd_milters; sink_port: of another sink than ours; settings: more lines of main.cf."""
        check_machine()
        self.folder = self._process = self._guard = None
        self.sink = Sink()
        scratch.witnesses.add(self)
        self._sink_port = sink_port or self.sink.port
        self.settings = dict(MAIN_CF, smtpd_milters=milter or "", **settings)
        try:
            with scratch.Undisturbed():
                self.folder = scratch.make_folder("mta")
            self._make_folders()
            self._start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def log(self):
        try:
            with open(self.folder + "/log", encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def _make_folders(self):
        owner, drop = pwd.getpwnam("postfix"), shutil._get_gid("postdrop")
        for name in ("active bounce corrupt defer deferred flush hold incoming private saved trace").split():
            os.makedirs(f"{self.folder}/queue/{name}", 0o700)
            os.chown(f"{self.folder}/queue/{name}", owner.pw_uid, 0)
        for name, mode in (("public", 0o2710), ("maildrop", 0o1730)):
            os.mkdir(f"{self.folder}/queue/{name}")
            os.chown(f"{self.folder}/queue/{name}", owner.pw_uid, drop)
            os.chmod(f"{self.folder}/queue/{name}", mode)
        os.mkdir(self.folder + "/queue/pid")
        os.mkdir(self.folder + "/data", 0o700)
        os.chown(self.folder + "/data", owner.pw_uid, -1)
        os.mkdir(self.folder + "/etc")

    def _configure(self):
        self.port, self.plain_port = scratch.free_port(), scratch.free_port()
        lines = dict(self.settings,
                     queue_directory=self.folder + "/queue",
                     data_directory=self.folder + "/data",
                     maillog_file=self.folder + "/log",
                     maillog_file_prefixes=self.folder,
                     relay_transport=f"smtp:[127.0.0.1]:{self._sink_port}")
        with open(self.folder + "/etc/main.cf", "w", encoding="utf-8") as main_cf:
            main_cf.writelines(f"{key} = {value}\n" for key, value in lines.items())
        # Postfix waits until a main.cf has been left alone for seconds; ours is old already.
        os.utime(self.folder + "/etc/main.cf", (0, 0))
        with open(self.folder + "/etc/master.cf", "w", encoding="utf-8") as master_cf:
            master_cf.write(MASTER_CF.format(port=self.port, plain_port=self.plain_port))

    def _start(self):
        for _ in range(5):  # somebody else may take a free port before Postfix does
            self._configure()
            with scratch.Undisturbed():
                self._process = subprocess.Popen(
                    [MASTER, "-c", self.folder + "/etc", "-d"], cwd="/",
                    env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MAIL_CONFIG": self.folder + "/etc", "LC_ALL": "C"},
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    start_new_session=True)
                self._guard = scratch.Guard(self._process.pid, self.folder)
            try:
                scratch.wait_until(lambda: "daemon started" in self.log or self._process.poll() is not None,
                                   "Postfix to start")
            except scratch.Timeout:
                pass
            if self._process.poll() is None:
                return
            self._guard.dismiss()
        raise CannotRun("Postfix does not start:\n" + self.log)

    def testimony(self):
        try:
            queue = self.run("postqueue", "-p", timeout=10).decode("utf-8", "replace")
        except (OSError, subprocess.SubprocessError) as reason:
            queue = str(reason)
        return (f"Postfix in {self.folder}, {len(self.sink.mails())} mails in its sink:{scratch.tail(self.log)}"
                f"\n  postqueue -p:{scratch.tail(queue)}")

    def stop(self):
        with scratch.Undisturbed():
            scratch.witnesses.discard(self)
            if self._process is not None:
                scratch.stop(self._process, "Postfix")
                self._process = None
                self._guard.dismiss()
            self.sink.close()
            if os.environ.get("PW_KEEP"):
                print("kept:", self.folder)
            elif self.folder:
                scratch.remove_folder(self.folder)

    # Its own tools. None of them looks at the machine's own Postfix.

    def run(self, *command, timeout=None):
        name, *arguments = command
        return subprocess.run([name, "-c", self.folder + "/etc", *arguments], check=True, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout).stdout

    def queue(self):
        """What is queued: dictionaries of postqueue -j, "queue_name" and "queue_id" among them."""
        return [json.loads(line) for line in self.run("postqueue", "-j").splitlines()]

    def held(self):
        return [entry["queue_id"] for entry in self.queue() if entry["queue_name"] == "hold"]

    def read(self, queue_id):
        """A queued message as it lies there, header and body, LF line ends."""
        return self.run("postcat", "-bhq", queue_id)

    def release(self, queue_id):
        self.run("postsuper", "-H", queue_id)
        self.run("postqueue", "-f")

    def remove(self, queue_id):
        self.run("postsuper", "-d", queue_id)

    def wait_held(self, count):
        scratch.wait_until(lambda: len(self.held()) >= count, f"{count} held mails")
        return self.held()

    def wait_empty(self):
        """Until nothing is on its way any more (what is held stays)."""
        folders = "maildrop incoming active deferred".split()
        scratch.wait_until(lambda: not any(
            os.path.isfile(path) for name in folders
            for path in glob.glob(f"{self.folder}/queue/{name}/**", recursive=True)), "an empty queue")

    def log_of(self, queue_id):
        return [line for line in self.log.splitlines() if queue_id + ":" in line]
