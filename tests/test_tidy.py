"""The house style, kept by machine: short functions, short modules, a test for each module, no open ends."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.used_by_name import USED_BY_NAME

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tijdig"
LONGEST_FUNCTION = 70
LONGEST_MODULE = 600
# Words that tell of work left open, or of a name that says nothing.
_OPEN_ENDS = re.compile(r"\b(TODO|FIXME|XXX|HACK|raise NotImplementedError)\b")
_EMPTY_NAMES = {"utils", "helpers", "common", "manager", "misc"}
# Shown to work by what uses them; a test of their own would repeat their text.
_IN_A_TEMPLATE = re.compile(r"\{[%{](.*?)[%}]\}", re.DOTALL)
_NEEDS_NO_TEST = {"__init__", "apps", "models", "settings", "urls", "wsgi", "admin"}


def modules() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def test_functions_and_modules_are_short() -> None:
    too_long = []
    for path in [
        *modules(),
        *sorted((ROOT / "tests").rglob("*.py")),
        *sorted((ROOT / "bench").rglob("*.py")),
    ]:
        text = path.read_text()
        if text.count("\n") > LONGEST_MODULE:
            too_long.append(f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    too_long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines")
    assert too_long == []


def test_every_module_says_what_it_is_and_leaves_nothing_open() -> None:
    wrong = []
    for path in modules():
        text, place = path.read_text(), path.relative_to(ROOT)
        if text.strip() and ast.get_docstring(ast.parse(text)) is None:
            wrong.append(f"{place} has no docstring")
        if path.stem in _EMPTY_NAMES:
            wrong.append(f"{place} has a name that says nothing")
        wrong += [
            f"{place}:{number}" for number, line in enumerate(text.splitlines(), 1) if _OPEN_ENDS.search(line)
        ]
    assert wrong == []


def test_every_module_has_a_test() -> None:
    """A module has a test file of its name, or a test imports it; a package's inner rooms share its tests.

    The tests of a package that lies inside an app are in a folder of the same path.
    """
    tests = {path.relative_to(ROOT / "tests").with_suffix("") for path in (ROOT / "tests").rglob("test_*.py")}
    names = {str(test) for test in tests}
    imported = _imported_by_tests()
    lacking = []
    for path in modules():
        if path.stem in _NEEDS_NO_TEST or not path.read_text().strip():
            continue
        inside = path.relative_to(SOURCE)
        dotted = "tijdig." + ".".join(inside.with_suffix("").parts)
        of_package = len(inside.parts) > 2 and any((ROOT / "tests" / inside.parent).glob("test_*.py"))
        by_name = any(
            name.endswith(f"test_{path.stem}") or f"test_{path.parent.name}" in name for name in names
        )
        if not (by_name or of_package or dotted in imported):
            lacking.append(str(path.relative_to(ROOT)))
    assert lacking == []


def _imported_by_tests() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
                found.update(f"{node.module}.{name.name}" for name in node.names)
            elif isinstance(node, ast.Import):
                found.update(name.name for name in node.names)
    return found


def test_no_code_is_dead() -> None:
    """Nothing in the product goes unused by product, templates, tests and benchmarks together.

    Names that only a framework or SQL looks up are listed in used_by_name.py, each with who does.
    """
    done = subprocess.run(
        [sys.executable, "-m", "vulture", str(SOURCE), str(ROOT / "tests"), str(ROOT / "bench"), str(ROOT / "tools"),
         "--exclude", "*/config/settings.py", "--min-confidence", "60",
         "--ignore-names", "test_*,*_id,Meta,ready,default_auto_field,label,handle,constraints,indexes"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    in_templates = _named_in_templates()
    dead = []
    for line in done.stdout.splitlines():
        name = line.partition("'")[2].partition("'")[0]
        is_ours = "src/tijdig/" in line and "/migrations/" not in line
        if is_ours and name not in in_templates and name not in USED_BY_NAME:
            dead.append(line)
    assert dead == []


def test_what_is_said_to_be_used_by_name_is_there() -> None:
    words = {word for path in modules() for word in re.findall(r"\w+", path.read_text())}
    assert USED_BY_NAME.keys() - words == set()


def _named_in_templates() -> set[str]:
    """Return the words inside the tags of the templates: variables, filters and tags."""
    return {
        word
        for path in SOURCE.rglob("*.html")
        for inside in _IN_A_TEMPLATE.findall(path.read_text())
        for word in re.findall(r"\w+", inside)
    }


def test_the_browser_is_waited_for() -> None:
    """A click returns before its page is there; `expect` waits for what is asked, a bare question does not."""
    asking = re.compile(
        r"(assert|if) .*\.(is_visible|is_hidden|is_checked|is_enabled|count|inner_text|url)\b"
    )
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "tests" / "browser").rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if asking.search(line)
    ]
    assert guilty == []


def test_the_pure_rooms_use_the_standard_library_and_their_own_floor() -> None:
    outside = []
    for path in sorted((SOURCE / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and not name.startswith("tijdig.domain"):
                    outside.append(f"{path.relative_to(ROOT)} imports {name}")
    assert outside == []


def test_no_rule_asks_what_day_it_is() -> None:
    """Only infra/clock.py and the interfaces know now (architecture D2)."""
    asking = re.compile(r"\b(date\.today|datetime\.now|datetime\.utcnow|timezone\.now|time\.time)\(")
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules()
        if path != SOURCE / "infra" / "clock.py" and "interfaces" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if asking.search(line)
    ]
    assert guilty == []


def test_no_committed_file_names_a_registry_or_this_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    registry = re.compile(r"https?://[^\s\"']*(pypi|npmjs|pythonhosted|simple/)")
    found = []
    for name in tracked:
        path = ROOT / name
        if not path.is_file() or path.suffix in {".png", ".woff2", ".pdf", ".xlsx"} or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        if registry.search(text) or "/work/" + "main" in text:
            found.append(name)
    assert found == []
