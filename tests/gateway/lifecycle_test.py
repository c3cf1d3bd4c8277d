"""Start, sockets, signals, death and resurrection of the daemon, as an operator and an MTA see them."""
import os
import pathlib
import pwd
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import PATIENCE, PIXELWARD, TREE, Daemon, run_tests, wait_until  # noqa: E402
from e2e.scratch import free_port  # noqa: E402
from milter_client import MilterClient, MilterError  # noqa: E402

PLAIN = b"From: Ann <ann@example.net>\r\nTo: bob@example.org\r\nSubject: lunch\r\n\r\nAt noon?\r\n"
FOREIGN = b"X-Pixelward: fake\r\n" + PLAIN
ROOT = os.geteuid() == 0


def run(*arguments, **more):
    return subprocess.run([str(PIXELWARD), *arguments], capture_output=True, text=True, timeout=PATIENCE, **more)


def send(daemon, raw=PLAIN):
    with daemon.session() as mta:
        answer = mta.send(raw)
        mta.quit()
        return answer


def refuses(address):
    """Whether nobody accepts connections at this Socket."""
    kind, _, place = address.partition(":")
    with socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET) as probe:
        try:
            probe.connect(place if kind == "unix" else ("127.0.0.1", int(place.partition("@")[0])))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
    return False


class Arguments(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.config = pathlib.Path(self.directory.name, "pixelward.conf")
        self.addCleanup(self.directory.cleanup)

    def configure(self, text):
        self.config.write_text("RulesDir %s/rules\n%s" % (TREE, text))

    def test_t_accepts_a_good_configuration_in_silence(self):
        self.configure("Mode shadow\n")
        result = run("-t", "-c", str(self.config))
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_t_prints_every_mistake_with_file_and_line_and_exits_2(self):
        self.configure("Mode sahdow\nMaxParts many\n")
        result = run("-t", "-c", str(self.config))
        self.assertEqual(result.returncode, 2)
        self.assertIn("%s:2:" % self.config, result.stderr)
        self.assertIn("%s:3:" % self.config, result.stderr)

    def test_t_finds_a_missing_rules_directory(self):
        self.config.write_text("RulesDir /nonexistent/rules\n")
        self.assertEqual(run("-t", "-c", str(self.config)).returncode, 2)

    def test_without_RulesDir_the_rules_beside_the_programs_are_found(self):
        if pathlib.Path("/etc/pixelward/rules").exists() or not (PIXELWARD.parent.parent / "rules").exists():
            self.skipTest("needs an uninstalled tree")
        self.config.write_text("Mode shadow\n")
        result = run("-t", "--defaults", "-c", str(self.config))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"(?m)^RulesDir +\S+/(share/pixelward|\.\.)/rules$")

    def test_a_configuration_that_is_not_there_is_a_mistake(self):
        result = run("-f", "-c", "/nonexistent/pixelward.conf")
        self.assertEqual(result.returncode, 2)
        self.assertIn("/nonexistent/pixelward.conf", result.stderr)

    def test_mistakes_at_start_are_on_standard_error_and_exit_2(self):
        self.configure("Colour blue\n")
        for more in ((), ("-f",)):
            result = run("-c", str(self.config), *more)
            self.assertEqual(result.returncode, 2)
            self.assertIn("%s:2:" % self.config, result.stderr)

    def test_defaults_prints_a_set_that_reads_back_to_itself(self):
        self.configure("Mode tag\n")
        first = run("-t", "--defaults", "-c", str(self.config))
        self.assertRegex(first.stdout, r"(?m)^Mode +tag$")
        self.config.write_text(first.stdout)
        self.assertEqual(run("-t", "--defaults", "-c", str(self.config)).stdout, first.stdout)

    def test_V_prints_the_version(self):
        result = run("-V")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^pixelward \d+\.\d+\.\d+\n$")

    def test_unknown_usage_exits_64(self):
        for arguments in (("-x",), ("-c",), ("-t", "more"), ("--defaults",)):
            result = run(*arguments)
            self.assertEqual(result.returncode, 64, arguments)
            self.assertIn("usage:", result.stderr)


