"""The page itself: data, style and script in one file that asks nothing of a network."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from concept_core.extras import require_extra

ASSETS = Path(__file__).resolve().parent / "assets"
_SCRIPTS = (
    "dom.js", "store.js", "address.js", "table.js", "concepts.js", "drops.js", "map.js", "chart.js",
    "clips.js", "differences.js", "main.js",
)  # fmt: skip


def render_page(data: dict[str, Any]) -> str:
    """The page that shows ``report_data``: HTML that opens from disk.

    Every value stands in it as text: labels are escaped by the template, and by the script, which
    writes text alone. A content security policy with the hashes of the one style and the one
    script forbids all others, and every request.

    Raises
    ------
    MissingError
        jinja2 is not installed; the message has the pip line.
    """
    jinja2 = require_extra("jinja2")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, undefined=jinja2.StrictUndefined
    )
    style = (ASSETS / "report.css").read_text(encoding="utf-8")
    script = "".join((ASSETS / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    page = environment.get_template("report.html").render(
        data=data,
        policy=_policy(style, script),
        style=jinja2.utils.markupsafe.Markup(style),
        script=jinja2.utils.markupsafe.Markup(script),
        json=jinja2.utils.markupsafe.Markup(script_json(data)),
    )
    return str(page)


def script_json(data: Any) -> str:
    """JSON that may stand inside a script element: nothing in it ends the element or opens one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # What stands for bytes that are not UTF-8 cannot be written as such.
    return text.encode("utf-8", "replace").decode("utf-8")


def _policy(style: str, script: str) -> str:
    """Allow this style, this script, and sounds inside the page; nothing else, from nowhere."""
    sources = [f"'sha256-{_digest(text)}'" for text in (style, script)]
    return (
        f"default-src 'none'; style-src {sources[0]}; script-src {sources[1]}; media-src data:;"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
