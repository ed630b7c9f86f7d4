"""The site builds without a warning, holds what it should, and asks nothing of a network."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

import concept_core
import vocab_builder
from vocab_builder.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GROUPS = ["Sonolex", "Tutorials", "How-to", "Reference", "Explanations"]


class Loaded(HTMLParser):
    """What a page loads by itself: scripts, styles, images, fonts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.images_without_text = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "audio", "video"):
            self.found.append(given.get("src") or "")
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.found.append(given.get("href") or "")
        if tag == "img" and not given.get("alt"):
            self.images_without_text += 1


def test_the_four_groups(site: Path) -> None:
    front = (site / "index.html").read_text(encoding="utf-8")
    tabs = re.findall(r'class="md-tabs__link">\s*(.*?)\s*</a>', front, re.DOTALL)
    assert tabs == GROUPS


def test_no_page_loads_anything_of_a_network(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert [one for one in loaded.found if "//" in one.split("base64", 1)[0]] == [], page
        assert loaded.images_without_text == 0, page
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"(@import|url\()\s*[\"']?(https?:)?//", text), sheet


def test_the_search_knows_the_pages_and_works_from_disk(site: Path) -> None:
    assert (site / "search" / "search_index.js").read_text("utf-8").startswith("var __index = {")
    front = (site / "index.html").read_text(encoding="utf-8")
    assert 'src="assets/iframe-worker.js"' in front


def test_every_public_name_is_on_the_page_of_the_api(site: Path) -> None:
    for package, page in ((concept_core, "core"), (vocab_builder, "builder")):
        text = (site / "api" / f"{page}.html").read_text(encoding="utf-8")
        for name in sorted(set(package.__all__) - {"__version__"}):
            module = getattr(package, name).__module__
            # Some stand where their package hands them on.
            places = {f'id="{one}.{name}"' for one in (module, module.rpartition(".")[0])}
            assert any(place in text for place in places), f"docs/api/{page}.md lacks {name}"


def test_every_command_is_on_the_page_of_the_command_line(site: Path) -> None:
    text = (site / "cli.html").read_text(encoding="utf-8")
    for name, command in commands():
        assert f'id="sonolex-{name.replace(" ", "-")}"' in text
        for option in (one for one in command.params if isinstance(one, click.Option)):
            assert max(option.opts, key=len) in text, (name, option.name)


def commands() -> Iterator[tuple[str, click.Command]]:
    """Each command with its name, those below a command among them."""
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {below}", one) for below, one in command.commands.items())


# A line of a block, or code in a line, up to a pipe, a comment or the end of a command.
TYPED = re.compile(r"(?:^|[`$(] ?)sonolex ((?:[^`\n#|;)\\]|\\\n)+)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_of_a_page_have_the_options_that_are_typed(page: Path) -> None:
    known = dict(commands())
    for match in TYPED.finditer(page.read_text(encoding="utf-8")):
        words = match[1].replace("\\\n", " ").split()
        pair = " ".join(words[:2])
        command = known.get(pair) or known.get(words[0])
        if command is None:
            # COMMAND, a folder: the name of the program in a sentence.
            assert not re.fullmatch(r"[a-z][a-z-]+", words[0]), f"{page.name}: sonolex {match[1]}"
            continue
        options = {text for one in command.params for text in (*one.opts, *one.secondary_opts)}
        typed = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        unknown = typed - options - {"--help", "-h"}
        assert not unknown, f"{page.name}: sonolex {match[1]}"


def test_the_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith("http")]
    assert len(links) > 20
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_readme_is_read_in_three_minutes() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 100


def test_snippets_of_the_pages_import_what_there_is() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        # What a page shows how to write is not there yet.
        shown = {name.replace("/", ".") for name in re.findall(r"New file `([\w/]+)\.py`", text)}
        for module, names in re.findall(
            r"^from ((?:concept_core|vocab_builder)[\w.]*) import ([\w, ]+)$", text, re.MULTILINE
        ):
            if module in shown:
                continue
            found = importlib.import_module(module)
            for name in names.split(","):
                assert hasattr(found, name.strip()), f"{page.name}: {module}.{name.strip()}"
