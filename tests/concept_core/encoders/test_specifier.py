"""Names of encoders, taken apart."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.encoders.specifier import parse_specifier
from concept_core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "name", "argument", "options"),
    [
        ("yamnet-minilm", "yamnet-minilm", "", {}),
        ("clap:laion/clap@abc", "clap", "laion/clap@abc", {}),
        ("clap:C:/a b/m?centring=none", "clap", "C:/a b/m", {"centring": "none"}),
        ("clap:m?centring=none&precision=x", "clap", "m", {"centring": "none", "precision": "x"}),
        ("msclap:what?.pth", "msclap", "what?.pth", {}),
        ("msclap:a?b.pth?sha256=trust", "msclap", "a?b.pth", {"sha256": "trust"}),
        ("clap:m?tokenizer=", "clap", "m", {"tokenizer": ""}),
        ("", "", "", {}),
    ],
)  # fmt: skip
def test_the_parts(text: str, name: str, argument: str, options: dict[str, str]) -> None:
    found = parse_specifier(text)
    assert (found.text, found.name, found.argument) == (text, name, argument)
    assert dict(found.options) == options


# What may be a path must be one that a file can have; a path of a home is that of a user.
TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60
).filter(lambda text: not text.startswith("~"))


@given(
    st.from_regex("[a-z-]+", fullmatch=True),
    TEXT,
    st.dictionaries(st.from_regex("[a-z0-9]+", fullmatch=True), TEXT, min_size=1),
)
def test_quoted_values_come_back(name: str, argument: str, options: dict[str, str]) -> None:
    tail = "&".join(f"{key}={quote(value, safe='')}" for key, value in options.items())
    found = parse_specifier(f"{name}:{argument}?{tail}")
    assert (found.name, found.argument, dict(found.options)) == (name, argument, options)


def test_an_option_twice() -> None:
    with pytest.raises(UsageError, match="'centring' is given twice"):
        parse_specifier("clap:m?centring=none&centring=mean")


def test_what_a_backend_does_not_take() -> None:
    with pytest.raises(UsageError, match=r"option of clap 'centering'.*did you mean 'centring'"):
        parse_specifier("clap:m?centering=none").check({"centring", "prompts"}, argument="a folder")
    with pytest.raises(UsageError, match="clap needs a folder"):
        parse_specifier("clap").check((), argument="a folder")
    with pytest.raises(UsageError, match="takes no argument; write 'yamnet-minilm'"):
        parse_specifier("yamnet-minilm:x").check(())
