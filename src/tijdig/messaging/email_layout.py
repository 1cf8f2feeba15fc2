"""A message as an HTML e-mail: one column, the payment box on top, readable in the dark and on a telephone.

Every value passes through `escape`; the words are plain text and become paragraphs here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from tijdig.domain.parties import Language
from tijdig.messaging.content import Content
from tijdig.messaging.house_style import palette
from tijdig.messaging.language import LABELS
from tijdig.messaging.text_layout import house_lines
from tijdig.messaging.values import House

LOGO_ID = "logo"
LOGO_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})


_STYLE = """
body{{margin:0;padding:0;background:#f3f4f6;color:#16181d}}
.w{{max-width:600px;margin:0 auto;padding:24px 16px;
font:16px/1.5 -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}}
.c{{background:#fff;border-radius:8px;border-top:4px solid {accent};padding:24px}}
.n{{font-size:18px;font-weight:600;color:{light};margin:0 0 20px}}
p{{margin:0 0 16px}}h2{{font-size:16px;margin:24px 0 4px}}
.b{{width:100%;border:2px solid {accent};border-radius:8px;margin:0 0 24px;padding:12px 16px}}
.b th{{text-align:left;font-weight:400;color:#555b66;
padding:3px 16px 3px 0;vertical-align:top;white-space:nowrap}}
.b td{{padding:3px 0;font-weight:600;width:100%;overflow-wrap:anywhere}}.b .a{{font-size:24px;line-height:1.2}}
.t{{width:100%;border-collapse:collapse;font-size:14px;margin:0 0 16px}}
.t th{{text-align:left;font-weight:400;color:#555b66;border-bottom:1px solid #c9cdd4;padding:4px 8px 4px 0}}
.t td{{border-bottom:1px solid #e4e6ea;padding:6px 8px 6px 0;vertical-align:top}}
.t .r{{text-align:right;padding-right:0}}.t td+td{{white-space:nowrap}}.l{{color:#a61b1b}}.s{{color:#555b66}}
.f{{font-size:13px;color:#555b66;padding:16px 8px}}
@media(max-width:480px){{.w{{padding:16px 8px}}.c{{padding:16px}}
.t td+td{{white-space:normal}}.t .r{{white-space:nowrap}}
.b th,.b td{{display:block;padding:0;white-space:normal}}.b td{{padding-bottom:8px}}}}
@media(prefers-color-scheme:dark){{body{{background:#121316;color:#e8eaed}}.c{{background:#1c1e22}}.n{{color:{dark}}}
.b th,.t th,.s,.f{{color:#a9afb9}}.t th,.t td{{border-color:#3a3e46}}.l{{color:#ff9d94}}}}
""".strip()


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all e-mails of an organisation in one language share."""

    head: str
    masthead: str
    signature: str
    foot: str


@lru_cache(maxsize=64)
def _frame(language: Language, house: House) -> _Frame:
    colours = palette(house.colour)
    style = _STYLE.format(accent=colours.accent, light=colours.text_on_light, dark=colours.text_on_dark)
    name = escape(house.sender_name or house.name)
    logo = f'<img src="cid:{LOGO_ID}" alt="{name}" style="max-height:56px;max-width:220px">'
    return _Frame(
        head=(
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark">'
            '<meta name="supported-color-schemes" content="light dark">'
            f"<style>{style}</style>"
        ),
        masthead=f'<p class="n">{logo if has_logo(house) else name}</p>',
        signature=escape(house.signature or house.name),
        foot="<br>".join(escape(line) for line in house_lines(LABELS[language], house)),
    )


def has_logo(house: House) -> bool:
    """Whether the organisation has a logo that mail readers show."""
    return bool(house.logo) and house.logo_type in LOGO_TYPES


def as_html(content: Content, house: House) -> str:
    """Return the whole message as an HTML document. The logo, where there is one, is at "cid:logo"."""
    frame, words, labels = _frame(content.language, house), content.words, content.labels
    note = _paragraphs(content.note) if content.note else ""
    return (
        f'{frame.head}<title>{escape(words.subject)}</title></head><body><div class="w"><div class="c">'
        f"{frame.masthead}{_paragraphs(words.greeting)}{_paragraphs(words.lead)}{_box(content)}"
        f"<h2>{labels.overview}</h2>{_table(content)}{note}"
        f"<h2>{labels.pay_heading}</h2>{_paragraphs(words.pay)}"
        f"<h2>{labels.tell_heading}</h2>{_paragraphs(words.tell)}"
        f"{_paragraphs(words.close)[:-4]}<br>{frame.signature}</p></div>"
        f'<div class="f">{frame.foot}<br>{labels.customer_number} {escape(content.customer_number)}</div>'
        "</div></body></html>\n"
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in escape(text).split("\n\n"))


def _box(content: Content) -> str:
    rows = "".join(f"<tr><th>{label}</th><td>{escape(value)}</td></tr>" for label, value in content.box)
    return (
        f'<table class="b" role="presentation"><tr><th>{content.labels.to_pay}</th>'
        f'<td class="a">{content.amount}</td></tr>{rows}</table>'
    )


def _table(content: Content) -> str:
    labels = content.labels
    rows = []
    for row in content.rows:
        reference = (
            f'<br><span class="s">{labels.item_reference} {escape(row.reference)}</span>'
            if row.reference and content.has_references
            else ""
        )
        late = ' class="l"' if row.is_late else ' class="s"'
        rows.append(
            f'<tr><td>{escape(row.number)}<br><span class="s">{row.issued}</span>{reference}</td>'
            f'<td>{row.due}<br><span{late}>{row.status}</span></td><td class="r">{row.open}</td></tr>'
        )
    total = (
        f'<tr><td colspan="2"><b>{labels.total}</b></td><td class="r"><b>{content.total}</b></td></tr>'
        if content.total
        else ""
    )
    return (
        f'<table class="t"><tr><th>{labels.invoice}</th><th>{labels.due_date}</th>'
        f'<th class="r">{labels.open}</th></tr>{"".join(rows)}{total}</table>'
    )
