"""One body of tests that every backend passes, offline, on tiny random checkpoints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from concept_core import load_encoder
from concept_core.audio import BadClipsError, Clip
from concept_core.encoders import Encoder
from concept_core.errors import DataError, UsageError

MODELS = ("clap", "laion-clap", "msclap")
DECODING = (*MODELS, "own")
ALL = (*DECODING, "precomputed")
TEXTS = ["rain on a tin roof", "a dog barking", "church bell", "wind", "a long text of many words"]
# Fewer where sizes that no test can choose take long: the text model's width of 768 stands in
# laion_clap's code, the space's of 1024 in Microsoft's layout. All run the same loop over batches.
MANY = {"clap": 10_000, "own": 10_000, "precomputed": 10_000, "msclap": 1_000, "laion-clap": 200}
KEPT: dict[str, Encoder] = {}


def specifier(name: str, request: pytest.FixtureRequest) -> str:
    def made(fixture: str) -> str:
        return str(request.getfixturevalue(fixture))

    match name:
        case "clap":
            return f"clap:{made('clap_folder')}?centring=none"
        case "laion-clap":
            file = made("laion_file")
            return f"laion-clap:{file}?tokenizer={made('laion_tokens')}&centring=none"
        case "msclap":
            file = made("msclap_file")
            return f"msclap:{file}?tokenizer={made('gpt2_folder')}&centring=none"
        case "own":
            return "tests.own_encoder:OwnEncoder"
        case _:
            return f"precomputed:{made('rows')}"


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory, sounds: dict[str, Path]) -> Path:
    """What the third party's encoder gives, in a file."""
    own = load_encoder("tests.own_encoder:OwnEncoder")
    texts = [*TEXTS, *many(MANY["precomputed"])]
    file = tmp_path_factory.mktemp("rows") / "rows.npz"
    np.savez(
        file,
        text=3 * own.encode_text(texts),
        text_ids=np.array(texts),
        audio=own.encode_audio(list(sounds.values())),
        audio_ids=np.array([path.stem for path in sounds.values()]),
    )
    return file


def many(count: int) -> list[str]:
    return [f"sound {number}" for number in range(count)]


@pytest.fixture
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """The backend of a parameter; one model a session."""
    name = request.param
    if name not in KEPT:
        KEPT[name] = load_encoder(specifier(name, request), device="cpu", cache=False, offline=True)
    return KEPT[name]


every = pytest.mark.parametrize("encoder", ALL, indirect=True)
decoding = pytest.mark.parametrize("encoder", DECODING, indirect=True)


def is_embedding(x: np.ndarray, count: int, encoder: Encoder) -> bool:
    lengths = np.linalg.norm(x, axis=1)
    return (
        x.shape == (count, encoder.spec.dim)
        and x.dtype == np.float32
        and bool(np.isfinite(x).all())
        and bool((abs(lengths - 1) < 1e-5).all())
    )


@every
def test_rows_are_unit_float32_of_the_specs_length(
    encoder: Encoder, sounds: dict[str, Path]
) -> None:
    x, t = encoder.encode_audio(list(sounds.values())), encoder.encode_text(TEXTS)
    assert is_embedding(x, len(sounds), encoder)
    assert is_embedding(t, len(TEXTS), encoder)
    for one in (x, t):
        assert len(np.unique(one.round(5), axis=0)) == len(one), "different things differ"


@every
def test_what_shares_a_batch_does_not_matter(encoder: Encoder, sounds: dict[str, Path]) -> None:
    for encode, things in [
        (encoder.encode_text, TEXTS),
        (encoder.encode_audio, list(sounds.values())),
    ]:
        together = encode(things)  # type: ignore[operator]
        alone = np.concatenate([encode([thing]) for thing in things])  # type: ignore[operator]
        backwards = encode(things[::-1])[::-1]  # type: ignore[operator]
        assert abs(together - alone).max() < 1e-5
        assert abs(together - backwards).max() < 1e-5


@every
def test_no_texts_and_no_clips(encoder: Encoder) -> None:
    assert is_embedding(encoder.encode_text([]), 0, encoder)
    assert is_embedding(encoder.encode_audio([]), 0, encoder)


@every
def test_thousands_of_texts(encoder: Encoder) -> None:
    count = MANY[encoder.spec.name]
    x = encoder.encode_text(many(count))
    assert is_embedding(x, count, encoder)
    last = encoder.encode_text(many(count)[-2:])
    assert abs(x[-2:] - last).max() < 1e-5


