"""Which encoder a name means, and what stands around its model: centring, and kept embeddings."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from concept_core.encoders.base import Encoder
from concept_core.encoders.checkpoint import TRUST, CheckpointFile
from concept_core.encoders.specifier import Specifier, Stated, parse_specifier
from concept_core.encoders.windowed import Plan
from concept_core.errors import SonolexError, UsageError
from concept_core.spelling import check_names, unknown_name

ENTRY_POINTS = "sonolex.encoders"
"""Group of entry points under which packages offer encoders: a name, and what makes one."""

NAMES = ("yamnet-minilm", "clap", "laion-clap", "msclap", "precomputed")

_PROMPTS = "paper@1"
_COMMON = frozenset({"centring", "prompts", "precision"})


def load_encoder(
    specifier: str,
    *,
    device: str = "auto",
    cache: bool = True,
    offline: bool = False,
    stated: Stated | None = None,
) -> Encoder:
    """The encoder that ``NAME``, ``NAME:ARGUMENT`` or ``NAME:ARGUMENT?option=value&...`` names.

    ``yamnet-minilm`` is the bundled one. ``clap:FOLDER_OR_HUB_ID``, ``laion-clap:FILE.pt`` and
    ``msclap:FILE.pth`` are CLAP models; their options are ``centring`` (``mean``, ``spectral``,
    ``none``, or a file of ``sonolex centre``), ``prompts`` (a prompt set) and ``precision``.
    ``precomputed:FILE`` looks rows up, with the options ``centring`` and ``prompts``. Any other
    name is that of an entry point, or ``module:Class``; its options are passed on as text, and the
    device where it takes one. See ``docs/encoders.md``.

    A model is loaded when its first embedding is wanted.

    Parameters
    ----------
    specifier : str
    device : str
        ``auto``, ``cpu`` or ``cuda``, of CLAP models and of third parties' encoders that take
        one; the bundled encoder and ``precomputed`` run on the CPU whatever is said.
    cache : bool
        Keep embeddings by content, and read those that are kept; of third parties' encoders only
        where they have a ``cache_identity``.
    offline : bool
        Download nothing, even where a hub id is named.
    stated : Stated, optional
        The file that names the encoder. What a file says can not make code run: ``module:Class``
        and ``sha256=trust`` are refused, and a checkpoint's sha256 is compared but does not vouch
        for more than weights. None: a person named it.

    Raises
    ------
    UsageError
        Unknown name or option (the known ones and the nearest are listed), an argument too
        many or missing, or what only a person may ask for.
    MissingError
        A file, a model or an optional package is not on this machine; or, for a CLAP model with
        ``cuda``, no CUDA device.
    DataError
        A checkpoint file that cannot be read as what it should be.
    """
    asked = parse_specifier(specifier)
    if asked.name in _CLAPS:
        return _clap(asked, device, cache=cache, offline=offline, stated=stated)
    if asked.name == "yamnet-minilm":
        from concept_core.encoders.yamnet_minilm import YamnetMinilm

        asked.check(())
        return _kept(YamnetMinilm(), cache)
    if asked.name == "precomputed":
        return _precomputed(asked)
    encoder = _third_party(asked, device, stated)
    # Nobody here vouches for its spec: what it makes is kept only if it says when that changes.
    identity = getattr(encoder, "cache_identity", "")
    return _kept(encoder, cache, str(identity)) if identity else encoder


def _precomputed(asked: Specifier) -> Encoder:
    from concept_core.encoders.centred import centred_by_rows
    from concept_core.encoders.precomputed import Precomputed

    asked.check(("centring", "prompts"), argument="a file or folder of embeddings")
    encoder = Precomputed(Path(asked.argument), asked.options.get("prompts"))
    return centred_by_rows(encoder, asked.options.get("centring"))


def _kept(encoder: Encoder, cache: bool, identity: str = "") -> Encoder:
    from concept_core.encoders.cache import CachedEncoder

    return CachedEncoder(encoder, identity) if cache else encoder


def _clap(
    asked: Specifier, device: str, *, cache: bool, offline: bool, stated: Stated | None
) -> Encoder:
    from concept_core.encoders.centred import centred
    from concept_core.encoders.prompts import templates
    from concept_core.encoders.torch_run import check_precision
    from concept_core.encoders.windowed import WindowedEncoder
    from concept_core.parallel import pick_device

    prompts = asked.options.get("prompts", _PROMPTS)
    templates(prompts)
    precision = check_precision(asked.options.get("precision", "float32"))
    # What is missing is said now; but looking for a device imports torch, and embeddings that
    # are kept need none.
    if device != "auto":
        pick_device(device)
    raw = WindowedEncoder(
        _CLAPS[asked.name](asked, offline, stated),
        prompt_set=prompts,
        device=device,
        precision=precision,
    )
    return centred(_kept(raw, cache), asked.options.get("centring", "mean"))


def _transformers(asked: Specifier, offline: bool, stated: Stated | None) -> Plan:
    from concept_core.encoders import clap

    asked.check(_COMMON, argument="a folder or a hub id, such as clap:laion/clap-htsat-unfused")
    return clap.plan(asked.argument, offline=offline)


def _laion(asked: Specifier, offline: bool, stated: Stated | None) -> Plan:
    from concept_core.encoders import laion

    return _checkpoint(laion.CHECKPOINT, asked, offline, stated, "FILE.pt")


def _microsoft(asked: Specifier, offline: bool, stated: Stated | None) -> Plan:
    from concept_core.encoders import msclap

    return _checkpoint(msclap.CHECKPOINT, asked, offline, stated, "CLAP_weights_2023.pth")


def _checkpoint(
    kind: CheckpointFile, asked: Specifier, offline: bool, stated: Stated | None, such: str
) -> Plan:
    own = ("tokenizer", "sha256")
    asked.check(_COMMON.union(own), argument=f"a checkpoint, such as {such}")
    options = {name: value for name, value in asked.options.items() if name in own}
    if stated is not None and options.get("sha256") == TRUST:
        raise asked.refuse(stated, "whose checkpoint may hold more than weights and run it")
    return kind.plan(Path(asked.argument), offline=offline, vouched=stated is None, **options)


_CLAPS: dict[str, Callable[[Specifier, bool, Stated | None], Plan]] = {
    "clap": _transformers,
    "laion-clap": _laion,
    "msclap": _microsoft,
}


def _third_party(asked: Specifier, device: str, stated: Stated | None) -> Encoder:
    """An encoder that an installed package offers, or, if a person says so, any module's class."""
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if asked.name not in offered and not asked.argument:
        raise unknown_name("encoder", asked.name, [*NAMES, *offered])
    # Who installs a package that offers encoders has agreed to them; any other module is code that
    # nobody here was asked about.
    if stated is not None and asked.name not in offered:
        raise asked.refuse(stated, "which is code to import and run")
    asked.check(asked.options, argument="" if asked.name in offered else "a class: module:Class")
    make: Any
    try:
        if asked.name in offered:
            make = offered[asked.name].load()
        else:
            make = getattr(import_module(asked.name), asked.argument)
        encoder = make(**_arguments(make, asked, device))
    except SonolexError:
        raise
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"encoder {asked.text!r}: cannot be loaded ({error}); it is no name of ours"
            f" ({', '.join(NAMES)}), so it must be an entry point or module:Class"
        ) from error
    except Exception as error:
        raise UsageError(
            f"encoder {asked.text!r}: making one failed ({type(error).__name__}: {error})"
        ) from error
    if not isinstance(encoder, Encoder):
        raise UsageError(
            f"encoder {asked.text!r}: {type(encoder).__name__} has no spec, encode_audio and"
            " encode_text; see docs/encoders.md"
        )
    return encoder


def _arguments(make: Callable[..., Any], asked: Specifier, device: str) -> dict[str, str]:
    """The options of a specifier as arguments, and the device where one is taken.

    Raises
    ------
    UsageError
        An option that it does not take; the known ones are listed.
    """
    try:
        parameters = inspect.signature(make).parameters
    except ValueError:  # of a class in C, which says nothing of its arguments
        return dict(asked.options)
    if not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        check_names(f"option of {asked.name}", asked.options, parameters, f"encoder {asked.text!r}")
    placed = {"device": device} if "device" in parameters else {}
    return {**placed, **asked.options}
