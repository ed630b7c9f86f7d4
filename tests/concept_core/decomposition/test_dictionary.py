"""What a dictionary is made of is made once, and used as it is where it is made already."""

from __future__ import annotations

import pytest

from concept_core import load_vocabulary
from concept_core.decomposition.dictionary import Dictionary, as_encoder, as_vocabulary
from concept_core.errors import UsageError
from concept_core.solvers.registry import DEFAULT_L0, chosen_mode
from tests.toy import ToyEncoder


def test_names_and_things_give_the_same() -> None:
    demo = load_vocabulary("demo")
    assert as_vocabulary(demo) is demo
    assert as_vocabulary("demo") == demo
    encoder = ToyEncoder()
    assert as_encoder(encoder) is encoder
    dictionary = Dictionary.build("demo", "tests.toy:ToyEncoder")
    assert dictionary.vocabulary == demo.content_hash
    assert dictionary.encoder == encoder.spec.fingerprint


def test_one_mode_or_the_limit_that_stands_for_none() -> None:
    assert chosen_mode(None, None) == (DEFAULT_L0, None)
    assert chosen_mode(3, None) == (3, None)
    assert chosen_mode(None, 0.1) == (None, 0.1)
    with pytest.raises(UsageError, match="exactly one"):
        chosen_mode(3, 0.1)
    with pytest.raises(UsageError, match="1 or more"):
        chosen_mode(0, None)
