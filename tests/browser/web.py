"""
The whole web of a test, on loopback: a proxy that answers every request itself and remembers it.

Nothing is forwarded. Documents are those that publish() was given, all at the host mail.test; whatever else is asked
for gets something fitting its name: a picture, a sheet, a page. CONNECT (https, wss) is remembered and refused.
"""

import http.server
import struct
import threading
import urllib.parse
import zlib

DOCUMENTS = "mail.test"
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><g id='x'><rect width='9' height='9'/></g></svg>"


def picture(width, height, colour):
    """A PNG of stripes, so that a shift by a pixel shows."""
    rows = b""
    for y in range(height):
        shade = tuple(max(0, c - 40 * (y // 4 % 2)) for c in colour)
        rows += b"\0" + bytes(shade) * width
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Web:
    """
    Runs until close(). Requests are kept as URLs, in the order in which they came; CONNECT as "https://host:port".
    marks: what in a URL says whose it is (a compiled pattern).
    """

    def __init__(self, marks=None):
        self._lock = threading.Lock()
        self._requests, self._documents = [], {}
        self._marks, self._marked = marks, {}
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                web._answer(self)

            do_HEAD = do_POST = do_OPTIONS = do_GET

            def do_CONNECT(self):
                web._remember("https://" + self.path)
                self.send_error(502)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass  # a browser hangs up when it has seen enough

        self._server = Server(("127.0.0.1", 0), Handler)
        self.proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def _remember(self, url):
        with self._lock:
            self._requests.append(url)
            for mark in set(self._marks.findall(url.lower())) if self._marks else ():
                self._marked.setdefault(mark, []).append(url)

    def _answer(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        if length:
            handler.rfile.read(length)
        url = handler.path if "://" in handler.path else f"http://{handler.headers.get('Host')}{handler.path}"
        parts = urllib.parse.urlsplit(url)
        if parts.netloc == DOCUMENTS:
            kind, body = self._documents.get(parts.path, (None, b""))
            status = 200 if kind else 404
        else:
            self._remember(url)
            status, (kind, body) = 200, _fitting(parts, handler.headers)
        handler.send_response(status)
        handler.send_header("Content-Type", kind or "text/plain")
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Cache-Control", "no-store")
        handler.send_header("Access-Control-Allow-Origin", "*")
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    def publish(self, path, body, kind="text/html; charset=utf-8"):
        """Its URL."""
        self._documents["/" + path] = (kind, body)
        return f"http://{DOCUMENTS}/{path}"

    def requests(self):
        """What was asked for outside of the documents."""
        with self._lock:
            return list(self._requests)

    def take_marked(self):
        """{mark: URLs} since the last time."""
        with self._lock:
            marked, self._marked = self._marked, {}
            return marked

    def is_marked(self, mark):
        return mark in self._marked

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _fitting(parts, headers):
    wanted = headers.get("Sec-Fetch-Dest", "")
    if parts.path.endswith(".css") or wanted == "style":
        return "text/css", b"/* */"
    if "logo" in parts.path or "photo" in parts.path:
        hue = zlib.crc32(parts.path.encode())
        return "image/png", picture(160, 120, (120 + hue % 100, 120 + hue // 100 % 100, 120 + hue // 10000 % 100))
    if parts.path.endswith(".svg"):
        return "image/svg+xml", SVG
    if wanted in ("iframe", "frame", "document", "object", "embed"):
        return "text/html", b"<!DOCTYPE html><p>a page</p>"
    return "image/gif", GIF
