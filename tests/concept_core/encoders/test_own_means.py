"""Centring by what is at hand: whose mean is taken off what."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import probes
from concept_core.encoders.base import Encoder, unit
from concept_core.encoders.centred import (
    CentredEncoder,
    centred,
    encode_list,
    uncentred,
    with_mean_of,
)
from concept_core.encoders.embeddings import embed_clips, embed_texts
from concept_core.encoders.own_means import FEWEST, ClipMeans, without_sounds
from concept_core.encoders.prompts import encode_labels
from concept_core.errors import DataError, UsageError
from concept_core.vocabulary import Concept, Vocabulary
from tests.cones import DIM, SPEC, Cones, rows

WORDS = [f"word {number}" for number in range(30)]
CLIPS = [f"{number}.wav" for number in range(FEWEST)]


def vocabulary(labels: Sequence[str]) -> Vocabulary:
    return Vocabulary("toy", "1.0.0", tuple(Concept(one, one, "word", 1) for one in labels))


def own(rule: str = "mean") -> CentredEncoder:
    encoder = centred(Cones(), rule)
    assert isinstance(encoder, CentredEncoder)
    return encoder


def test_the_spec_is_known_before_anything_is_embedded() -> None:
    raw = Cones()
    encoder = centred(raw, "mean")
    assert encoder.spec == replace(SPEC, centring=f"mean@2 probes@1 {probes.fingerprint()[:16]}")
    assert not raw.asked
    assert uncentred(encoder) is raw and uncentred(raw) is raw


def test_a_list_of_labels_loses_its_own_mean() -> None:
    encoder = own()
    x = encode_labels(Cones(), WORDS, "paper@1")
    expected = unit(x - x.mean(axis=0))
    assert np.allclose(encode_list(encoder, WORDS, "paper@1"), expected, atol=1e-6)
    built = Dictionary.build(vocabulary(WORDS), encoder)
    assert np.allclose(built.atoms, expected, atol=1e-6)
    assert (built.atoms @ built.atoms.T).min() < 0, "in the cone all cosines are above .5"


def test_a_prefix_is_centred_as_a_vocabulary_of_its_own() -> None:
    whole = Dictionary.build(vocabulary(WORDS), own())
    few = Dictionary.build(vocabulary(WORDS[:5]), own())
    part = whole.prefix(vocabulary(WORDS[:5]))
    assert np.allclose(part.atoms, few.atoms, atol=1e-6)
    assert (part.vocabulary, part.labels) == (few.vocabulary, few.labels)
    assert not np.allclose(part.atoms, whole.atoms[:5], atol=1e-2)
    shorter = part.prefix(vocabulary(WORDS[:3]))
    assert np.allclose(shorter.atoms, whole.prefix(vocabulary(WORDS[:3])).atoms)
    plain = Dictionary.build(vocabulary(WORDS), Cones())
    assert np.array_equal(plain.prefix(vocabulary(WORDS[:5])).atoms, plain.atoms[:5])
    with pytest.raises(DataError, match="are not the first of Dictionary"):
        plain.prefix(vocabulary(WORDS[1:3]))


def test_labels_that_come_singly_lose_the_mean_of_the_built_in_words() -> None:
    raw = Cones()
    encoder = centred(raw, "mean")
    reference = encode_labels(Cones(), probes.words(), "paper@1")
    x = encode_labels(Cones(), ["rain"], "paper@1")
    expected = unit(x - reference.mean(axis=0))
    assert np.allclose(encode_labels(encoder, ["rain"], "paper@1"), expected, atol=1e-6)
    # One label is its own mean, and nothing would be left of it.
    assert np.allclose(encode_list(encoder, ["rain"], "paper@1"), expected, atol=1e-6)
    asked = len(raw.asked)
    encode_labels(encoder, ["bell"], "paper@1")
    assert len(raw.asked) == asked + 1, "the words are embedded once"


def test_clips_lose_their_own_mean_from_twenty_on() -> None:
    x = Cones().encode_audio(CLIPS)
    found = embed_clips(own(), CLIPS)
    assert np.allclose(found.x, unit(x - x.mean(axis=0)), atol=1e-5)
    assert found.encoder.spec.centring.startswith(f"{own().spec.centring}; sounds clips ")
    again = found.encoder.encode_audio(CLIPS[:2])
    assert np.allclose(again, found.x[:2], atol=1e-6), "the encoder that comes back has that mean"

    few = embed_clips(own(), CLIPS[1:])
    assert np.array_equal(few.x, x[1:]) and few.encoder.spec == own().spec
    # Windows of one sound have a mean that says what it is.
    assert np.array_equal(embed_clips(own(), CLIPS, parts=True).x, x)


def test_texts_as_they_are_lose_their_own_mean_from_twenty_on() -> None:
    x = Cones().encode_text(WORDS)
    assert np.allclose(embed_texts(own(), WORDS), unit(x - x.mean(axis=0)), atol=1e-6)
    assert np.allclose(embed_texts(own(), WORDS[:3]), own().encode_text(WORDS[:3]), atol=1e-6)


def test_what_is_centred_already_is_centred_again_without_harm() -> None:
    x = rows()[0]
    once = with_mean_of(own(), x).centring.off_sounds(x, ())
    twice = with_mean_of(own(), once).centring.off_sounds(once, ())
    assert np.einsum("ij,ij->i", once, twice).min() > 0.99


def test_each_group_is_centred_by_the_others() -> None:
    x = rows(count=6)[0]
    groups = np.array([0, 0, 1, 1, 1, 0])
    names = list("abcdef")
    means = ClipMeans.crossed(x, names, groups, "toy-crossed", "ab" * 32)
    taken = means.for_rows(["c", "a", "elsewhere"])
    assert np.allclose(taken[0], x[groups == 0].mean(axis=0))
    assert np.allclose(taken[1], x[groups == 1].mean(axis=0))
    assert np.allclose(taken[2], x.mean(axis=0)), "what is in no group loses the mean of all"
    encoder = own().of_clips(means, x)
    assert encoder.spec.centring.endswith("; sounds toy-crossed abababababababab")
    assert encoder.without_clips().spec == own().spec == without_sounds(encoder.spec)


def test_spectral_drops_directions_once_there_are_clips() -> None:
    found = embed_clips(own("spectral"), [f"{number}.wav" for number in range(40)])
    assert isinstance(found.encoder, CentredEncoder) and found.encoder.own_means is not None
    directions = found.encoder.own_means.directions
    assert directions is not None and directions.shape == (2, DIM)
    atoms = encode_list(found.encoder, WORDS, "paper@1")
    assert np.abs(atoms @ directions.T).max() < 1e-5
    assert np.abs(found.x @ directions.T).max() < 1e-5


def test_a_file_of_means_stays_what_it_is(tmp_path: Path) -> None:
    from concept_core.encoders.centring import estimate, write_centring

    file = tmp_path / "means.safetensors"
    sounds, texts = rows()
    write_centring(estimate("mean", SPEC, sounds, texts, "r@1", "ab" * 32), file)
    encoder = centred(Cones(), str(file))
    assert isinstance(encoder, CentredEncoder) and encoder.own_means is None
    assert encoder.of_clips(ClipMeans.of(sounds, "clips", "0"), sounds) is encoder
    assert embed_clips(encoder, CLIPS).encoder is encoder
    x = encode_labels(Cones(), WORDS, "paper@1")
    expected = unit(x - texts.mean(axis=0))
    assert np.allclose(encode_list(encoder, WORDS, "paper@1"), expected, atol=1e-5)


def test_none_is_the_encoder_itself_and_a_slip_is_an_error() -> None:
    encoder: Encoder = Cones()
    assert centred(encoder, "none") is encoder
    with pytest.raises(UsageError, match=r"no such file, and: unknown centring 'means'"):
        centred(encoder, "means")


def test_a_dictionary_travels_between_processes() -> None:
    built = Dictionary.build(vocabulary(WORDS), Cones())
    assert np.array_equal(pickle.loads(pickle.dumps(built)).atoms, built.atoms)
