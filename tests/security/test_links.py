"""Links and pipes planted in the outbox by who may write there: nothing is written, read or removed elsewhere."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline import numbers
from pipeline.outbox import LinkedError, OccupiedError, Outbox
from pipeline.report.shelf import Shelf
from tools.examples.contact import perfect
from tools.shows.stage import Stage

NAME = "dossiers/2026-2027/C2026-000001_EXEMPLE/convention.pdf"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """An outbox whose dossier has been replaced by a link to a folder outside."""
    outbox = Outbox(tmp_path / "outbox")
    outbox.write(NAME, b"hers")
    folder = outbox.path(NAME).parent
    shutil.rmtree(folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "convention.pdf").write_bytes(b"outside")
    (outside / ".x.part").touch()
    folder.symlink_to(outside)
    return outbox


def _outside(outbox: Outbox) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (outbox.root.parent / "outside").iterdir()}


def test_nothing_is_written_behind_a_linked_folder(outbox: Outbox, tmp_path: Path) -> None:
    before = _outside(outbox)
    source = tmp_path / "made.pdf"
    source.write_bytes(b"secret")
    outbox.write("here.pdf", b"secret")
    for write in (
        lambda: outbox.write(NAME, b"secret"),
        lambda: outbox.take(source, NAME),
        lambda: outbox.link("here.pdf", NAME),
        lambda: outbox.folder(f"{Path(NAME).parent}/more"),
    ):
        with pytest.raises(LinkedError):
            write()
    assert _outside(outbox) == before


def test_nothing_is_removed_or_read_behind_a_linked_folder(outbox: Outbox) -> None:
    before = _outside(outbox)
    outbox.remove(NAME)
    outbox.sweep(str(Path(NAME).parent))
    assert _outside(outbox) == before
    with pytest.raises(LinkedError):
        outbox.read(NAME)


@pytest.mark.parametrize("name", ["../elsewhere.pdf", "/tmp/elsewhere.pdf", "dossiers/../../elsewhere.pdf"])  # noqa: S108
def test_no_name_leads_out_of_the_outbox(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="out of the outbox"):
        Outbox(tmp_path / "outbox").write(name, b"")
    assert not (tmp_path / "elsewhere.pdf").exists()


def test_a_link_in_the_place_of_a_file_is_replaced_and_never_followed(tmp_path: Path) -> None:
    outbox, secret = Outbox(tmp_path / "outbox"), tmp_path / "secret"
    secret.write_bytes(b"secret")
    outbox.folder("rapports")

    def take(name: str, data: bytes) -> None:
        outbox.take(_file(tmp_path, data), name)

    for number, put in enumerate((outbox.write, take)):
        name = f"rapports/{number}.pdf"
        outbox.path(name).symlink_to(secret)
        with pytest.raises(OSError, match="symbolic link"):
            outbox.read(name)
        put(name, b"ours")
        assert outbox.read(name) == b"ours"
    assert secret.read_bytes() == b"secret"


def test_a_link_in_the_place_of_an_agreement_does_not_stand_for_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    (agreement,) = stage.outbox.glob("dossiers/*/*/convention_*.docx")
    before = agreement.read_bytes()
    other = tmp_path / "other.docx"
    other.write_bytes(b"hers")
    agreement.unlink()
    agreement.symlink_to(other)
    stage.night()
    assert (agreement.is_symlink(), agreement.read_bytes() == before) == (False, True)
    assert other.read_bytes() == b"hers"


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "made"
    path.write_bytes(data)
    return path


def test_a_link_to_a_folder_under_a_temporary_name_catches_no_file(tmp_path: Path) -> None:
    outbox, trap = Outbox(tmp_path / "outbox"), tmp_path / "trap"
    trap.mkdir()
    outbox.folder("rapports")
    outbox.path("rapports/.a.pdf.part").symlink_to(trap)
    outbox.take(_file(tmp_path, b"ours"), "rapports/a.pdf")
    assert list(trap.iterdir()) == []


def test_a_pipe_in_the_place_of_a_file_does_not_hold_the_night(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.folder(".")
    os.mkfifo(outbox.path("suivi.xlsx"))
    with pytest.raises(OSError, match="not a file"):
        outbox.read("suivi.xlsx")


def test_a_folder_in_the_place_of_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write("rapports/run.json", b"{}")
    for name in ("rapports/dernier/run.json", "rapports/dernier/.run.json.part", "rapports/.x.part"):
        outbox.path(name).mkdir(parents=True)
    (outbox.path("dossiers")).touch()
    for write, place in (
        (lambda: outbox.write("rapports/dernier/run.json", b""), "rapports/dernier/run.json"),
        (lambda: outbox.take(_file(tmp_path, b""), "rapports/dernier/run.json"), "rapports/dernier/run.json"),
        (lambda: outbox.link("rapports/run.json", "rapports/dernier/run.json"), "rapports/dernier/run.json"),
        (lambda: outbox.write("dossiers/a.docx", b""), "dossiers :"),
        (lambda: outbox.folder("dossiers/2026-2027"), "dossiers :"),
    ):
        with pytest.raises(OccupiedError, match=place):
            write()
    outbox.remove("rapports/dernier/run.json")
    outbox.sweep("rapports")
    outbox.path("rapports/dernier/run.json").rmdir()
    outbox.link("rapports/run.json", "rapports/dernier/run.json")
    assert outbox.read("rapports/dernier/run.json") == b"{}"


def test_a_file_in_the_place_of_a_folder_ends_the_search_for_a_free_name(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write("rapports", b"")
    shelf = Shelf(outbox)
    assert shelf.kept({"a_corriger.xlsx": b""}, date(2026, 11, 21)) == {}
    with pytest.raises(OccupiedError):
        shelf.refresh({"a_corriger.xlsx": b""}, date(2026, 11, 21))


def test_no_free_name_beside_is_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelf, "_taken", lambda *_: "est ouvert")
    with pytest.raises(OccupiedError):
        Shelf(Outbox(tmp_path)).kept({"a_corriger.xlsx": b""}, date(2026, 11, 21))


def test_what_is_read_back_is_bounded_and_of_any_shape(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.write("sparse.json", b"")
    with outbox.path("sparse.json").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(OSError, match="not a file of ours"):
        outbox.read("sparse.json")
    outbox.write("deep.json", b"[" * 200_000)
    with pytest.raises(ValueError, match="nested"):
        outbox.read_json("deep.json")


def test_a_number_beyond_every_reference_counts_for_nothing(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    for name in ("C2026-000007_EXEMPLE", f"C2026-{'9' * 40}_X", "C2026-٠٠٠٠٠٩_X"):
        outbox.folder(f"dossiers/2026-2027/{name}")
    assert numbers.given(outbox) == ["C2026-000007"]


def test_a_report_of_another_shape_is_not_repeated(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "site", quiet=True)
    stage.deposit([perfect(0)])
    last = stage.night()
    for text in (b"[[]]", b'{"dossiers": [], "run_id": "../..", "failures": [], "sources": [1]}'):
        path = stage.outbox / "rapports" / last.run_id / "run.json"
        path.write_bytes(text)
        last = stage.night()
        assert last.repeated is None


def test_a_night_passes_by_a_linked_dossier_and_a_linked_or_piped_workbook(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "site", quiet=True)
    stage.deposit([perfect(0), perfect(1)])
    stage.night()
    outside, secret = tmp_path / "outside", tmp_path / "secret"
    outside.mkdir()
    secret.write_text("secret", "utf-8")
    folder = stage.outbox / Path(stage.current()["C2026-000001"]["documents"][0]).parent
    shutil.rmtree(folder)
    folder.symlink_to(outside)
    for name, plant in (
        ("suivi.xlsx", os.mkfifo),
        ("rapports/dernier/a_corriger.xlsx", lambda path: path.symlink_to(secret)),
    ):
        (stage.outbox / name).unlink()
        plant(stage.outbox / name)
    stage.deposit([{**perfect(0), "stage.sujet": "Un tout autre sujet, écrit après coup"}, perfect(1)])
    outcome = stage.night()
    assert [failure.path.split("/")[2][:12] for failure in outcome.failures]
    assert {failure.path.split("/")[2][:12] for failure in outcome.failures} == {"C2026-000001"}
    assert list(outside.iterdir()) == []
    assert secret.read_text("utf-8") == "secret"
