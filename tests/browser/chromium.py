"""
A headless Chromium, driven over its debugging pipe with nothing but the standard library.

The protocol is JSON, one message ending in a NUL, on file descriptors 3 (to the browser) and 4 (from it). All that
the browser would send to a network goes to the proxy it is given (see web.py).
"""

import base64
import contextlib
import fcntl
import json
import os
import shutil
import signal
import threading
import time

from e2e import scratch

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")

SWITCHES = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--disable-default-apps", "--disable-extensions", "--disable-domain-reliability", "--disable-dev-shm-usage",
    "--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--metrics-recording-only", "--password-store=basic", "--use-mock-keychain", "--hide-scrollbars", "--mute-audio",
    # Nothing is answered by a name server, and loopback is no exception to the proxy.
    "--proxy-bypass-list=<-loopback>", "--remote-debugging-pipe",
]


class BrowserError(Exception):
    pass


class Browser:
    """One running browser; pages are tabs of browser contexts of their own."""

    def __init__(self, proxy=None, net_log=None, port=None):
        """proxy: URL of it; or port: the one on loopback that every name but those under .localhost leads to."""
        if PROGRAM is None:
            raise BrowserError("there is no chromium")
        self._folder = scratch.make_folder("browser")
        self._lock = threading.Condition()
        self._answers, self._events, self._listeners = {}, {}, {}
        self._number = 0
        self._ended = False
        arguments = [PROGRAM, *SWITCHES, "--user-data-dir=" + self._folder]
        if proxy:
            arguments.append("--proxy-server=" + proxy)
        if port:
            arguments.append(f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE *.localhost")
        if net_log:
            arguments += ["--log-net-log=" + net_log, "--net-log-capture-mode=Everything"]
        arguments.append("about:blank")
        to_child, ours_out = os.pipe()
        ours_in, from_child = os.pipe()
        # Above 4, so that one does not overwrite the other on its way to 3 and 4.
        to_child, from_child = (_move_up(fd) for fd in (to_child, from_child))
        null = os.open(os.devnull, os.O_RDWR)
        log = os.open(self._folder + "/stderr", os.O_WRONLY | os.O_CREAT, 0o600)
        with scratch.Undisturbed():
            self.pid = os.posix_spawn(
                PROGRAM, arguments, dict(os.environ, HOME=self._folder),
                file_actions=[(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, log, 1),
                              (os.POSIX_SPAWN_DUP2, log, 2), (os.POSIX_SPAWN_DUP2, to_child, 3),
                              (os.POSIX_SPAWN_DUP2, from_child, 4)], setsid=True)
            self._guard = scratch.Guard(self.pid, self._folder)
        for fd in (to_child, from_child, null, log):
            os.close(fd)
        self._out, self._in = ours_out, ours_in
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.version = self.send("Browser.getVersion")["product"]

    def _read(self):
        rest = b""
        while True:
            piece = os.read(self._in, 1 << 20)
            if not piece:
                break
            *messages, rest = (rest + piece).split(b"\0")
            for message in messages:
                self._take(json.loads(message))
        with self._lock:
            self._ended = True
            self._lock.notify_all()

    def _take(self, message):
        with self._lock:
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                key = (message.get("sessionId"), message["method"])
                self._events[key] = self._events.get(key, 0) + 1
            self._lock.notify_all()

    def _wait(self, condition, what, seconds):
        deadline = time.monotonic() + seconds
        with self._lock:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    raise BrowserError(("the browser ended during " if self._ended else "waited in vain for ") + what)
                self._lock.wait(left)

    def send(self, method, session=None, seconds=None, **parameters):
        with self._lock:
            self._number += 1
            number = self._number
            message = {"id": number, "method": method, "params": parameters}
            if session:
                message["sessionId"] = session
            data = json.dumps(message).encode() + b"\0"
            while data:
                data = data[os.write(self._out, data):]
        self._wait(lambda: number in self._answers, method, seconds or scratch.PATIENCE)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def count(self, session, event):
        with self._lock:
            return self._events.get((session, event), 0)

    def wait_event(self, session, event, before, seconds):
        """Until that event came more often than before; False if it does not within the time."""
        try:
            self._wait(lambda: self._events.get((session, event), 0) > before, event, seconds)
            return True
        except BrowserError:
            if self._ended:
                raise
            return False

    def close(self):
        """Ask it to end, so that it writes its logs; then make sure."""
        with contextlib.suppress(BrowserError, OSError):
            self.send("Browser.close")
        self._reap(scratch.PATIENCE)

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._reap(10)

    def _reap(self, seconds):
        deadline = time.monotonic() + seconds
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            time.sleep(0.02)
        # Its children are in its process group and end with its pipes; whoever does not is ended here.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._guard.dismiss()
        os.close(self._out)
        self._reader.join(5)
        os.close(self._in)
        scratch.remove_folder(self._folder)


def _move_up(fd):
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(fd)
    return high


class Page:
    """One tab, as a mail client shows mail: scripts are off."""

    def __init__(self, browser, width=800, height=3000, private=True):
        self.browser = browser
        self._context = browser.send("Target.createBrowserContext")["browserContextId"] if private else None
        context = {"browserContextId": self._context} if private else {"newWindow": True}
        self._target = browser.send("Target.createTarget", url="about:blank", width=width, height=height,
                                    **context)["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        self.send("Page.enable")
        self.send("Emulation.setScriptExecutionDisabled", value=True)
        # Tall, so that what loads lazily is in view.
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def send(self, method, **parameters):
        return self.browser.send(method, self.session, **parameters)

    def show(self, url, idle, seconds=6):
        """Load it, wait until it is loaded, and a little for what starts later. False: it did not get loaded."""
        before = self.browser.count(self.session, "Page.loadEventFired")
        self.send("Page.navigate", url=url)
        loaded = self.browser.wait_event(self.session, "Page.loadEventFired", before, seconds)
        time.sleep(idle)
        return loaded

    def blank(self):
        self.send("Page.navigate", url="about:blank")

    def screenshot(self):
        """PNG bytes of the whole view."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    def boxes(self, selector):
        """The border boxes (x0, y0, x1, y1) of the elements that match."""
        root = self.send("DOM.getDocument", depth=0)["root"]["nodeId"]
        found = []
        for node in self.send("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"]:
            try:
                border = self.send("DOM.getBoxModel", nodeId=node)["model"]["border"]
            except BrowserError:
                continue  # not displayed
            found.append((min(border[0::2]), min(border[1::2]), max(border[0::2]), max(border[1::2])))
        return found

    def close(self):
        with contextlib.suppress(BrowserError):
            self.browser.send("Target.closeTarget", targetId=self._target)
            if self._context:
                self.browser.send("Target.disposeBrowserContext", browserContextId=self._context)
