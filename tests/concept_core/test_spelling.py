from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from concept_core.spelling import check_names, unknown_name


def test_the_nearest_spelling_is_offered() -> None:
    message = str(unknown_name("filter", "redundncy", ["form", "redundancy"], "r.toml"))
    assert message == (
        "r.toml: unknown filter 'redundncy'; did you mean 'redundancy'? (known: form, redundancy)"
    )


def test_nothing_near_lists_what_is_known() -> None:
    assert "did you mean" not in str(unknown_name("filter", "zzz", ["form"]))


def test_check_names() -> None:
    check_names("key", ["size"], ["size", "kind"], "here")
    with pytest.raises(UsageError, match="unknown key 'sise'; did you mean 'size'"):
        check_names("key", ["sise"], ["size", "kind"], "here")