class Sockets(unittest.TestCase):
    def test_a_unix_socket_is_made_with_the_umask_and_never_executable(self):
        with Daemon(UMask="007") as daemon:
            mode = os.stat(daemon.directory / "socket").st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o660)
        with Daemon(UMask="000") as daemon:
            self.assertEqual(stat.S_IMODE(os.stat(daemon.directory / "socket").st_mode), 0o666)

    @unittest.skipUnless(ROOT, "needs root to choose a group")
    def test_in_a_setgid_directory_the_socket_belongs_to_its_group(self):
        with tempfile.TemporaryDirectory() as directory:
            run_directory = pathlib.Path(directory, "run")
            run_directory.mkdir()
            os.chown(run_directory, -1, 12345)
            run_directory.chmod(0o2750)
            with Daemon(Socket="unix:%s/socket" % run_directory):
                status = os.stat(run_directory / "socket")
                self.assertEqual((status.st_gid, stat.S_IMODE(status.st_mode)), (12345, 0o660))

    @unittest.skipUnless(ROOT, "needs root to become somebody else")
    def test_UserID_is_become_after_binding_and_keeps_the_directory_s_group(self):
        nobody = pwd.getpwnam("nobody")
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o755)
            run_directory = pathlib.Path(directory, "run")
            run_directory.mkdir()
            os.chown(run_directory, 0, 12345)
            run_directory.chmod(0o2755)
            with Daemon(directory=directory, UserID="nobody", PidFile="%s/pid" % run_directory,
                        Socket="unix:%s/socket" % run_directory) as daemon:
                for pid in [daemon.process.pid, *daemon.children()]:
                    status = pathlib.Path("/proc/%d/status" % pid).read_text()
                    self.assertRegex(status, r"Uid:\s+%d\s+%d\s+%d\s+%d\n" % ((nobody.pw_uid,) * 4))
                    self.assertRegex(status, r"Gid:\s+%d\s+%d\s+%d\s+%d\n" % ((nobody.pw_gid,) * 4))
                status = os.stat(run_directory / "socket")
                self.assertEqual((status.st_uid, status.st_gid), (nobody.pw_uid, 12345))
                self.assertEqual((run_directory / "pid").read_text(), "%d\n" % daemon.process.pid)
                self.assertTrue(send(daemon).accepted)
                self.assertIn(" reloaded: ", daemon.reload())

    def test_an_unknown_user_is_told(self):
        with Daemon(wait=False, UserID="nosuchuser-") as daemon:
            self.assertNotEqual(daemon.process.wait(PATIENCE), 0)
            self.assertIn("nosuchuser-", daemon.log())

    def test_an_inet_socket_serves(self):
        with Daemon(Socket="inet:%d@127.0.0.1" % free_port()) as daemon:
            self.assertTrue(send(daemon).accepted)
            self.refused(Socket=daemon.socket)

    def test_an_inet6_socket_serves(self):
        try:
            port = free_port("::1")
        except OSError:
            self.skipTest("no IPv6 here")
        with Daemon(Socket="inet6:%d@::1" % port) as daemon:
            self.assertTrue(send(daemon).accepted)

    def refused(self, **options):
        """A second daemon does not start, says why, and leaves the first in peace."""
        with Daemon(wait=False, **options) as second:
            self.assertNotEqual(second.process.wait(PATIENCE), 0)
            self.assertNotIn(" serves ", second.log())
            return second.log()

    def test_a_second_instance_on_the_same_socket_refuses_and_names_the_first(self):
        with Daemon() as first:
            log = self.refused(Socket=first.socket)
            self.assertIn("served by a running instance (process %d " % first.process.pid, log)
            self.assertTrue(send(first).accepted)

    def test_a_live_socket_of_another_program_is_left_alone(self):
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as other:
            other.bind(directory + "/socket")
            other.listen(1)
            self.assertIn("somebody listens", self.refused(Socket="unix:%s/socket" % directory))
            self.assertTrue(os.path.exists(directory + "/socket"))

    def test_a_file_that_is_no_socket_is_left_alone(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory, "precious")
            path.write_text("mine")
            self.assertIn("is no socket", self.refused(Socket="unix:%s" % path))
            self.assertEqual(path.read_text(), "mine")

    def test_a_stale_socket_is_replaced(self):
        with tempfile.TemporaryDirectory() as directory:
            with socket.socket(socket.AF_UNIX) as stale:
                stale.bind(directory + "/socket")
            with Daemon(Socket="unix:%s/socket" % directory) as daemon:
                self.assertTrue(send(daemon).accepted)

    def test_the_socket_is_gone_after_the_end(self):
        with tempfile.TemporaryDirectory() as directory:
            with Daemon(Socket="unix:%s/socket" % directory):
                pass
            self.assertFalse(os.path.exists(directory + "/socket"))

    def test_a_directory_that_is_missing_is_told(self):
        self.assertIn("/nonexistent/", self.refused(Socket="unix:/nonexistent/socket"))

    def inherited(self, prepare, **options):
        """A daemon that finds its listening socket at descriptor 3."""
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(directory + "/passed")
            listener.listen(16)
            config = pathlib.Path(directory, "pixelward.conf")
            config.write_text("Mode enforce\nRulesDir %s/rules\n%s" % (
                TREE, "".join("%s %s\n" % option for option in options.items())))
            with open(directory + "/log", "wb") as log:
                process = subprocess.Popen(
                    ["/bin/sh", "-c", "%s exec \"$@\" 3<&%d" % (prepare, listener.fileno()), "sh",
                     str(PIXELWARD), "-f", "-c", str(config)],
                    stderr=log, pass_fds=(listener.fileno(),))
            try:
                with MilterClient("unix:%s/passed" % directory) as mta:
                    mta.negotiate()
                    mta.connect()
                    self.assertTrue(mta.send(PLAIN).accepted)
            finally:
                process.terminate()
                self.assertEqual(process.wait(PATIENCE), 0)
            self.assertTrue(os.path.exists(directory + "/passed"))

    def test_a_socket_that_systemd_passes_is_served(self):
        self.inherited("LISTEN_PID=$$ LISTEN_FDS=1; export LISTEN_PID LISTEN_FDS;")

    def test_a_descriptor_that_the_configuration_names_is_served(self):
        self.inherited("", Socket="fd:3")


