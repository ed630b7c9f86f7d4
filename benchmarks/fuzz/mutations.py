"""Ways to break a file: its bytes, its lines, or the values of its JSON or TOML."""

from __future__ import annotations

import copy
import json
import random
import re
import struct
import tomllib
from collections.abc import Callable
from typing import Any

Random = random.Random

_LARGEST = 1 << 20
"""Bytes: a mutation never makes a file larger, so that what is large is the reader's doing."""

_TEXTS = (
    "", " ", "_", "\u0000", "\ufeff", "\u202e", "\u2028", "\u00df\u0130", "\ufdfa" * 40,
    "../../x", "/etc/passwd", "~nosuchuser/x", "C:\\x", "a" * 70_000, "%00%ff", "{data}", "{0.a}",
    "=1+1", "nan", "-inf", "1e999", "1_000", "\u0663\u0664", "2001-13-45", "0" * 5000, "9" * 5000,
    "MIT OR (", "(" * 500 + "MIT" + ")" * 500, "a@b@c", "x@^", "x@99999999999999999999.0.0",
    "sha256:", "s3://", "http://[::1", "git:", "hf:", "file:", "module:Class", "?a=b&a=c", "\\",
    "-", "--help", "id,label", '"', "'", "\t", "\r", "\n", "a\nb", "<script>", "%s%n", "\ud800",
)  # fmt: skip
_NUMBERS = (
    0, -1, 1, 1 << 31, 1 << 63, -(1 << 63), 1 << 64, 1 << 70, 10**400, 0.5, -0.0, 1e308, 5e-324,
    float("nan"), float("inf"), -float("inf"),
)  # fmt: skip
_LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (one, one, b",".join([b"*%c" % (one - 1)] * 9)) for one in b"bcdefgh"
)
"""A few lines of YAML whose last name stands for 43 million values."""
_TOKENS = (
    b"9" * 5000,
    b"-" + b"9" * 30,
    b"1e999",
    b"NaN",
    b"Infinity",
    b"null",
    b"true",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b'"\\ud800"',
    b"\xc3",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\x1a",
    b'"',
    b"''",
    b",,,",
    b";",
    b"\t",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"(" * 10_000,
    b"- " * 5_000,
    b"a." * 20_000,
    b"&a [*a]",
    b"2001-02-30",
    b"2001-12-14t21:59:43.10-99:00",
    b"!!python/object/apply:os.system [x]",
    b"!!timestamp x",
    b"!!binary x",
    b"!!int x",
    b"!!float x",
    b"!!set [x]",
    b"!!omap x",
    b"? [a]\n: b\n",
    b"<<: 3\n",
    b"1:60:99",
    b"0x",
    b"0b2",
    b"[[a]]\n",
    b"[a.b]\n",
    b"a = 1\n",
    b"'''",
    b'"""',
    b"# c\n",
    b"<<<<<<<",
    b"-" * 5000,
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    b"<!DOCTYPE html><html>",
    _LAUGHS,
)


def mutate(content: bytes, name: str, others: list[bytes], rng: Random) -> bytes:
    """A broken copy of a file.

    Parameters
    ----------
    content : bytes
    name : str
        Its ending says whether it is taken apart as JSON, JSON lines or TOML.
    others : list of bytes
        Files of other kinds, to splice in.
    rng : Random
    """
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        structured = _STRUCTURED.get(name.rpartition(".")[2])
        if structured is not None and rng.random() < 0.6:
            content = structured(content, rng)
        else:
            content = rng.choice(_BYTES)(content, others, rng)
    return content[:_LARGEST]


def _flip(content: bytes, others: list[bytes], rng: Random) -> bytes:
    whole = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64)) if whole else 0):
        whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
    return bytes(whole)


def _replace(content: bytes, others: list[bytes], rng: Random) -> bytes:
    """Some bytes are any others."""
    at, length = _span(content, rng, 32)
    return content[:at] + rng.randbytes(length) + content[at + length :]


