"""Words of people and sources in LaTeX: text that pdflatex sets as it is, never a command.

Everything comes out as ASCII, so that it does not matter which encodings a paper has chosen. By
hand: pylatexenc 2.10, the package for it, writes commands of fonts and packages that a paper may
not have (``\\textcyrillic``), and leaves ligatures (two hyphens) to become other characters.
"""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    # In the fonts of old these are other characters, or ligatures.
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "`": r"\`{}", "'": "'",
    '"': "''",
}  # fmt: skip
_SIGNS = {
    "\N{EN DASH}": "--", "\N{EM DASH}": "---", "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-",
    "\N{MINUS SIGN}": "$-$", "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{DEGREE SIGN}": r"$^\circ$", "\N{MICRO SIGN}": r"$\mu$", "\N{MIDDLE DOT}": r"$\cdot$",
    "\N{LEFT SINGLE QUOTATION MARK}": "`", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``", "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}", "\N{BULLET}": r"\textbullet{}",
    "\N{SECTION SIGN}": r"\S{}", "\N{PILCROW SIGN}": r"\P{}", "\N{COPYRIGHT SIGN}": r"\copyright{}",
    "\N{POUND SIGN}": r"\pounds{}", "\N{INVERTED EXCLAMATION MARK}": "!`",
    "\N{INVERTED QUESTION MARK}": "?`", "\N{RIGHTWARDS ARROW}": r"$\rightarrow$",
    "\N{LEFTWARDS ARROW}": r"$\leftarrow$", "\N{LEFT RIGHT ARROW}": r"$\leftrightarrow$",
    "\N{LESS-THAN OR EQUAL TO}": r"$\le$", "\N{GREATER-THAN OR EQUAL TO}": r"$\ge$",
    "\N{ALMOST EQUAL TO}": r"$\approx$", "\N{INFINITY}": r"$\infty$",
}  # fmt: skip
_LETTERS = {
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}",
    "Ø": r"\O{}", "å": r"\aa{}", "Å": r"\AA{}", "ł": r"\l{}", "Ł": r"\L{}",
    "\N{LATIN SMALL LETTER DOTLESS I}": r"\i{}",
}  # fmt: skip
_ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": "`", "\N{COMBINING ACUTE ACCENT}": "'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "^", "\N{COMBINING TILDE}": "~",
    "\N{COMBINING DIAERESIS}": '"', "\N{COMBINING MACRON}": "=", "\N{COMBINING BREVE}": "u",
    "\N{COMBINING DOT ABOVE}": ".", "\N{COMBINING CARON}": "v", "\N{COMBINING CEDILLA}": "c",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": "H", "\N{COMBINING RING ABOVE}": "r",
    "\N{COMBINING DOT BELOW}": "d", "\N{COMBINING MACRON BELOW}": "b",
}  # fmt: skip
# Greek letters that LaTeX has commands for, by the end of their Unicode names; the capitals that
# look like Latin ones have none.
_GREEK = {
    **{name: name.lower() for name in (
        "ALPHA", "BETA", "GAMMA", "DELTA", "EPSILON", "ZETA", "ETA", "THETA", "IOTA", "KAPPA",
        "MU", "NU", "XI", "PI", "RHO", "SIGMA", "TAU", "UPSILON", "PHI", "CHI", "PSI", "OMEGA",
    )},
    "LAMDA": "lambda",
}  # fmt: skip
_CAPITALS = ("GAMMA", "DELTA", "THETA", "LAMDA", "XI", "PI", "SIGMA", "UPSILON", "PHI", "PSI",
             "OMEGA")  # fmt: skip
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)|(?<=[!?])(?=`)")


def latex_text(text: object) -> str:
    """A text on one line for pdflatex, with no package but LaTeX itself.

    Characters that it has no sign for (other scripts, pictures) are named by their number, as
    ``U+1F415``; controls, and marks without width, are left out.

    >>> latex_text("my_list – 50% {x}")
    'my\\\\_list -- 50\\\\% \\\\{x\\\\}'
    """
    whole = unicodedata.normalize("NFC", " ".join(str(text).split()))
    # Before anything is escaped: what people wrote is no ligature.
    parts = _LIGATURES.split(whole)
    found = "{}".join("".join(map(_character, part)) for part in parts)
    # Behind the end of a row, and behind a rule, LaTeX would take these for its own.
    return f"{{{found[0]}}}{found[1:]}" if found[:1] in ("[", "*", "(") else found


def _character(one: str) -> str:
    for known in (_SPECIAL, _SIGNS, _LETTERS):
        if one in known:
            return known[one]
    if one.isascii() and one.isprintable():
        return one
    if unicodedata.category(one) in ("Cc", "Cf", "Cs"):
        return ""
    return _accented(one) or _greek(one) or rf"\texttt{{U+{ord(one):04X}}}"


def _accented(one: str) -> str:
    """A letter of ASCII under its accents; nothing for any other."""
    whole = unicodedata.normalize("NFD", one)
    base, marks = whole[0], whole[1:]
    if not marks or not base.isascii() or any(mark not in _ACCENTS for mark in marks):
        return ""
    # An accent stands in the place of the dot; math has no part in it, so that bold stays bold.
    text = {"i": r"\i", "j": r"\j"}.get(base, base)
    for mark in marks:
        text = rf"\{_ACCENTS[mark]}{{{text}}}"
    return text


def _greek(one: str) -> str:
    name = unicodedata.name(one, "").removeprefix("GREEK ")
    size, _, letter = name.partition(" LETTER ")
    if size == "SMALL" and letter in _GREEK:
        return rf"$\{_GREEK[letter]}$"
    if size == "CAPITAL" and letter in _CAPITALS:
        return rf"$\{_GREEK[letter].capitalize()}$"
    return ""