class Background(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = pathlib.Path(self.directory.name)
        self.config = self.path / "pixelward.conf"
        self.write("Socket unix:%s/socket\nPidFile %s/pid\n" % (self.path, self.path))

    def write(self, text):
        self.config.write_text("Mode shadow\nRulesDir %s/rules\n%s" % (TREE, text))

    def test_the_caller_returns_when_the_daemon_serves_and_no_sooner(self):
        result = run("-c", str(self.config))
        self.assertEqual(result.returncode, 0, result.stderr)
        pid = int((self.path / "pid").read_text())
        try:
            with MilterClient("unix:%s/socket" % self.path) as mta:
                mta.negotiate()
                mta.connect()
                self.assertTrue(mta.send(PLAIN).accepted)
            self.assertEqual(os.getsid(pid) == os.getsid(0), False)
            for fd in (0, 1, 2):
                self.assertEqual(os.readlink("/proc/%d/fd/%d" % (pid, fd)), "/dev/null")
        finally:
            os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not (self.path / "pid").exists(), what="the pid file's end")

    def test_what_goes_wrong_is_on_the_caller_s_terminal_and_in_its_exit_status(self):
        self.write("Socket unix:/nonexistent/socket\n")
        result = run("-c", str(self.config))
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("/nonexistent/", result.stderr)


