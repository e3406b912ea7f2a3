"""What is said when a command fails."""

import contextlib
import errno
import os
import signal

import pytest

from keras_w2v2 import interrupts
from keras_w2v2.cli import failures
from keras_w2v2.errors import UserError
from keras_w2v2.interop import atomic


def told(error, capsys, verb="prepare", folder=None):
    code = failures.report(error, verb, folder)
    return code, capsys.readouterr().err


def test_a_users_mistake_is_one_line_even_if_the_error_has_several(capsys):
    code, err = told(UserError("first\n  second"), capsys)
    assert (code, err) == (2, "error: first second\n")


def test_a_bug_of_ours_is_not_explained_away(capsys):
    assert told(KeyError("x"), capsys) == (None, "")
    assert told(ValueError("x"), capsys) == (None, "")


@pytest.mark.parametrize("verb", ["demo", "pretrain", "finetune"])
def test_interrupted_learning_carries_on(verb, capsys):
    code, err = told(KeyboardInterrupt(), capsys, verb)
    assert code == 2
    assert "same command carries on" in err
    assert err.count("\n") == 1


def test_an_interrupt_with_words_of_its_own_keeps_them(capsys):
    code, err = told(KeyboardInterrupt("stopped at update 5"), capsys, "pretrain")
    assert (code, err) == (2, "stopped at update 5\n")


@pytest.fixture
def sigint():
    """Sets how this process takes SIGINT, which a test run in the background ignores."""
    previous = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, previous)


def test_an_interrupt_is_told_as_one_whatever_native_code_made_of_it(sigint, capsys):
    sigint(signal.default_int_handler)
    with interrupts.Watch() as watch:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            error = ValueError("Tried to convert 'shape' to a tensor and failed")
    assert watch.seen
    code = failures.report(error, "export", interrupted=watch.seen)
    said = "interrupted: nothing half-written is left; the same command starts again\n"
    assert (code, capsys.readouterr().err) == (2, said)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_lost_interrupt_still_keeps_a_file_from_its_name(sigint, tmp_path):
    sigint(signal.default_int_handler)
    model = tmp_path / "model"
    with interrupts.Watch(), pytest.raises(KeyboardInterrupt), atomic.file(model) as partial:
        partial.write_text("whole")
        with contextlib.suppress(KeyboardInterrupt):  # as native code does
            signal.raise_signal(signal.SIGINT)
    assert not list(tmp_path.iterdir())


def test_an_ignored_interrupt_stays_ignored(sigint):
    sigint(signal.SIG_IGN)
    with interrupts.Watch() as watch:
        signal.raise_signal(signal.SIGINT)
    assert not watch.seen
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_the_folder_and_what_is_free(number, capsys, tmp_path):
    error = OSError(number, os.strerror(number))
    code, err = told(error, capsys, folder=tmp_path / "not" / "yet")
    assert code == 2
    assert f"the disk is full at '{tmp_path / 'not' / 'yet'}'" in err
    assert "MB free" in err


def test_a_full_disk_is_found_behind_another_error(capsys):
    try:
        try:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as cause:
            raise RuntimeError("could not write") from cause
    except RuntimeError as error:
        assert "the disk is full" in told(error, capsys)[1]


def test_a_full_disk_in_the_words_of_other_libraries_is_understood(capsys):
    error = RuntimeError("Unable to write (errno = 28, error message = 'No space left on device')")
    assert "the disk is full" in told(error, capsys)[1]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "a.wav"), "no file or folder 'a.wav'"),
        (PermissionError(errno.EACCES, "Permission denied", "a.wav"), "permission for 'a.wav'"),
        (FileExistsError(errno.EEXIST, "File exists", "a.wav"), "'a.wav' exists already"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "a"), "is a directory: 'a'"),
    ],
)
def test_trouble_with_a_file_names_it(kind, words, capsys):
    code, err = told(kind, capsys)
    assert code == 2
    assert words in err
    assert err.count("\n") == 1


def test_running_out_of_memory_advises_smaller_batches(capsys):
    code, err = told(MemoryError(), capsys)
    assert code == 2
    assert "data.batch_seconds" in err


def test_what_a_process_leaves_behind_can_be_removed_at_once(tmp_path):
    with atomic.scratch() as folder, atomic.file(tmp_path / "model.keras") as partial:
        (folder / "clips.npz").write_bytes(b"clips")
        partial.write_bytes(b"half")
        atomic.remove_unfinished()
        assert not folder.exists()
        assert list(tmp_path.iterdir()) == []
        partial.parent.mkdir()
        partial.write_bytes(b"whole")
    assert (tmp_path / "model.keras").read_bytes() == b"whole"
