"""Just enough of PNG to compare two screenshots: 8 bits a channel, RGB or RGBA, not interlaced."""

import struct
import zlib


class Picture:
    def __init__(self, data):
        self.data = data
        self._rows = None

    @property
    def rows(self):
        """Decoded when asked for: that is slow."""
        if self._rows is None:
            self._decode(self.data)
        return self._rows

    def _decode(self, data):
        assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
        at, packed = 8, b""
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + length]
            at += 12 + length
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                assert depth == 8 and colour in (2, 6) and not interlaced, "an unexpected kind of PNG"
                self.channels = 3 if colour == 2 else 4
            elif kind == b"IDAT":
                packed += body
        self._rows = _unfilter(zlib.decompress(packed), self.width, self.height, self.channels)


def _unfilter(data, width, height, channels):
    stride = width * channels
    rows, above = [], bytearray(stride)
    for y in range(height):
        begin = y * (stride + 1)
        kind, row = data[begin], bytearray(data[begin + 1:begin + 1 + stride])
        if kind == 2 and not any(row):
            row[:] = above  # the same as above: most rows of a page
        elif kind == 0 or not any(row) and kind == 1:
            pass
        else:
            _FILTERS[kind](row, above, channels)
        rows.append(bytes(row))
        above = row
    return rows


def _sub(row, above, n):
    for i in range(n, len(row)):
        row[i] = (row[i] + row[i - n]) & 255


def _up(row, above, n):
    row[:] = bytes((a + b) & 255 for a, b in zip(row, above))


def _average(row, above, n):
    for i, value in enumerate(row):
        left = row[i - n] if i >= n else 0
        row[i] = (value + (left + above[i]) // 2) & 255


def _paeth(row, above, n):
    for i, value in enumerate(row):
        left, corner = (row[i - n], above[i - n]) if i >= n else (0, 0)
        up = above[i]
        guess = left + up - corner
        a, b, c = abs(guess - left), abs(guess - up), abs(guess - corner)
        row[i] = (value + (left if a <= b and a <= c else up if b <= c else corner)) & 255


_FILTERS = {1: _sub, 2: _up, 3: _average, 4: _paeth}


def differences(left, right, masked=()):
    """How many pixels differ outside of the masked boxes, and the box around them."""
    if left.data == right.data:
        return 0, None
    rows = zip(left.rows, right.rows)
    if (left.width, left.height, left.channels) != (right.width, right.height, right.channels):
        return left.width * left.height, (0, 0, left.width, left.height)
    count, xs, ys = 0, [], []
    n = left.channels
    for y, (a, b) in enumerate(rows):
        if a == b:
            continue
        for x in range(left.width):
            if a[x * n:x * n + n] != b[x * n:x * n + n] and \
                    not any(x0 - 1 <= x <= x1 and y0 - 1 <= y <= y1 for x0, y0, x1, y1 in masked):
                count += 1
                xs.append(x)
                ys.append(y)
    return count, (min(xs), min(ys), max(xs), max(ys)) if count else None