class Signals(unittest.TestCase):
    def test_SIGTERM_lets_a_message_in_flight_finish_and_exits_0(self):
        with Daemon() as daemon:
            mta = daemon.session()
            answer = mta.begin(FOREIGN)
            daemon.process.send_signal(signal.SIGTERM)
            daemon.wait_for_log("draining: 1 connections, 1 messages")
            time.sleep(0.5)
            self.assertIsNone(daemon.process.poll())
            answer = mta.end_of_message("4QDRAIN", answer)
            self.assertEqual(answer.apply(), PLAIN)
            mta.quit()
            self.assertEqual(daemon.process.wait(PATIENCE), 0)
            self.assertIn(": 4QDRAIN: action=", daemon.log())

    def test_SIGTERM_to_the_whole_process_group_drains_all_the_same(self):
        with Daemon() as daemon:
            mta = daemon.session()
            answer = mta.begin(FOREIGN)
            for pid in (*daemon.children(), daemon.process.pid):
                os.kill(pid, signal.SIGTERM)
            daemon.wait_for_log("draining: 1 connections, 1 messages")
            time.sleep(0.5)
            self.assertEqual(mta.end_of_message(answer=answer).apply(), PLAIN)
            mta.quit()
            self.assertEqual(daemon.process.wait(PATIENCE), 0)

    def test_while_draining_new_connections_are_refused_at_once(self):
        for options in ({}, {"Socket": "inet:%d@127.0.0.1" % free_port()}):
            with self.subTest(options), Daemon(**options) as daemon:
                mta = daemon.session()
                answer = mta.begin(PLAIN)
                daemon.process.send_signal(signal.SIGTERM)
                wait_until(lambda: refuses(daemon.socket), what="a refusal")
                self.assertTrue(mta.end_of_message(answer=answer).accepted)
                mta.quit()
                self.assertEqual(daemon.process.wait(PATIENCE), 0)

    def test_an_idle_session_delays_the_end_by_seconds_only(self):
        with Daemon() as daemon:
            mta = daemon.session()
            mta.send(PLAIN)
            daemon.process.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.process.wait(PATIENCE), 0)

    def test_without_sessions_the_end_comes_within_a_second(self):
        times = []
        while not times or (min(times) > 1 and len(times) < 10):  # of a machine that is not busy at that moment
            with Daemon() as daemon:
                send(daemon)
                begin = time.monotonic()
                daemon.process.send_signal(signal.SIGTERM)
                self.assertEqual(daemon.process.wait(PATIENCE), 0)
                times.append(time.monotonic() - begin)
        # An idle session would be waited for, for three seconds.
        self.assertLess(min(times), 2.5)

    def test_a_second_SIGTERM_ends_at_once(self):
        with Daemon() as daemon:
            mta = daemon.session()
            mta.begin(PLAIN)
            daemon.process.send_signal(signal.SIGTERM)
            daemon.wait_for_log("draining")
            daemon.process.send_signal(signal.SIGTERM)
            # Else it would wait until the drain is cut off, and end with 0.
            self.assertNotEqual(daemon.process.wait(PATIENCE), 0)
            with self.assertRaises((MilterError, OSError)):
                mta.end_of_message()

    def test_SIGHUP_with_mistakes_keeps_the_old_set_and_logs_file_and_line(self):
        with Daemon() as daemon:
            good = daemon.config.read_text()
            daemon.configure("Mode shadow\nNonsense yes\n")
            log = daemon.reload()
            self.assertIn("%s:2:" % daemon.config, log)
            self.assertIn("not reloaded", log)
            self.assertEqual(send(daemon, FOREIGN).apply(), PLAIN)      # still enforce
            daemon.configure(good)
            self.assertIn(" reloaded: ", daemon.reload())

    def test_SIGHUP_changes_the_mode_of_the_next_messages(self):
        with Daemon(Mode="enforce") as daemon:
            mta = daemon.session()
            self.assertEqual(mta.send(FOREIGN).apply(), PLAIN)
            in_flight = daemon.session()
            answer = in_flight.begin(FOREIGN)
            daemon.configure(Mode="shadow")
            daemon.reload()
            # The message that had begun keeps its set; the next one of an old session has the new one.
            self.assertEqual(in_flight.end_of_message(answer=answer).apply(), PLAIN)
            self.assertTrue(mta.send(FOREIGN).unchanged)
            self.assertEqual(daemon.client().actions, 0)

    def test_a_session_that_was_promised_no_change_keeps_that_promise(self):
        with Daemon(Mode="shadow") as daemon:
            mta = daemon.session()
            self.assertTrue(mta.send(FOREIGN).unchanged)
            daemon.configure(Mode="enforce")
            daemon.reload()
            self.assertTrue(mta.send(FOREIGN).unchanged)
            self.assertEqual(send(daemon, FOREIGN).apply(), PLAIN)

    def test_many_SIGHUPs_in_a_row_end_in_the_last_configuration(self):
        with Daemon(Mode="enforce") as daemon:
            for mode in ("tag", "enforce", "shadow") * 10:
                daemon.configure(Mode=mode)
                daemon.process.send_signal(signal.SIGHUP)
            wait_until(lambda: daemon.client().actions == 0, what="the shadow mode")
            self.assertEqual(len(daemon.gateways()), 1)


