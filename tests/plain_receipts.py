"""A second reader of receipts, of nothing but Python's own library: what a suspicious neighbour could type in.

Ed25519 follows RFC 8032, section 6, and the tree RFC 9162, section 2.1.1, word for word; nothing is taken from jiran.
"""

from __future__ import annotations

import hashlib
import json

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def _recovered(y, sign):
    x2 = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P)
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P:
        x = x * _ROOT % _P
    if y >= _P or (x * x - x2) % _P or (x == 0 and sign):
        raise ValueError("no point")
    return _P - x if x & 1 != sign else x


def _point(data):
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _recovered(y, number >> 255)
    return x, y, 1, x * y % _P


def _plus(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * _D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor, point):
    found = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _plus(found, point)
        point, factor = _plus(point, point), factor >> 1
    return found


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def is_signed(public, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % _ORDER
    one, two = _times(s, _BASE), _plus(_point(r), _times(h, _point(public)))
    same = (one[0] * two[2] - two[0] * one[2]) % _P == 0 and (one[1] * two[2] - two[1] * one[2]) % _P == 0
    return len(signature) == 64 and s < _ORDER and same


def tree_root(leaves):
    """MTH of RFC 9162, over the bytes of records."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\1" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()


def split(size):
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def tree_path(index, leaves):
    """PATH of RFC 9162."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*tree_path(index, leaves[:k]), tree_root(leaves[k:])]
    return [*tree_path(index - k, leaves[k:]), tree_root(leaves[:k])]


def root_above(leaf, index, size, path):
    """Go down the tree instead of up: the last hash of a path stands beside the top."""
    if size == 1:
        return hashlib.sha256(b"\0" + leaf).digest() if not path and index == 0 else b""
    if not path:
        return b""
    *path, beside = path
    k = split(size)
    if index < k:
        return hashlib.sha256(b"\1" + root_above(leaf, index, k, path) + beside).digest()
    return hashlib.sha256(b"\1" + beside + root_above(leaf, index - k, size - k, path)).digest()


def canonical(content):
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def accepts(text, public):
    """Whether a receipt is what the holder of a key has signed: all of this home's trades of the day, and no other."""
    receipt = json.loads(text)
    head = receipt["head"]
    root = bytes.fromhex(head["root"])
    records = [proof["record"] for proof in receipt["records"]]
    proved = all(
        root_above(canonical(p["record"]), p["index"], head["size"], [bytes.fromhex(h) for h in p["path"]]) == root
        for p in receipt["records"]
    )
    *trades, total = records
    home = receipt["home"]
    bought = [trade for trade in trades if trade["buyer"] == home]
    sold = [trade for trade in trades if trade["seller"] == home]
    return (
        is_signed(bytes.fromhex(public), canonical(head), bytes.fromhex(receipt["signature"]))
        and proved
        and (total["kind"], total["home"], total["trades"]) == ("total", home, len(bought + sold))
        and len({trade["n"] for trade in trades}) == len(trades)
        and total["owes_millionths"] == sum(trade["paid_millionths"] for trade in bought)
        and total["earns_millionths"] == sum(trade["received_millionths"] for trade in sold)
        and receipt["day"] == head["day"]
    )
