#!/usr/bin/env python3
"""
Runs test programs (cmocka, TAP on their output) and Python test files (unittest), some at once.

What passes is silent; what fails is shown whole. The last line counts single tests: "N passed, N failed",
with ", N skipped" if any. Exit status 1 if anything failed, or if there was nothing to run.
"""

import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Result:
    def __init__(self, name, passed=0, failed=0, skipped=0, output="", why=""):
        self.name, self.passed, self.failed, self.skipped = name, passed, failed, skipped
        self.output, self.why = output, why


def read_tap(name, status, output):
    passed = len(re.findall(r"^ok\b(?!.*# SKIP)", output, re.M | re.I))
    skipped = len(re.findall(r"^ok\b.*# SKIP", output, re.M | re.I))
    failed = len(re.findall(r"^not ok\b", output, re.M))
    planned = sum(map(int, re.findall(r"^1\.\.(\d+)", output, re.M)))
    why = ""
    if status != 0 and failed == 0:
        failed, why = 1, ended(status)
    elif passed + failed + skipped < planned:
        failed, why = failed + 1, "fewer tests ran than were planned"
    elif planned == 0:
        failed, why = failed + 1, "it ran no test"
    return Result(name, passed, failed, skipped, output, why)


def read_unittest(name, status, output):
    ran = re.findall(r"^Ran (\d+) tests? in", output, re.M)
    if not ran:
        return Result(name, 0, 1, 0, output, ended(status) + " before it counted its tests")
    count = {key: int(number) for key, number in re.findall(r"(failures|errors|skipped)=(\d+)", output.splitlines()[-1])}
    failed, skipped = count.get("failures", 0) + count.get("errors", 0), count.get("skipped", 0)
    if status != 0 and failed == 0 and int(ran[0]) > 0:
        failed = 1
    # A class that is skipped as a whole counts as one skipped test, and none of its tests as run.
    passed = len(re.findall(r"^.* \.\.\. ok$|^ok$", output, re.M))
    return Result(name, passed, failed, skipped, output)


def ended(status):
    if status < 0:
        return "ended by " + signal.Signals(-status).name
    return f"ended with {status}"


def run(path, timeout):
    name = os.path.relpath(path, ROOT)
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", PYTHONDONTWRITEBYTECODE="1",
                       PYTHONPATH=os.path.join(ROOT, "tests"))
    if environment.get("SANITIZER"):
        environment.setdefault("PW_TEST_PATIENCE", "120")
        environment.setdefault("ASAN_OPTIONS", "abort_on_error=0:allocator_may_return_null=1")
        environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    if path.endswith(".py"):
        module = os.path.relpath(path, os.path.join(ROOT, "tests"))[:-3].replace("/", ".")
        command, read = [sys.executable, "-m", "unittest", "-v", module], read_unittest
    else:
        command, read = [os.path.abspath(path)], read_tap
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    running.add(process)
    try:
        output, _ = process.communicate(timeout=timeout)
        late = ""
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # lets the benches of the tests clean up
        try:
            output, _ = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        late = f"no end after {timeout} s"
    running.discard(process)
    result = read(name, process.returncode, output.decode("utf-8", "replace"))
    if late:
        result.failed, result.why = max(result.failed, 1), late
    return result


running = set()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, default=2)
    # What waits in vain ends by itself, and says for what: this is for a test that hangs.
    options.add_argument("--timeout", type=int, default=1800, help="seconds for one file")
    options.add_argument("files", nargs="*")
    given = options.parse_args()

    began = time.monotonic()
    passed = failed = skipped = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            # The slow ones, those from outside, first: the end is then not one long wait.
            files = sorted(given.files, key=lambda path: (not path.endswith(".py"), path))
            for future in concurrent.futures.as_completed([pool.submit(run, path, given.timeout) for path in files]):
                result = future.result()
                passed, failed, skipped = passed + result.passed, failed + result.failed, skipped + result.skipped
                if result.failed:
                    print(f"---- {result.name}: {result.failed} failed{result.why and ': ' + result.why}")
                    print(result.output.rstrip("\n"))
                    print("----", flush=True)
                else:
                    told = f", {result.skipped} skipped" if result.skipped else ""
                    print(f"ok {result.name} ({result.passed}{told})", flush=True)
                    for reason in sorted(set(re.findall(r"\.\.\. skipped (.*)$", result.output, re.M))):
                        print(f"   skipped: {reason}", flush=True)
    except KeyboardInterrupt:
        for process in list(running):
            process.send_signal(signal.SIGINT)
        os._exit(130)
    if not given.files:
        failed += 1
        print("no test to run")
    print(f"{len(given.files)} files in {time.monotonic() - began:.0f} s")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
