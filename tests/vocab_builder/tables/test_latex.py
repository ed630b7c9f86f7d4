from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import compare_toy
from tests.concept_core.bench.test_sweep import entry, labelled, swept
from tests.tables_back import pdflatex
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary
from vocab_builder.tables.comparison import comparison_tables
from vocab_builder.tables.forms import table_text
from vocab_builder.tables.latex import latex_table
from vocab_builder.tables.latex_text import latex_text
from vocab_builder.tables.paper import Number, PaperTable, PValue
from vocab_builder.tables.scores import score_tables
from vocab_builder.tables.sweep import sweep_tables

HOSTILE = (
    r"50%_of #1 & {co} ~^ \end{tabular} $x$",
    "\\input{/etc/passwd}\n\n\\par",
    "naïve – café — Ångström Łódź ďáblův řízek Çelik ő ș ñ ß æ ø",  # noqa: RUF001
    "100 µm ± 2° × 3 ≤ ∞ → α Ω “quoted” …",  # noqa: RUF001
    "犬の鳴き声 🐕 Привет ע",
    "a\x00b\x1b[31mc\u202ed\ufeffe\x7f\u200b",
    "[bracket first",
    "*star first",
    "(paren first",
    'a--b `x` "y" <z> |w| !` ?`',
    "",
)


def table(*names: str) -> PaperTable:
    return PaperTable(
        label="names",
        caption=f"Of {names[0]}.",
        columns=("vocabulary", "50%_accuracy", "less dense", "p"),
        rows=tuple(
            (
                name,
                Number(0.9166, interval=(0.879, 0.9504), p=0.01),
                Number(-0.0042, signed=True, interval=(-0.02, 0.0131), p=0.2),
                PValue(0.0004),
            )
            for name in names
        ),
        notes=(f"A note on {names[-2]}.",),
    )


def test_a_table_to_the_letter() -> None:
    text = latex_table(table("my_list", "x"))
    assert text.splitlines() == [
        r"\begin{table*}",
        r"  \centering",
        r"  \caption{Of my\_list.}",
        r"  \label{tab:names}",
        r"  \small\setlength{\tabcolsep}{4pt}",
        r"  \begin{tabular}{@{}lrrl@{}}",
        r"    \toprule",
        r"    vocabulary & 50\%\_accuracy & less dense & p \\",
        r"    \midrule",
        r"    my\_list & \textbf{0.917} [0.879, 0.950] & $-0.004$ [$-0.020$, $+0.013$] &"
        r" \textless{}0.001 \\",
        r"    x & \textbf{0.917} [0.879, 0.950] & $-0.004$ [$-0.020$, $+0.013$] &"
        r" \textless{}0.001 \\",
        r"    \bottomrule",
        r"  \end{tabular}",
        r"  \par\smallskip",
        r"  \begin{minipage}{\linewidth}\footnotesize",
        r"    A note on my\_list.",
        r"  \end{minipage}",
        r"\end{table*}",
    ]


def test_a_narrow_table_stays_in_its_column() -> None:
    narrow = PaperTable("a", "A.", ("x", "y"), (("one", 1),))
    assert latex_table(narrow).startswith("\\begin{table}\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"a_b & 5% #1 {x} $ ~ ^ \cmd", r"a\_b \& 5\% \#1 \{x\} \$ \textasciitilde{}"
         r" \textasciicircum{} \textbackslash{}cmd"),
        ("café – Łódź", r"caf\'{e} -- \L{}\'{o}d\'{z}"),  # noqa: RUF001
        ("naïve", r"na\"{\i}ve"),
        ("\u1ec7 e\u0489", r"\^{\d{e}} e\texttt{U+0489}"),
        ("α Ω 5 µm", r"$\alpha$ $\Omega$ 5 $\mu$m"),  # noqa: RUF001
        ("犬", r"\texttt{U+72AC}"),
        ("a\x00\x1b\u202eb\ud800", "ab"),
        ("a\n\nb\tc", "a b c"),
        ("a--b ''", "a-{}-b '{}'"),
        ("[x]", "{[}x]"),
        ("*x", "{*}x"),
    ],
)  # fmt: skip
def test_texts_of_others_are_text(text: str, found: str) -> None:
    assert latex_text(text) == found


