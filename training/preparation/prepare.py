"""Recordings to shards: reads a source, decodes on Apache Beam, writes a folder whole."""

import math
from pathlib import Path

from keras_w2v2.data import manifests, shards
from keras_w2v2.errors import ArgumentError, UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training.preparation import division, publishing, reading, sharding, unfinished
from keras_w2v2.training.preparation.publishing import NoClipError
from keras_w2v2.training.preparation.summary import Summary

DUPLICATES = ("keep", "drop")


class Stopped(KeyboardInterrupt):
    """Ctrl-C after the first shard was finished; its text says what is kept."""


def prepare(
    source,
    out,
    *,
    manifest_format=None,
    language=None,
    min_seconds=0.0,
    max_seconds=None,
    cut_seconds=None,
    duplicates="keep",
    shard_megabytes=64,
    num_workers=1,
    overwrite=False,
    progress=None,
    beam_options=(),
):
    """Turns recordings into a folder of shards that training reads.

    Files that cannot serve are set aside with a reason each, in the index and in `rejected.tsv`.
    The folder appears whole at the end; until then the work lies in `.<out>.partial` beside it.
    Stopped at any moment, by Ctrl-C, a full disk or a kill, the same call keeps the shards that
    are done and carries on. The same source gives the same bytes whatever the number of workers
    and however often it was stopped.

    Args:
        source: str or path of a manifest, corpus tree or folder; see `data.manifests.read`.
        out: str or path of the folder to make.
        manifest_format: "tsv", "librispeech", "commonvoice", "folder", or None to find it out.
        language: str or None, language of the clips where the source does not tell it.
        min_seconds, max_seconds: float or None, clips beyond are set aside.
        cut_seconds: float or None, cut unlabelled recordings that are longer into clips of at
            most this, in their pauses (`data.cutting`); clips shorter than min_seconds, or a
            second, are left out. A transcript cannot be cut: labelled clips stay whole.
        duplicates: "keep" or "drop", what becomes of clips with exactly the audio of another;
            they are listed in either case.
        shard_megabytes: float, size of a shard (64 MB hold 35 minutes).
        num_workers: int, processes that decode.
        overwrite: bool, replace shards that are already in `out`.
        progress: function of (files done, files in all, seconds of audio kept), called about
            five times a second and once at the end, or None.
        beam_options: sequence of str, options of Apache Beam, such as "--runner=FlinkRunner"; all
            workers must see the same file system. By default the runner inside Beam's package.

    Returns:
        Summary.

    Raises:
        UserError: a source that cannot be read or gives no clip, an `out` that is taken, a full
            or read-only disk. Nothing is left behind but shards that are done.
        Stopped: (a KeyboardInterrupt) Ctrl-C; the same call carries on.

    Example:
        >>> print(prepare("LibriSpeech/dev-clean", "shards/dev-clean", num_workers=2))
    """
    _check_arguments(Path(out), min_seconds, max_seconds, shard_megabytes, num_workers)
    _check_cutting(cut_seconds, min_seconds, max_seconds, duplicates)
    manifest = manifests.read(source, manifest_format, language)
    limits = {
        "min_samples": round(min_seconds * SAMPLE_RATE),
        "max_samples": None if max_seconds is None else round(max_seconds * SAMPLE_RATE),
        "cut_samples": None if cut_seconds is None else round(cut_seconds * SAMPLE_RATE),
        "duplicates": duplicates,
    }
    tasks = division.tasks(manifest.entries, limits, shard_megabytes * 1e6)
    work = unfinished.Workplace(out, tasks)
    if work.was_published():
        work.remove()
        return Summary.of(work.out, shards.ShardIndex.load(work.out).content)
    if (work.out / shards.INDEX).is_file() and not overwrite:
        raise ArgumentError(
            "'{taken}' already holds shards: name another folder, remove it, or replace them with "
            "{overwrite}",
            taken=work.out,
        )
    work.begin()
    try:
        _decode(work, manifest, num_workers, beam_options, progress)
        index = publishing.gather(work, manifest, limits)
        work.publish()
    except NoClipError:
        work.remove()
        raise
    except BaseException as error:
        raise _stopped(work, error) from None
    return Summary.of(work.out, index.content, work.kept)


def _stopped(work, error):
    """Returns the error that tells why the work stopped and what of it is kept."""
    kept = work.leave()
    if isinstance(error, KeyboardInterrupt):
        return Stopped(f"stopped; {kept}") if kept else error
    if isinstance(error, OSError):
        error = work.unwritable(error)
    return UserError(f"{error}; {kept}") if kept and isinstance(error, UserError) else error


def _check_arguments(out, min_seconds, max_seconds, shard_megabytes, num_workers):
    ours = (out / shards.INDEX).is_file()
    if out.exists() and not ours and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"'{out}' exists and holds other things: name a new folder")
    numbers = [min_seconds, shard_megabytes, *([] if max_seconds is None else [max_seconds])]
    if not all(map(math.isfinite, numbers)):
        raise ArgumentError(
            "{min_seconds}, {max_seconds} and {shard_megabytes} must be finite numbers"
        )
    if max_seconds is not None and max_seconds <= max(min_seconds, 0):
        raise ArgumentError(
            "{max_seconds} {most:g} must be above {min_seconds} {least:g}",
            most=max_seconds,
            least=min_seconds,
        )
    if num_workers < 1 or shard_megabytes <= 0:
        raise ArgumentError(
            "{num_workers} {count} must be at least 1 and {shard_megabytes} {size:g} above 0",
            count=num_workers,
            size=shard_megabytes,
        )


def _check_cutting(cut_seconds, min_seconds, max_seconds, duplicates):
    if duplicates not in DUPLICATES:
        raise ArgumentError("{duplicates} '{given}' must be keep or drop", given=duplicates)
    if cut_seconds is None:
        return
    most = math.inf if max_seconds is None else max_seconds
    least = reading.least_piece(round(min_seconds * SAMPLE_RATE)) / SAMPLE_RATE
    if not 2 * least <= cut_seconds <= most or not math.isfinite(cut_seconds):
        raise ArgumentError(
            "{cut_seconds} {cut:g} must be at least {twice:g} (twice the shortest clip) and at "
            "most {max_seconds} {most:g}",
            cut=cut_seconds,
            twice=2 * least,
            most=most,
        )


def _decode(work, manifest, num_workers, beam_options, progress):
    """Runs the pipeline and reports how far it is."""
    from keras_w2v2.training.preparation import beam_run

    before, total = len(manifest.rejected), len(manifest.rejected) + len(manifest.entries)
    numbers = range(work.count)

    def tell():
        if progress is not None:
            done, samples = sharding.read_progress(work.folder, numbers)
            progress(before + done, total, samples / SAMPLE_RATE)

    places = [(str(work.folder), number) for number in work.missing()]
    tell()
    if places:
        beam_run.for_each(sharding.write, places, num_workers, beam_options, tell, work.log)
