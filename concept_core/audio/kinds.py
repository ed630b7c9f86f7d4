"""What a file is by its first bytes, where it is no sound or none that libsndfile decodes."""

from __future__ import annotations

from pathlib import Path

from concept_core.audio.sources import SoundFile, opened, size_of

AUDIO_SUFFIXES = (
    *(".wav", ".flac", ".ogg", ".mp3", ".au"),
    *(".wave", ".oga", ".opus", ".aif", ".aiff", ".aifc", ".snd", ".caf", ".w64", ".rf64"),
)
"""File names of sounds end so, in lower case, the usual ones first; all that libsndfile decodes."""

_HEAD = 512
_POINTER = b"version https://git-lfs.github.com/"
_CONVERT = "convert it first: ffmpeg -i IN out.wav"
_UNPACK = "unpack it first"
# Where in the file, which bytes, what that is, and what to do.
_FOREIGN = (
    (4, b"ftyp", "MPEG-4 audio or video (m4a, mp4)", _CONVERT),
    (0, b"\x1aE\xdf\xa3", "Matroska or WebM", _CONVERT),
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media (wma, asf)", _CONVERT),
    (0, b"#!AMR", "AMR speech", _CONVERT),
    (0, b"MAC ", "Monkey's Audio (ape)", _CONVERT),
    (0, b"wvpk", "WavPack", _CONVERT),
    (0, b"TTA1", "True Audio", _CONVERT),
    (0, b"MPCK", "Musepack", _CONVERT),
    (0, b"MP+", "Musepack", _CONVERT),
    (0, b"OFR ", "OptimFROG", _CONVERT),
    (0, b"tBaK", "TAK", _CONVERT),
    (0, b"\x0bw", "Dolby Digital (ac3)", _CONVERT),
    (0, b"DSD ", "DSD (dsf)", _CONVERT),
    (0, b"FRM8", "DSD (dff)", _CONVERT),
    (0, b"ADIF", "AAC", _CONVERT),
    (0, b"FLV", "Flash video", _CONVERT),
    (0, b".RMF", "RealMedia", _CONVERT),
    (0, b"MThd", "MIDI, notes without sound", "render it with a synthesiser first"),
    (0, b"PK\x03\x04", "a zip archive", _UNPACK),
    (0, b"\x1f\x8b", "compressed with gzip", _UNPACK),
    (0, b"7z\xbc\xaf", "a 7-Zip archive", _UNPACK),
    (0, b"%PDF", "a PDF document", "give the sound itself"),
    (0, b"\x89PNG", "a picture (PNG)", "give the sound itself"),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", "give the sound itself"),
)


def no_sound(path: SoundFile) -> str | None:
    """Why a file cannot be a sound at all, whatever a decoder would find in it; None if it may.

    A decoder of mp3 looks for a sound anywhere in what it is given, and finds some in a web page.
    """
    if not size_of(path):
        return "is empty (0 bytes); record, copy or download it again"
    head = _head(path)
    if head.startswith(_POINTER):
        return "is a Git LFS pointer, not the sound itself; run: git lfs pull"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<error")):
        page = "an XML document" if start.startswith((b"<?xml", b"<error")) else "a web page (HTML)"
        return (
            f"is {page}, such as an error or a login page saved in place of a sound; download it"
            " again"
        )
    return None


def foreign_kind(path: SoundFile) -> tuple[str, str]:
    """What a file that was not decoded is, and what to do: ("WavPack", "convert it first ...")."""
    head = _head(path)
    for place, mark, kind, remedy in _FOREIGN:
        if head[place:].startswith(mark):
            return kind, remedy.replace("IN", Path(path.name).name)
    # The sync word of AAC frames: twelve ones, then a layer of 0.
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "AAC", _CONVERT.replace("IN", Path(path.name).name)
    if not head.strip(b"\x00"):
        return "nothing but zeros at its start", "copy or download it again"
    if _is_text(head):
        shown = head[:40].decode("utf-8", "replace").split("\n")[0].strip()
        return f"text, which begins {shown!r}", "give the sound itself"
    if path.suffix.lower() in (".raw", ".pcm"):
        return "samples without a header", "save them as wav, with their rate"
    return "", "give a wav (of 16 or 24 bits), flac, ogg or mp3 file"


def _head(path: SoundFile) -> bytes:
    with opened(path) as handle:
        return handle.read(_HEAD)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut.
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)