def test_a_text_is_one_line_of_ascii_and_holds_no_command_of_its_own() -> None:
    known = re.compile(
        r"\\(text[a-z]+\{\}|texttt\{U\+[0-9A-F]{4,6}\}|[&%$#_{}]|[\"'`^~=.]|[uvcHrdb](?=\{)|ldots\{\}"
        r"|ss\{\}|ae\{\}|o\{\}|AA\{\}|aa\{\}|L\{\}|l\{\}|i(?=\})|pm|times|circ|mu|le|infty"
        r"|rightarrow|alpha|Omega)"
    )
    for text in HOSTILE:
        found = latex_text(text)
        assert found.isascii() and found.isprintable()
        assert "\\" not in known.sub("", found), found


@pytest.fixture(scope="module")
def made() -> list[PaperTable]:
    """What score, compare and sweep make; reproduce's are tested with its study."""
    x, labels, centres = clusters(np.random.default_rng(0), 40, 4, 8)
    data = embedded(x, labels, centres, folds=["1", "2"] * 20)
    words = vocabulary("p", "q", "r", "s", name="50%_of_ñ")
    over = bench(data)
    cards = [over.score(words, dictionary(words, centres), l0=n).to_dict() for n in (1, 2)]
    entries = compare_toy.entries()
    found = compare_toy.compared(
        entries, reference=compare_toy.reference(), cards=compare_toy.cards(entries)
    )
    return [
        *score_tables(cards[:1], misses=True),
        *comparison_tables(found),
        *sweep_tables(swept(labelled(), [entry("c_1&2", 20, 1)], l0=(1, 4), sizes=(6, None))),
    ]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not on this machine")
def test_pdflatex_sets_it_with_booktabs_alone(tmp_path: Path) -> None:
    log = pdflatex(table_text([table(*HOSTILE), table("a", "b")], "latex"), tmp_path)
    assert "Missing character" not in log
    assert "undefined" not in log.lower()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not on this machine")
def test_pdflatex_sets_all_that_commands_make_within_the_page(
    made: list[PaperTable], tmp_path: Path
) -> None:
    log = pdflatex(table_text(made, "latex"), tmp_path)
    assert "Missing character" not in log
    assert not re.findall(r"Overfull \\hbox \([\d.]+pt too wide\) in paragraph", log)


def long(rows: int) -> PaperTable:
    """As a table of misses is: a row a clip, none of them numbers to begin with."""
    return PaperTable(
        "misses", "Clips that are not recognised.", ("vocabulary", "clip", "is", "n"),
        tuple((f"v_{place % 3}", f"{place}.wav", "dog", place if place > 70 else None)
              for place in range(rows)),
        ("A dash: no class.",),
    )  # fmt: skip


def test_a_table_longer_than_a_page_goes_on_in_others() -> None:
    text = latex_table(long(100))
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 3
    assert re.findall(r"\\label\{(.*)\}", text) == ["tab:misses", "tab:misses-2", "tab:misses-3"]
    assert text.count("Clips that are not recognised, continued.") == 2
    assert text.count("A dash: no class.") == 1 and text.index("A dash") > text.index("99.wav")
    assert text.count(r"{@{}lllr@{}}") == 3, "the parts have the columns of the whole"
    assert [f"{place}.wav" in text for place in range(100)] == [True] * 100
    assert latex_table(long(40)).count(r"\begin{table}") == 1
    assert latex_table(long(0)).count(r"\bottomrule") == 1


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not on this machine")
def test_pdflatex_loses_no_row_of_a_long_table_at_the_foot_of_a_page(tmp_path: Path) -> None:
    log = pdflatex(latex_table(long(130)), tmp_path)
    assert "too large for page" not in log