class Death(unittest.TestCase):
    def test_a_killed_gateway_is_replaced_and_the_next_connection_works(self):
        with Daemon() as daemon:
            send(daemon)
            before = daemon.gateways()
            os.kill(before[0], signal.SIGKILL)
            self.assertTrue(send(daemon).accepted)
            self.assertNotEqual(daemon.gateways(), before)
            self.assertIn("(process %d) was killed by signal 9" % before[0], daemon.log())

    def test_a_gateway_that_keeps_dying_is_started_less_and_less_often(self):
        with Daemon() as daemon:
            pauses = []
            while 2 not in pauses:
                gateway = daemon.gateway()
                os.kill(gateway, signal.SIGKILL)
                daemon.wait_for_log("(process %d) was killed by signal 9 (Killed); the next starts in " % gateway)
                pauses = [int(each) for each in re.findall(r"the next starts in (\d+) s", daemon.log())]
                # Or from the beginning: on a busy machine one may have lived long before it was killed.
                self.assertIn(pauses[-1], (0, {0: 1, 1: 2}[pauses[-2]] if len(pauses) > 1 else 0))
            # Who connects meanwhile waits, and is served.
            self.assertTrue(send(daemon).accepted)

    def test_what_a_reload_brought_survives_the_gateway(self):
        with Daemon(Mode="enforce") as daemon:
            daemon.configure(Mode="shadow")
            daemon.reload()
            daemon.configure("broken\n")
            os.kill(daemon.gateway(), signal.SIGKILL)
            self.assertTrue(send(daemon, FOREIGN).unchanged)

    def test_when_the_keeper_is_killed_the_gateway_finishes_its_messages_and_goes(self):
        with Daemon() as daemon:
            gateway = daemon.gateway()
            mta = daemon.session()
            answer = mta.begin(FOREIGN)
            daemon.process.kill()
            daemon.process.wait()
            wait_until(lambda: "the keeper is gone" in daemon.log(), what="the gateway's notice")
            # The lock fell with the keeper: the next instance need not wait for the old gateway.
            with Daemon(Socket=daemon.socket) as next_daemon:
                self.assertTrue(send(next_daemon).accepted)
                self.assertEqual(mta.end_of_message(answer=answer).apply(), PLAIN)
                mta.quit()
                wait_until(lambda: not os.path.exists("/proc/%d" % gateway) or "State:\tZ" in pathlib.Path(
                    "/proc/%d/status" % gateway).read_text(), what="the old gateway's end")


def heard_within_a_second(manager):
    """Of five signs of life that were due."""
    try:
        return manager.recv(4096)
    except socket.timeout:
        return b""


class Systemd(unittest.TestCase):
    def test_the_manager_hears_of_start_life_reload_and_end(self):
        with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(directory + "/notify")
            manager.settimeout(PATIENCE)
            environment = {"NOTIFY_SOCKET": directory + "/notify", "WATCHDOG_USEC": "400000"}
            with Daemon(environment=environment) as daemon:
                heard = []

                def hear(word):
                    while word not in heard:
                        heard.extend(manager.recv(4096).decode().split("\n"))
                    heard.clear()

                hear("READY=1")
                hear("WATCHDOG=1")
                hear("WATCHDOG=1")
                daemon.process.send_signal(signal.SIGHUP)
                hear("RELOADING=1")
                hear("READY=1")
                # A gateway that is dead is being replaced: that is life, too.
                os.kill(daemon.gateway(), signal.SIGKILL)
                hear("WATCHDOG=1")
                # One that hangs is not.
                send(daemon)
                gateway = daemon.gateway()
                os.kill(gateway, signal.SIGSTOP)
                manager.settimeout(1)
                wait_until(lambda: not heard_within_a_second(manager), what="silence")
                manager.settimeout(PATIENCE)
                os.kill(gateway, signal.SIGCONT)
                daemon.process.send_signal(signal.SIGTERM)
                hear("STOPPING=1")


if __name__ == "__main__":
    sys.exit(run_tests("__main__"))
