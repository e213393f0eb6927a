"""The API reference: pdoc's pages of core, and before them the names that notebooks rely on, with equations as MathML.

usage: python scripts/docs.py [FOLDER]   (default docs/api); nothing in it asks a network.
"""

import html
import re
import sys
from pathlib import Path

import pdoc
from latex2mathml.converter import convert
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
NAMES = ROOT / "docs" / "names.md"
CALL = re.compile(r"<code>(core[\w.]*)\.(\w+)\(([^<]*)\)</code>")
LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reference · Lazy–Rich Lab</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 75rem; margin: 1.5rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }}
.wide {{ overflow-x: auto; }}
td, th {{ padding: 0.5rem 0.75rem; border-bottom: 1px solid #8886; text-align: left; vertical-align: top; }}
code {{ font-size: 0.9em; }}
</style></head><body>
{names}
<h2>All modules</h2>
<ul>
{modules}
</ul>
</body></html>
"""


def first_page(modules: list[str]) -> str:
    """The table of names, each linked to its docstring, and the list of modules."""
    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        formulas.append(convert(found[1]))
        return f"\x02{len(formulas) - 1}\x03"

    text = re.sub(r"\$([^$\n]+)\$", keep, NAMES.read_text(encoding="utf-8"))
    table = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    table = CALL.sub(r'<a href="\1.html#\2"><code>\1.<b>\2</b></code></a><br><code>(\3)</code>', table)
    table = re.sub(r'href="([\w.]+)\.html', lambda found: f'href="{found[1].replace(".", "/")}.html', table)
    table = re.sub("\x02(\\d+)\x03", lambda found: formulas[int(found[1])], table)
    table = table.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    links = (
        f'<li><a href="{name.replace(".", "/")}.html"><code>{html.escape(name)}</code></a></li>' for name in modules
    )
    return LAYOUT.format(names=table, modules="\n".join(links))


def main(folder: Path) -> None:
    pdoc.render.configure(docformat="markdown", search=False, footer_text="Lazy–Rich Lab")
    modules = sorted(pdoc.extract.walk_specs(["core"]))
    pdoc.pdoc("core", output_directory=folder)
    (folder / "index.html").write_text(first_page(modules), encoding="utf-8")
    print(f"{len(modules)} modules: {folder / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "api")
