"""A template that somebody has edited: it computes nothing, reaches nothing, carries nothing but its text."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import docx
import pytest
from jinja2.exceptions import SecurityError

from pipeline.documents.jinja import html_environment, word_environment
from pipeline.documents.lint import FaultyTemplatesError, Paper, lint_errors
from pipeline.documents.tag_language import beyond
from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError
from pipeline.setup import ROOT, load_shelf
from tests.documents.test_lint import known
from tests.security.packages import hostile_documents, package, svg, with_svg

SHIPPED = ROOT / "templates_docx"
_ESCAPES = (
    "{{ ''.__class__.__mro__ }}",
    "{{ x.__init__.__globals__ }}",
    "{{ x|attr('__class__') }}",
    "{{ x['__class__'] }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ '{0.__class__}'|format(x) }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ self._TemplateReference__context }}",
    "{{ x|map(attribute='__class__')|list }}",
    "{% set y = x %}{{ y.__class__ }}",
)
_ENDLESS = (
    "{% for a in range(10**12) %}a{% endfor %}",
    "{% for a in 'x' * 90000 %}a{% endfor %}",
    "{% for a in x %}{% for b in x %}{% for c in x %}{% for d in x %}a{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in 'abc' %}a{% endfor %}",
    "{{ 'a' * 10**10 }}",
    "{{ 10**10**10 }}",
    "{{ 1 / 0 }}",
    "{{ '%10000000000d' % 1 }}",
    "{{ x|center(10**10) }}",
    "{{ lipsum(n=1000000) }}",
    "{% set y = y ~ y %}",
    "{% set y = [y, y]|join %}",
    "{% set y %}{{ y }}{{ y }}{% endset %}",
    "{{ x|replace('a', 'aaaa')|replace('a', 'aaaa')|replace('a', 'aaaa')|replace('a', 'aaaa') }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'a' %}",
)


@pytest.mark.parametrize("text", _ESCAPES)
def test_nothing_leads_out_of_the_sandbox(text: str) -> None:
    """Where the language does not refuse it, the sandbox does; nothing of an object's inside is printed."""
    for environment in (word_environment(), html_environment()):
        tree = environment.parse(text)
        if beyond(tree) is None:
            with pytest.raises((SecurityError, SetupError, TypeError)):
                environment.from_string(text).render(x="a")


@pytest.mark.parametrize("text", _ENDLESS)
def test_nothing_in_a_template_computes_repeats_without_end_or_grows(text: str, tmp_path: Path) -> None:
    assert beyond(word_environment().parse(text)) is not None
    path = _with_paragraph(tmp_path, text)
    with pytest.raises(SetupError):
        WordTemplate(path)


def _with_paragraph(folder: Path, text: str) -> Path:
    path = folder / "annexe_territoire.docx"
    document = docx.Document()
    document.add_paragraph(text)
    document.save(str(path))
    return path


def test_what_templates_need_is_within_their_language() -> None:
    for text in (
        "{% if cas.mineur and not x %}{{ x.y }}{% elif x == 'a' %}{{ x|default('b')|upper }}{% endif %}",
        "{% for a in x %}{{ a.b ~ ' ' ~ a.c }}{% endfor %}{% set y = x.z %}{{ y if x else 'c' }}",
    ):
        assert beyond(word_environment().parse(text)) is None


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    elsewhere = folder / "elsewhere"
    return hostile_documents(folder, "http://canary.test", elsewhere, elsewhere, elsewhere)


def test_a_template_that_would_fetch_something_is_refused_each_way_by_itself(hostile: dict[str, Path]) -> None:
    for name, path in hostile.items():
        found = [fault for fault in lint_errors(Paper(path), known(), agreement=False) if not fault.place]
        assert found, name


@pytest.mark.parametrize(
    "inside",
    [
        '<image xlink:href="file:///etc/passwd" width="9" height="9"/>',
        '<image href="http://canary.test/a.png"/>',
        '<image href="\\\\canary.test\\share\\a.png"/>',
        '<use xlink:href="other.svg#a"/>',
        '<rect style="fill:url(http://canary.test/a)"/>',
        "<style>@import 'http://canary.test/a.css';</style>",
        "<script>alert(1)</script>",
        "<foreignObject/>",
        '<image href="data:image/svg+xml;base64,AAAA"/>',
    ],
)
def test_a_drawing_that_asks_for_another_file_is_refused_under_any_name(inside: str, tmp_path: Path) -> None:
    """LibreOffice shows the file that such a drawing names, whatever its options are."""
    for name in ("i.svg", "i.png", "i.bin"):
        path = with_svg(tmp_path / "a.docx", svg(inside), name)
        assert [f.problem for f in lint_errors(Paper(path), known(), agreement=False) if "SVG" in f.problem], name


def test_a_drawing_of_its_own_is_welcome(tmp_path: Path) -> None:
    own = '<defs><path id="a"/></defs><use xlink:href="#a"/><rect fill="url(#a)"/><image href="data:image/png;base64,AA"/>'
    path = with_svg(tmp_path / "a.docx", svg(own))
    assert not list(lint_errors(Paper(path), known(), agreement=False))


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/embeddings/oleObject1.bin", "word/activeX/activeX1.xml"])
def test_macros_and_objects_are_refused(part: str, tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", more={part: "<x/>"})
    assert len(list(lint_errors(Paper(path), known(), agreement=False))) == 1


def test_a_shipped_template_reaches_nothing() -> None:
    for path in SHIPPED.glob("*.docx"):
        assert Paper(path).reaches == ()


def test_a_hostile_template_of_the_university_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "modeles").mkdir()
    config = tmp_path / "conventions.toml"
    text = (ROOT / "conventions.toml").read_text("utf-8")
    config.write_text(text.replace('dossier = ""', 'dossier = "modeles"'), "utf-8")
    path = tmp_path / "modeles" / "annexe_territoire.docx"
    shutil.copy(SHIPPED / path.name, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macro")
    (tmp_path / "modeles" / "convention_francais.docm").touch()
    library = load_shelf(config).library
    assert {fault.template for fault in library.errors} == {path.name, "convention_francais.docm"}
    with pytest.raises(FaultyTemplatesError):
        library.templates()
