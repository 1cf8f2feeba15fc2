"""The translations: find the strings, keep the catalogues in step, compile them. No GNU gettext needed.

python -m tools.translations            compile, for running Tijdig
python -m tools.translations --update   also find new strings and add them to the catalogues
python -m tools.translations --check    fail when a string has no translation
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tijdig"
LANGUAGES = ("nl", "fr", "de")
# Tables of sentences in rooms that know no translation.
SENTENCES_BY_CODE = (("domain/reasons.py", "SENTENCES"), ("reporting/timeline.py", "TITLES"))
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "_": None,
}


def catalogue_path(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / "django.po"


def strings() -> Catalog:
    """Return every string of the code, the templates and the reasons, with where it is used."""
    found = Catalog(domain="django", fuzzy=False)
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            _add(found, path, path.read_bytes())
    for path in sorted((SOURCE / "interfaces").rglob("*.html")) + sorted(
        (SOURCE / "interfaces").rglob("*.txt")
    ):
        _add(found, path, _as_python(path))
    for place, name in SENTENCES_BY_CODE:
        for sentence in sentences_by_code(SOURCE / place, name):
            found.add(sentence, locations=[(f"src/tijdig/{place}", 0)])
    return found


def sentences_by_code(path: Path, name: str) -> Iterator[str]:
    """Yield the sentences of the table `name` in a module; they are translated where they are shown."""
    for node in ast.parse(path.read_text()).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            for part in ast.walk(node):
                if isinstance(part, ast.Dict):
                    yield from (each.value for each in part.values if isinstance(each, ast.Constant))


def _as_python(path: Path) -> bytes:
    """Return a Django template as Python code that names its strings."""
    from django.utils.translation.template import templatize

    code = templatize(path.read_text(), origin=str(path))
    return "\n".join(line.strip() for line in code.splitlines()).encode()  # no line is indented


def _add(found: Catalog, path: Path, code: bytes) -> None:
    place = str(path.relative_to(ROOT))
    options = {"encoding": "utf-8"}
    for _line, text, _comments, context in extract(
        "python", io.BytesIO(code), keywords=KEYWORDS, options=options
    ):
        found.add(text, locations=[(place, 0)], context=context)


def _read(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, domain="django", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def update() -> None:
    """Add new strings to the catalogues and drop those no longer used; translations stay."""
    wanted = strings()
    for language in LANGUAGES:
        old = _read(language)
        new = Catalog(locale=language, domain="django", fuzzy=False, project="Tijdig", charset="utf-8")
        for message in wanted:
            if message.id:
                known = old.get(_key(message), message.context)
                new.add(
                    message.id,
                    known.string if known else None,
                    message.locations,
                    message.flags,
                    context=message.context,
                )
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, new, sort_output=True, width=110, omit_header=False, include_lineno=False)


def compile_all() -> None:
    """Write the compiled catalogues beside the readable ones."""
    for language in LANGUAGES:
        path = catalogue_path(language)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, _read(language))


def missing() -> Iterator[str]:
    """Yield each string that lacks a translation, or whose placeholders differ from the original's."""
    wanted = strings()
    for language in LANGUAGES:
        known = _read(language)
        for message in wanted:
            if not message.id:
                continue
            entry = known.get(_key(message), message.context)
            if entry is None or not _is_translated(entry):
                yield f"{language}: not translated: {message.id!r}"
                continue
            for problem in entry.check(known):
                yield f"{language}: {message.id!r}: {problem}"


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def _is_translated(entry: Message) -> bool:
    texts = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    return bool(texts) and all(texts)


def main() -> int:
    """Do what the arguments ask; return the exit code."""
    if "--update" in sys.argv:
        update()
    if "--check" in sys.argv:
        problems = list(missing())
        print("\n".join(problems))
        print(f"{len(problems)} strings want attention" if problems else "every string is translated")
        return bool(problems)
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
