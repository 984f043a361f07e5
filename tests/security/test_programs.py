"""LibreOffice and wkhtmltopdf: neither network, nor another's file, nor a macro, nor a secret of the night."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from pipeline.documents import confined, office, pages
from pipeline.documents.confined import Walls, bare_environment, walls
from tests.pdfs import pages_of
from tests.security.packages import SECRET, hostile_documents, package

_NONE = Walls((), network=False, privileges=False, limits=False)
_HOSTILE_PAGES = {
    "picture, web": '<img src="{web}/a.png">',
    "picture, file": '<img src="{file}/red.png">',
    "picture beside": '<img src="red.png">',
    "frame, file": '<iframe src="{file}/secret.html"></iframe>',
    "frame beside": '<iframe src="secret.html"></iframe><object data="secret.html" type="text/html"></object>',
    "frame, system": '<iframe src="file:///etc/passwd"></iframe>',
    "script": '<p id=a>z</p><script>document.getElementById("a").innerHTML="CANARI"+"SECRET"</script>',
    "script, web": '<script src="{web}/a.js"></script>',
    "handler": "<img src=x onerror=\"document.body.innerHTML='CANARI'+'SECRET'\">",
    "request": '<script>x=new XMLHttpRequest();x.open("GET","{file}/secret.html",false);x.send();</script>',
    "style": "<style>body{{background:url({web}/b.png)}} p{{background:url({file}/red.png)}}</style><p>x</p>",
    "import": '<style>@import url("{file}/secret.css"); @import url("{web}/c.css");</style>',
    "sheet": '<link rel=stylesheet href="{file}/secret.css"><link rel=stylesheet href="{web}/d.css">',
    "font": "<style>@font-face{{font-family:x;src:url({web}/f.ttf)}} p{{font-family:x}}</style><p>x</p>",
    "refresh, web": '<meta http-equiv=refresh content="0;url={web}/r">',
    "refresh, file": '<meta http-equiv=refresh content="0;url={file}/secret.html">',
    "base": '<base href="{web}/"><img src="a.png">',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="99" height="99">'
    '<image xlink:href="{file}/red.png" width="99" height="99"/></svg>',
    "data": '<iframe src="data:text/html,<iframe src={file}/secret.html></iframe>"></iframe>',
    "other schemes": '<img src="ftp://127.0.0.1:{port}/"><img src="https://127.0.0.1:{port}/">',
}


@dataclass
class Listener:
    """A server on this machine that nobody may call."""

    server: socket.socket
    calls: list[bytes] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.server.getsockname()[1])

    def listen(self) -> None:
        while True:
            try:
                call, _ = self.server.accept()
            except OSError:
                return
            with call:
                self.calls.append(call.recv(200))


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server)
        threading.Thread(target=found.listen, daemon=True).start()
        yield found


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that no document may show."""
    folder = tmp_path_factory.mktemp("secrets")
    Image.new("RGB", (200, 200), (255, 0, 0)).save(folder / "red.png")
    (folder / "secret.html").write_text(f"<p>{SECRET}</p>", "utf-8")
    (folder / "secret.css").write_text(f"p::before{{content:'{SECRET}'}}", "utf-8")
    package(folder / "secret.docx", f"<w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p>")
    return folder


