"""The HTML of a report: one self-contained page that a phone shows too."""

import base64
import html

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2530; background: #fff;
       max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #d8dee6; }
p { margin: .5rem 0; }
.note { color: #5b6675; font-size: .9rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
           gap: .6rem; margin: 1rem 0; }
.figures div { background: #f2f5f9; border-radius: .5rem; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.3rem; line-height: 1.3; }
.figures span { color: #5b6675; font-size: .85rem; }
img { width: 100%; height: auto; display: block; margin: .5rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid #e3e8ee;
         vertical-align: top; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #f2f5f9; border-radius: .5rem; padding: .8rem; overflow-x: auto;
      font-size: .8rem; line-height: 1.4; }
.good { color: #14713d; } .bad { color: #a8261b; }
"""


def page(title, parts):
    """Returns the page (str).

    Args:
        title: str.
        parts: iterable of str, what the functions below return.
    """
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def heading(text):
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text, kind=""):
    """Returns a paragraph; `kind` is "", "note", "good" or "bad"."""
    return f"<p class='{kind}'>{html.escape(text)}</p>"


def figures(named):
    """Returns a row of large figures.

    Args:
        named: dict of label to value, such as {"character errors": "4.2 %"}.
    """
    tiles = (
        f"<div><b>{html.escape(str(value))}</b><span>{html.escape(label)}</span></div>"
        for label, value in named.items()
    )
    return f"<div class='figures'>{''.join(tiles)}</div>"


def picture(png, description):
    """Returns an image that lies in the page itself.

    Args:
        png: bytes.
        description: str, for those who cannot see it.
    """
    data = base64.b64encode(png).decode()
    return f"<img alt='{html.escape(description, quote=True)}' src='data:image/png;base64,{data}'>"


def table(header, rows):
    """Returns a table; it scrolls sideways on a narrow screen.

    Args:
        header: list of str.
        rows: list of lists of str or numbers; numbers stand to the right.
    """
    numeric = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        for i in range(len(header))
    ]

    def line(tag, values):
        cells = (
            f"<{tag}{' class=number' if number else ''}>{html.escape(_text(value))}</{tag}>"
            for value, number in zip(values, numeric, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<div class='wide'><table>{line('th', header)}{body}</table></div>"


def code(text):
    """Returns preformatted text, such as a configuration."""
    return f"<pre>{html.escape(text)}</pre>"


def _text(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
