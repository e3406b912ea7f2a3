"""Reading what users have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_w2v2.data import manifests
from keras_w2v2.errors import UserError

FIELDS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\t\r\n\ufeff"), max_size=12
).map(str.strip)


def write(path, *lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


@given(st.lists(st.tuples(FIELDS, FIELDS, st.integers(0, 10**9)), min_size=1, max_size=5))
def test_every_text_without_tabs_survives_a_manifest(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("manifest") / "m.tsv"
    lines = [f"a/{i}.wav\t{text}\t{who}\t{n}" for i, (text, who, n) in enumerate(rows)]
    content = "\n".join(["path\ttranscript\tspeaker\tnum_samples", *lines]) + "\n"
    path.write_bytes(content.encode())
    manifest = manifests.read(path)
    assert not manifest.rejected
    found = [(entry.transcript, entry.speaker, entry.num_samples) for entry in manifest.entries]
    assert found == rows
    assert [entry.id for entry in manifest.entries] == [f"a/{i}" for i in range(len(rows))]


def test_a_manifest_is_read_raw(tmp_path):
    path = tmp_path / "m.tsv"
    path.write_bytes(b'\xef\xbb\xbftranscript\tpath\tnote\r\n"SO" HE SAID\tx/1.wav\t\r\n\r\n')
    (entry,) = manifests.read(path, language="en").entries
    assert entry.transcript == '"SO" HE SAID' and entry.path == str(tmp_path / "x" / "1.wav")
    assert entry.language == "en" and entry.num_samples is None


@pytest.mark.parametrize(
    "line, reason",
    [
        ("a.wav\tx", "line 2 has 2 fields, the header 3"),
        ("a.wav\tx\t1\t2", "line 2 has 4 fields"),
        ("\tx\t1", "line 2 has no path"),
        ("a.wav\tx\t1.5", "num_samples '1.5'"),
        ("b.wav\tx\t", "listed twice"),
    ],
)
def test_bad_lines_are_set_aside(tmp_path, line, reason):
    header = "path\ttranscript\tnum_samples"
    manifest = manifests.read(write(tmp_path / "m.tsv", header, line, "b.wav\tfine\t5"))
    assert len(manifest.entries) == 1
    assert reason in manifest.rejected[0][1]


@pytest.mark.parametrize(
    "header, column", [("path\ttext", "transcript"), ("file\ttranscript", "path"), ("", "path")]
)
def test_a_missing_column_is_named(tmp_path, header, column):
    with pytest.raises(UserError, match=f"lacks the column '{column}'"):
        manifests.read(write(tmp_path / "m.tsv", header, "a.wav\tx"))


def test_what_is_no_manifest_is_refused(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        manifests.read(tmp_path / "none")
    with pytest.raises(UserError, match="is an audio file"):
        manifests.read(write(tmp_path / "text.wav", "hello"))
    (tmp_path / "b.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="no UTF-8 text"):
        manifests.read(tmp_path / "b.tsv")
    with pytest.raises(UserError, match="lists no clips"):
        manifests.read(write(tmp_path / "m.tsv", "path\ttranscript"))
    with pytest.raises(UserError, match="did you mean 'librispeech'"):
        manifests.read(tmp_path, "librispech")
    with pytest.raises(UserError, match="wants a folder"):
        manifests.read(tmp_path / "m.tsv", "folder")


def test_a_librispeech_tree_is_recognised(tmp_path):
    chapter = tmp_path / "dev" / "19" / "198"
    write(chapter / "19-198.trans.txt", "19-198-0000 NORTHANGER ABBEY", "19-198-0001 THIS")
    for name in ("19-198-0000.flac", "19-198-0009.flac"):
        (chapter / name).touch()
    manifest = manifests.read(tmp_path)
    assert manifest.format == "librispeech"
    first, second = manifest.entries
    assert (first.id, first.speaker, first.transcript) == ("19-198-0000", "19", "NORTHANGER ABBEY")
    assert second.path.endswith("19-198-0001.flac")  # to be set aside as missing when decoded
    assert manifest.rejected == [("dev/19/198/19-198-0009.flac", "not in any .trans.txt")]


def test_a_common_voice_table_is_recognised(tmp_path):
    header = "client_id\tpath\tsentence\tup_votes\tlocale"
    path = write(tmp_path / "train.tsv", header, 'abc\tc_1.mp3\tEr sagte "Ja".\t2\tde')
    for source in (path, tmp_path):
        manifest = manifests.read(source)
        assert manifest.format == "commonvoice"
        (entry,) = manifest.entries
        assert entry.path == str(tmp_path / "clips" / "c_1.mp3") and entry.id == "c_1"
        assert (entry.speaker, entry.language) == ("abc", "de")
        assert entry.transcript == 'Er sagte "Ja".'


def test_a_folder_is_searched_for_audio(tmp_path):
    for name in ("b.WAV", "sub/a.opus", "notes.txt", "._a.flac"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    manifest = manifests.read(tmp_path)
    assert manifest.format == "folder"
    assert [entry.id for entry in manifest.entries] == ["b", "sub/a"]
    assert all(entry.transcript == "" for entry in manifest.entries)


def test_ids_keep_their_suffix_where_they_would_collide(tmp_path):
    for name in ("a.wav", "a.flac", "b.wav"):
        (tmp_path / name).touch()
    assert [entry.id for entry in manifests.read(tmp_path).entries] == ["a.flac", "a.wav", "b"]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="holds no audio files"):
        manifests.read(tmp_path)


def test_a_folder_with_one_manifest_is_read_by_it_and_with_several_asks(tmp_path):
    write(tmp_path / "train.tsv", "path\ttranscript", "a.wav\tx")
    write(tmp_path / "speakers.tsv", "speaker\tage", "a\t20")
    (tmp_path / "b.wav").touch()
    assert [entry.id for entry in manifests.read(tmp_path).entries] == ["a"]
    write(tmp_path / "dev.tsv", "path\ttranscript", "a.wav\tx")
    with pytest.raises(UserError, match="several manifests .dev.tsv, train.tsv"):
        manifests.read(tmp_path)
    assert [entry.id for entry in manifests.read(tmp_path, "folder").entries] == ["b"]