def _cut(content: bytes, others: list[bytes], rng: Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _remove(content: bytes, others: list[bytes], rng: Random) -> bytes:
    at, length = _span(content, rng, 4096)
    return content[:at] + content[at + length :]


def _repeat(content: bytes, others: list[bytes], rng: Random) -> bytes:
    at, length = _span(content, rng, 256)
    times = rng.choice((2, 2, 3, 50, 2000))
    return content[:at] + content[at : at + length] * times + content[at + length :]


def _splice(content: bytes, others: list[bytes], rng: Random) -> bytes:
    other = rng.choice(others)
    at, length = _span(other, rng, 4096)
    place = rng.randrange(len(content) + 1)
    tail = content[place:] if rng.random() < 0.5 else b""
    return content[:place] + other[at : at + length] + tail


def _token(content: bytes, others: list[bytes], rng: Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(_TOKENS) + content[at + rng.choice((0, 0, 1, 8)) :]


def _word(content: bytes, others: list[bytes], rng: Random) -> bytes:
    """A number or a word of the text becomes a token."""
    words = list(re.finditer(rb"[A-Za-z0-9_.-]+", content[: 1 << 16]))
    if not words:
        return rng.choice(_TOKENS)
    one = rng.choice(words)
    new = rng.choice((*_TOKENS, *(text.encode("utf-8", "surrogatepass") for text in _TEXTS)))
    return content[: one.start()] + new + content[one.end() :]


def _number(content: bytes, others: list[bytes], rng: Random) -> bytes:
    """Four or eight bytes are an extreme number, as lengths in headers are."""
    form, value = rng.choice(
        [
            (kind, one)
            for kind in ["<i", ">i", "<I", ">I", "<q", ">q", "<H"]
            for one in (0, 1, 0x7FFF)
        ]
        + [("<I", 0xFFFFFFFF), (">I", 0xFFFFFFFF), ("<q", (1 << 63) - 1), ("<q", -1), ("<i", -1)]
        + [("<q", 1 << 40), ("<I", 0x7FFFFFFF), (">I", 0x7FFFFFFF), ("<H", 0xFFFF)]
    )
    at = rng.randrange(len(content) + 1)
    new = struct.pack(form, value)
    return content[:at] + new + content[at + len(new) :]


def _encoding(content: bytes, others: list[bytes], rng: Random) -> bytes:
    text = content.decode("utf-8", "replace")
    name = rng.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-32", "utf-7"))
    return text.encode(name, "replace")


def _lines(content: bytes, others: list[bytes], rng: Random) -> bytes:
    """Lines change places, go, come twice, or end as other systems end them."""
    lines = content.split(b"\n")
    way = rng.randrange(5)
    if way == 0:
        rng.shuffle(lines)
    elif way == 1:
        del lines[rng.randrange(len(lines))]
    elif way == 2:
        lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    elif way == 3:
        return rng.choice((b"\r", b"\r\n", b"\x85", b"\x0b")).join(lines)
    else:
        lines[rng.randrange(len(lines))] = rng.choice(_TOKENS)
    return b"\n".join(lines)


def _empty(content: bytes, others: list[bytes], rng: Random) -> bytes:
    return rng.choice((b"", b"\n", b"\x00" * 600, rng.randbytes(200), rng.choice(others)))


_Way = Callable[[bytes, list[bytes], Random], bytes]
_FORMS = ("<i", ">i", "<I", ">I", "<q", ">q", "<H")
_BYTES: tuple[_Way, ...] = (
    _flip, _flip, _replace, _cut, _remove, _repeat, _splice, _token, _token, _word, _word, _number,
    _number, _encoding, _lines, _lines, _empty,
)  # fmt: skip


def _span(content: bytes, rng: Random, most: int) -> tuple[int, int]:
    at = rng.randrange(len(content) + 1)
    return at, rng.randrange(1, most)


def _json(content: bytes, rng: Random) -> bytes:
    try:
        return _json_bytes(_changed(json.loads(content), rng), rng)
    except (ValueError, RecursionError):  # broken, or deep already
        return _token(content, [b""], rng)


def _json_lines(content: bytes, rng: Random) -> bytes:
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at] = _json(lines[at], rng)
    return b"\n".join(lines)


def _json_bytes(value: Any, rng: Random) -> bytes:
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, default=str)
    return text.encode("utf-8", "surrogatepass")


def _toml(content: bytes, rng: Random) -> bytes:
    """The line of one key gets another value, in the same form as JSON has it."""
    try:
        tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return _token(content, [b""], rng)
    lines = content.split(b"\n")
    places = [at for at, line in enumerate(lines) if re.match(rb"^[\w-]+ *=", line)]
    if not places:
        return _token(content, [b""], rng)
    at = rng.choice(places)
    key = lines[at].partition(b"=")[0]
    wild = (b"1979-05-27", b"1979-05-27T07:32:00Z", b"07:32:00", b"inf", b"nan", b"0x" + b"f" * 90,
            b"9" * 5000, b"[[[]]]", b"{}", b"{a.b.c = 1}", b"[" * 5000 + b"]" * 5000)  # fmt: skip
    value = rng.choice(wild) if rng.random() < 0.4 else _json_bytes(_anything(rng), rng)
    lines[at] = key + b"= " + value
    return b"\n".join(lines)


_STRUCTURED: dict[str, Callable[[bytes, Random], bytes]] = {
    "json": _json, "jsonld": _json, "lock": _json, "jsonl": _json_lines, "toml": _toml,
}  # fmt: skip


def _changed(value: Any, rng: Random) -> Any:
    """A copy in which one place has another value, another key, or is gone."""
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []
    waiting = [value] if isinstance(value, (dict, list)) else []
    while waiting:
        one = waiting.pop()
        inside = one.items() if isinstance(one, dict) else enumerate(one)
        for key, held in inside:
            places.append((one, key))
            if isinstance(held, (dict, list)):
                waiting.append(held)
    if not places or rng.random() < 0.03:
        return _anything(rng)
    # Rare keys as often as those that a long list repeats.
    names = sorted({str(key) for _, key in places if isinstance(key, str)})
    chosen = rng.choice(names) if names and rng.random() < 0.8 else None
    fitting = [place for place in places if chosen is None or place[1] == chosen]
    holder, key = rng.choice(fitting or places)
    way = rng.randrange(8)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, dict):
        holder[rng.choice(_TEXTS)] = holder.pop(key)
    elif way == 2 and isinstance(holder, list):
        holder.extend([holder[key]] * rng.choice((1, 3, 500)))
    else:
        holder[key] = _anything(rng, holder[key])
    return value


def _anything(rng: Random, old: Any = None) -> Any:
    simple = (None, True, False, [], {}, rng.choice(_TEXTS), rng.choice(_NUMBERS))
    way = rng.randrange(12)
    if way == 0:
        return [old] if rng.random() < 0.5 else {"a": old}
    if way == 1:
        return {rng.choice(_TEXTS): rng.choice(simple), "name": rng.choice(simple)}
    if way == 2:
        return [rng.choice(simple) for _ in range(3)]
    if way == 3:
        return [_anything(rng, old) for _ in range(2)]
    if way == 4:
        deep: Any = old
        for _ in range(rng.choice((20, 90, 200))):
            deep = [deep] if rng.random() < 0.5 else {"a": deep}
        return deep
    if way < 7:
        return rng.choice(_TEXTS)
    if way < 9:
        return rng.choice(_NUMBERS)
    return rng.choice(simple)
