"""What others' mail costs: the memory of many large messages at once, and the wait beside a flood of bombs."""

import concurrent.futures
import os
import re
import sys
import threading
import time

from e2e import books, pixelward

sys.path.insert(0, os.path.join(pixelward.ROOT, "tests", "gateway"))
from milter_client import MilterClient  # noqa: E402

LARGE, MEGABYTES = 100, 25
BOMBERS, INNOCENT = 8, 3
BOMBS = (b"spin", b"abort", b"memory")


class Session(MilterClient):
    """One that throws away what the filter sends for a body: the bench must not be what takes the memory."""

    def __init__(self, ward, address):
        super().__init__("unix:" + ward.socket, timeout=300)
        self.negotiate()
        super().connect(address=address)
        self.helo()

    @staticmethod
    def modification(answer, command, data):
        if command != b"b":
            MilterClient.modification(answer, command, data)


def memory_of(ward):
    """Of all processes: what each has by itself, its share of what is mapped, and memory files, mapped or not, once."""
    total, files = 0, {}
    for pid in ward.gateways() + [ward.process.pid]:
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += sum(map(int, re.findall(r"(?m)^Pss_(?:Anon|File):\s+(\d+) kB", rollup.read()))) * 1024
            for fd in os.listdir(f"/proc/{pid}/fd"):
                path = f"/proc/{pid}/fd/{fd}"
                if os.readlink(path).startswith("/memfd:"):
                    status = os.stat(path)
                    files[status.st_ino] = status.st_blocks * 512
        except OSError:
            pass  # a process that ended, a file that was closed
    return total + sum(files.values())


def memory(ward):
    """(bytes of the messages, the most that all processes had while they were judged, how many were accepted)."""
    raw, at_once = books.large(0, MEGABYTES), threading.Barrier(LARGE + 1)

    def send(number):
        with Session(ward, f"198.51.100.{number + 1}") as mta:
            answer = mta.begin(raw)
            at_once.wait()
            return mta.end_of_message(answer=answer).accepted

    most = 0
    with concurrent.futures.ThreadPoolExecutor(LARGE) as pool:
        fates = [pool.submit(send, number) for number in range(LARGE)]
        at_once.wait()
        while not all(fate.done() for fate in fates):
            most = max(most, memory_of(ward))
            time.sleep(0.02)
        return LARGE * len(raw), most, sum(fate.result() for fate in fates)


def waits(ward, seconds, attacked):
    """Seconds that each innocent mail took, sorted; attacked: one client sends bombs meanwhile, as fast as it can."""
    end, taken = time.monotonic() + seconds, []

    def bomb(number):
        while time.monotonic() < end:
            with Session(ward, "203.0.113.66") as mta:
                mta.send(books.message(0, planted=BOMBS[number % len(BOMBS)]))

    def innocent(number):
        with Session(ward, f"198.51.100.{number + 1}") as mta:
            while time.monotonic() < end:
                begin = time.monotonic()
                if not mta.send(books.message(number)).accepted:
                    raise RuntimeError("innocent mail was refused")
                taken.append(time.monotonic() - begin)
                time.sleep(0.02)

    with concurrent.futures.ThreadPoolExecutor(BOMBERS + INNOCENT) as pool:
        running = [pool.submit(innocent, number) for number in range(INNOCENT)]
        running += [pool.submit(bomb, number) for number in range(BOMBERS if attacked else 0)]
        for each in running:
            each.result()
    return sorted(taken)
