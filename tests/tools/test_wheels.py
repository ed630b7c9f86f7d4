from __future__ import annotations

from pathlib import Path

import pytest

from tools import wheels


def project(tmp_path: Path, needs: str) -> Path:
    path = tmp_path / "requirements.in"
    path.write_text(needs)
    return path


def test_a_package_with_wheels_has_its_version(tmp_path: Path) -> None:
    found = wheels.resolve("aarch64-apple-darwin", "3.13", project(tmp_path, "six==1.17.0\n"))
    assert (found.pins, found.reason) == ({"six": "1.17.0"}, "")


def test_a_package_without_a_wheel_there_is_named(tmp_path: Path) -> None:
    """torch has had none for Macs with Intel processors since 2.3."""
    found = wheels.resolve("x86_64-apple-darwin", "3.12", project(tmp_path, "torch>=2.6\n"))
    assert found.pins == {}
    assert "torch>=2.6" in found.row()


@pytest.mark.parametrize(
    ("lacking", "code"), [("aarch64-apple-darwin", 1), ("x86_64-apple-darwin", 0)]
)
def test_only_what_is_promised_and_not_to_be_had_is_exit_1(
    lacking: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def resolve(platform: str, python: str, project: Path) -> wheels.Resolved:
        if platform == lacking:
            return wheels.Resolved(platform, python, {}, "torch has no wheels")
        return wheels.Resolved(platform, python, {"torch": "2.13.0", "six": "1.17.0"}, "")

    monkeypatch.setattr(wheels, "resolve", resolve)
    assert wheels.main([]) == code
    out = capsys.readouterr().out
    assert "| Linux, arm64 | 3.12 | 2 | torch 2.13.0 |" in out
    assert (
        f"| {(wheels.PROMISED | wheels.OTHERS)[lacking]} | 3.13 | - | torch has no wheels |" in out
    )