@every
def test_an_empty_text_is_named(encoder: Encoder) -> None:
    with pytest.raises(DataError, match=r"text 1 is empty"):
        encoder.encode_text([TEXTS[0], "  ", TEXTS[1]])
    with pytest.raises(UsageError, match="list of texts"):
        encoder.encode_text("rain")


@decoding
def test_a_long_stereo_file_has_one_embedding(encoder: Encoder, sounds: dict[str, Path]) -> None:
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr,index]
    first = encoder.encode_audio([sounds["stereo"]])
    assert first.tobytes() == encoder.encode_audio([sounds["stereo"]]).tobytes()
    assert (np.random.get_state()[1] == state).all()  # type: ignore[index]
    samples, rate = soundfile.read(sounds["stereo"], dtype="float32")
    mono = encoder.encode_audio([Clip(samples.mean(axis=1), rate, "mono")])
    assert abs(first - mono).max() < 1e-4


@decoding
def test_another_sample_rate_is_the_same_sound(encoder: Encoder) -> None:
    clips = []
    for rate in (16_000, 44_100, 48_000):
        times = np.arange(2 * rate) / rate
        wave = sum(np.sin(2 * np.pi * pitch * times) for pitch in (330, 495, 1_020))
        clips.append(Clip((0.2 * np.asarray(wave)).astype(np.float32), rate))
    x = encoder.encode_audio(clips)
    assert is_embedding(x, 3, encoder)
    # Random weights make much of what little differs above the pitches.
    assert (x @ x.T).min() > 0.9


@decoding
def test_clips_without_an_embedding_are_all_named(
    encoder: Encoder, sounds: dict[str, Path], tmp_path: Path
) -> None:
    rate = 16_000
    broken = np.full(rate, 0.1, np.float32)
    broken[7] = np.nan
    (tmp_path / "page.wav").write_text("<html>")
    soundfile.write(tmp_path / "none.wav", np.zeros(0, np.float32), rate)
    clips = [
        sounds["short"],
        Clip(broken, rate, "with-nan"),
        Clip(np.zeros(0, np.float32), rate, "empty"),
        Clip(np.zeros(rate, np.float32), rate, "silent"),
        tmp_path / "page.wav",
        tmp_path / "none.wav",
        tmp_path / "absent.wav",
    ]
    with pytest.raises(BadClipsError) as caught:
        encoder.encode_audio(clips)
    assert [clip.index for clip in caught.value.bad] == [1, 2, 3, 4, 5, 6]
    for name in ("with-nan", "empty", "silent", "page.wav", "none.wav", "absent.wav"):
        assert name in str(caught.value)


@pytest.mark.parametrize("encoder", [*MODELS, "precomputed"], indirect=True)
def test_one_clip_is_no_list(encoder: Encoder, sounds: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match="list of clips"):
        encoder.encode_audio(sounds["short"])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MODELS)
def test_the_spec_is_known_before_anything_is_loaded_and_stays(
    name: str, request: pytest.FixtureRequest
) -> None:
    asked = specifier(name, request)
    one, other = (load_encoder(asked, device="cpu", cache=False) for _ in range(2))
    assert one.spec == other.spec
    assert len(one.spec.checkpoint) == 64
    assert one.spec.name == name
    assert one.spec.prompt_set == "paper@1"
    assert one.spec.windowing.endswith("s-mean@1")
    half = load_encoder(f"{asked}&precision=bfloat16", device="cpu", cache=False)
    assert half.spec.fingerprint != one.spec.fingerprint


@pytest.mark.parametrize("name", MODELS)
def test_half_precision_is_near_full(
    name: str, request: pytest.FixtureRequest, sounds: dict[str, Path]
) -> None:
    asked = f"{specifier(name, request)}&precision=bfloat16"
    half = load_encoder(asked, device="cpu", cache=False)
    full = load_encoder(specifier(name, request), device="cpu", cache=False)
    for one, other in [
        (half.encode_text(TEXTS), full.encode_text(TEXTS)),
        (half.encode_audio([sounds["long"]]), full.encode_audio([sounds["long"]])),
    ]:
        near = (one * other).sum(axis=1)
        assert near.min() > 0.98
    assert (one != other).any(), "half precision was not used"