@pytest.fixture(scope="module")
def papers(listener: Listener, secrets: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What LibreOffice makes of every hostile document, by its options alone."""
    folder = tmp_path_factory.mktemp("papers")
    web = f"http://127.0.0.1:{listener.port}"
    made = hostile_documents(folder, web, secrets / "red.png", secrets / "secret.html", secrets / "secret.docx")
    made["macro"] = _with_macro(folder / "macro.docx", folder / "ran")
    tool = office.Office(office.find_program() or "", 90, 30)
    jobs = {name: office.Job(path, folder / f"{path.stem}.pdf") for name, path in made.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confined, "walls", lambda: _NONE)
        office.convert(tool, list(jobs.values()), folder / "atelier", 1)
    return {name: job.pdf for name, job in jobs.items() if job.pdf.is_file()}


def _with_macro(path: Path, canary: Path) -> Path:
    """Write a text document under the name of a .docx, whose macro is bound to its opening."""
    kind = "application/vnd.oasis.opendocument.text"
    office_ns, script_ns = (f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0" for n in ("office", "script"))
    basic = 'xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:link="false"'
    listed = ("Basic/script-lc.xml", "Basic/Standard/script-lb.xml", "Basic/Standard/M.xml", "content.xml")
    entries = "".join(f'<m:file-entry m:full-path="{n}" m:media-type="text/xml"/>' for n in listed)
    parts = {
        "mimetype": kind,
        "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>{entries}</m:manifest>',
        "content.xml": f'<o:document-content xmlns:o="{office_ns}" xmlns:s="{script_ns}" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:x="http://www.w3.org/1999/xlink" o:version="1.2">'
        '<o:scripts><o:event-listeners><s:event-listener s:language="ooo:script" s:event-name="dom:load" '
        'x:href="vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document" x:type="simple"/>'
        "</o:event-listeners></o:scripts><o:body><o:text><t:p>FIN</t:p></o:text></o:body></o:document-content>",
        listed[0]: f'<library:libraries xmlns:library="http://openoffice.org/2000/library"><library:library {basic}/>'
        "</library:libraries>",
        listed[1]: f'<library:library {basic}><library:element library:name="M"/></library:library>',
        listed[2]: '<s:module xmlns:s="http://openoffice.org/2000/script" s:name="M" s:language="StarBasic">Sub Main\n'
        f'Open "{canary}" For Output As #1\nPrint #1, "x"\nClose #1\nEnd Sub</s:module>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return path


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_fetches_nothing_and_shows_no_other_file(papers: dict[str, Path], listener: Listener) -> None:
    assert len(papers) >= 19
    for name, pdf in papers.items():
        text = "".join(pages_of(pdf))
        assert "FIN" in text, name
        assert SECRET not in text, name
        assert _pictures(pdf) == 0, name
    assert listener.calls == []


def _pictures(pdf: Path) -> int:
    """Return how many pictures of a PDF are as wide as the one that no document may show."""
    with pikepdf.open(pdf) as opened:
        streams = [one for one in opened.objects if isinstance(one, pikepdf.Stream)]
        return sum(one.get("/Subtype") == "/Image" and int(one.Width) == 200 for one in streams)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice")
def test_libreoffice_runs_no_macro_of_a_document(papers: dict[str, Path]) -> None:
    assert "macro" in papers
    assert not (papers["macro"].parent / "ran").exists()


@pytest.mark.skipif(shutil.which("wkhtmltopdf") is None, reason="no wkhtmltopdf")
def test_wkhtmltopdf_fetches_nothing_runs_nothing_and_shows_no_other_file(
    listener: Listener, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confined, "walls", lambda: _NONE)
    told = {"web": f"http://127.0.0.1:{listener.port}", "file": secrets.as_uri(), "port": listener.port}
    jobs = {}
    for number, (name, text) in enumerate(_HOSTILE_PAGES.items()):
        page = secrets / f"page{number}.html"
        page.write_text(
            f"<!DOCTYPE html><html><body><p>DEBUT</p>{text.format(**told)}<p>FIN</p></body></html>", "utf-8"
        )
        jobs[name] = pages.PdfJob(page, tmp_path / f"{number}.pdf", "essai")
    assert pages.html_to_pdf(list(jobs.values()), pages.find_wkhtmltopdf() or "", 30) == []
    for name, job in jobs.items():
        text = "".join(pages_of(job.pdf))
        assert "FIN" in text, name
        assert SECRET not in text, name
        assert "root:" not in text, name
        assert _pictures(job.pdf) == 0, name
    assert listener.calls == []


_WITNESS = """#!{python} -IS
import json, os, resource, sys
from pathlib import Path
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
told = {{
    "environment": dict(os.environ), "folder": os.getcwd(), "stdin": os.readlink("/proc/self/fd/0"),
    "networks": [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line],
    "privileges": status["NoNewPrivs"].strip(), "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
    "core": resource.getrlimit(resource.RLIMIT_CORE)[0], "words": sys.argv[1:],
}}
Path(__file__).with_suffix(".told").write_text(json.dumps(told))
"""


_READER = """#!{python} -IS
import json, shlex, sys
from pathlib import Path
told = [shlex.split(line) for line in sys.stdin]
Path(__file__).with_suffix(".told").write_text(json.dumps(told))
"""


@pytest.fixture(params=["soffice", "wkhtmltopdf"])
def witness(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What a program that stands for one of the two sees of the world in which it is started."""
    monkeypatch.setenv("CONVENTIONS_MOT_DE_PASSE", "hunter2")
    monkeypatch.setenv("http_proxy", "http://user:hunter2@proxy.test")
    program = tmp_path / request.param
    program.write_text(_WITNESS.format(python=sys.executable), "utf-8")
    program.chmod(0o700)
    (tmp_path / "a.html").touch()
    if request.param == "soffice":
        jobs = [office.Job(tmp_path / "a.docx", tmp_path / "a.pdf")]
        office.convert(office.Office(str(program), 30, 30), jobs, tmp_path / "atelier", 1)
    else:
        pages.html_to_pdf([pages.PdfJob(tmp_path / "a.html", tmp_path / "a.pdf", "x")], str(program), 30)
    told: dict[str, object] = json.loads(program.with_suffix(".told").read_text("utf-8"))
    return told


def test_a_program_gets_no_secret_and_no_place_of_ours(witness: dict[str, object], tmp_path: Path) -> None:
    assert "hunter2" not in json.dumps(witness["environment"])
    folder = str(witness["folder"])
    assert "conventions-" in folder or folder.startswith(str(tmp_path / "atelier"))
    assert "pts" not in str(witness["stdin"])


def test_a_program_stands_behind_the_walls_of_this_system(witness: dict[str, object]) -> None:
    if walls().network:
        assert witness["networks"] == ["lo"]
    assert witness["privileges"] == ("1" if walls().privileges else "0")
    assert (witness["core"] == 0, witness["memory"] != -1) == (walls().limits, walls().limits)


def test_this_system_s_walls_are_found_by_trying(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    refusing.chmod(0o700)
    (tmp_path / "true").symlink_to(shutil.which("true") or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert walls.__wrapped__() == _NONE


def test_only_what_a_program_needs_of_the_environment_reaches_it() -> None:
    given = {"PATH": "/bin", "LC_ALL": "fr_FR.UTF-8", "SMTP_PASSWORD": "x", "AWS_SECRET": "x", "DBUS_SESSION": "x"}
    assert bare_environment({"TMPDIR": "/t"}, given) == {"PATH": "/bin", "LC_ALL": "fr_FR.UTF-8", "TMPDIR": "/t"}


@pytest.mark.parametrize(
    "title",
    ["-x --allow /", 'a" --enable-javascript "', "a\n--enable-javascript x y", "a\\", "a\tb", "a\r\u2028b", "'"],
)
def test_a_title_is_one_argument_and_ends_no_line(title: str, tmp_path: Path) -> None:
    program = tmp_path / "wkhtmltopdf"
    program.write_text(_READER.format(python=sys.executable), "utf-8")
    program.chmod(0o700)
    job = pages.PdfJob(tmp_path / "a.html", tmp_path / "a.pdf", title)
    job.html.write_text('<meta name="pdfkit-enable-javascript" content="">', "utf-8")
    pages.html_to_pdf([job], str(program), 30)
    (words,) = json.loads(program.with_suffix(".told").read_text("utf-8"))
    assert words[words.index("--title") + 1] == re.sub("[\n\t\r\u2028]", " ", title)
    assert words[-2:] == [str(job.html), str(job.pdf)]
    assert "--disable-javascript" in words
    assert "--enable-javascript" not in words
