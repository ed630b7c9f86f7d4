from __future__ import annotations

import pytest

from concept_core.encoders.specifier import parse_specifier
from concept_core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "name", "argument", "options"),
    [
        ("yamnet-minilm", "yamnet-minilm", "", {}),
        ("clap:laion/clap@main", "clap", "laion/clap@main", {}),
        ("clap:a/b?centring=none", "clap", "a/b", {"centring": "none"}),
        (
            "clap:/m?prompts=bare@1&precision=bfloat16",
            "clap",
            "/m",
            {"prompts": "bare@1", "precision": "bfloat16"},
        ),
        (
            "clap:/m?centring=/my%26own.safetensors",
            "clap",
            "/m",
            {"centring": "/my&own.safetensors"},
        ),
        ("laion-clap:C:/what?.pt", "laion-clap", "C:/what?.pt", {}),
        ("laion-clap:what?.pt?sha256=ab", "laion-clap", "what?.pt", {"sha256": "ab"}),
    ],
)
def test_the_parts(text: str, name: str, argument: str, options: dict[str, str]) -> None:
    found = parse_specifier(text)
    assert (found.text, found.name, found.argument) == (text, name, argument)
    assert dict(found.options) == options


def test_an_option_twice() -> None:
    with pytest.raises(UsageError, match="the option 'centring' is given twice"):
        parse_specifier("clap:m?centring=none&centring=mean")


def test_what_is_checked() -> None:
    parse_specifier("clap:m?centring=none").check({"centring"}, argument="a folder")
    with pytest.raises(UsageError, match=r"unknown option of clap 'centering'; did you mean"):
        parse_specifier("clap:m?centering=none").check({"centring"}, argument="a folder")
    with pytest.raises(UsageError, match="clap needs a folder"):
        parse_specifier("clap").check((), argument="a folder")
    with pytest.raises(UsageError, match="yamnet-minilm takes no argument"):
        parse_specifier("yamnet-minilm:x").check(())
    with pytest.raises(UsageError, match="yamnet-minilm takes no options"):
        parse_specifier("yamnet-minilm?centring=none").check(())
