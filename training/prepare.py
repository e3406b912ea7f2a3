"""Recordings to shards: reads a source, decodes on Apache Beam, writes a folder whole."""

import math
from dataclasses import dataclass
from pathlib import Path

from keras_w2v2.data import manifests, shards
from keras_w2v2.errors import UserError
from keras_w2v2.frames import SAMPLE_RATE
from keras_w2v2.training import prepare_index, prepare_plan, prepare_shard, prepare_work
from keras_w2v2.training.prepare_index import NoClipError


class Stopped(KeyboardInterrupt):
    """Ctrl-C after the first shard was finished; its text says what is kept."""


@dataclass(frozen=True)
class Summary:
    """What `prepare` made.

    Attributes:
        folder: Path of the shards.
        clips, labelled, speakers, shards: int.
        hours: float.
        rejected: list of {"path", "reason"}, every file set aside.
        kept_shards: int, shards that were done before, by the same command when it was stopped.
    """

    folder: Path
    clips: int
    labelled: int
    speakers: int
    shards: int
    hours: float
    rejected: list
    kept_shards: int = 0

    def __str__(self):
        length = f"{self.hours:.2f} h" if self.hours >= 1 else f"{60 * self.hours:.1f} min"
        made = (
            f"{self.clips} clips ({self.labelled} with transcript), {length}, "
            f"{self.speakers} speakers, in '{self.folder}' (shards: {self.shards})"
        )
        if self.kept_shards:
            made += f"\ncarried on: {self.kept_shards} shards were done before"
        if self.rejected:
            listed = self.folder / prepare_index.REJECTED
            reasons = prepare_index.reasons(self.rejected)
            made += f"\nset aside {reasons} (each listed in '{listed}')"
        return made


def prepare(
    source,
    out,
    *,
    manifest_format=None,
    language=None,
    min_seconds=0.0,
    max_seconds=None,
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
    manifest = manifests.read(source, manifest_format, language)
    limits = {
        "min_samples": round(min_seconds * SAMPLE_RATE),
        "max_samples": None if max_seconds is None else round(max_seconds * SAMPLE_RATE),
    }
    tasks = prepare_plan.tasks(manifest.entries, limits, shard_megabytes * 1e6)
    work = prepare_work.Workplace(out, tasks)
    if work.was_published():
        work.remove()
        return _summary(shards.ShardIndex.load(work.out), work)
    if (work.out / shards.INDEX).is_file() and not overwrite:
        raise UserError(
            f"'{work.out}' already holds shards: name another folder, remove it, or ask to "
            "overwrite"
        )
    work.begin()
    try:
        _decode(work, manifest, num_workers, beam_options, progress)
        index = prepare_index.gather(work, manifest, limits)
        work.publish()
    except NoClipError:
        work.remove()
        raise
    except BaseException as error:
        raise _stopped(work, error) from None
    return _summary(index, work)


def _stopped(work, error):
    """Returns the error that tells why the work stopped and what of it is kept."""
    kept = work.leave()
    if isinstance(error, KeyboardInterrupt):
        return Stopped(f"stopped; {kept}") if kept else error
    if isinstance(error, OSError):
        error = work.unwritable(error)
    return UserError(f"{error}; {kept}") if kept and isinstance(error, UserError) else error


def _summary(index, work):
    counts = index.content["counts"]
    return Summary(
        folder=work.out,
        clips=index.clips,
        labelled=counts["labelled"],
        speakers=len(index.content["speakers"]),
        shards=len(index.files),
        hours=index.hours,
        rejected=index.content["rejected"],
        kept_shards=work.kept,
    )


def _check_arguments(out, min_seconds, max_seconds, shard_megabytes, num_workers):
    ours = (out / shards.INDEX).is_file()
    if out.exists() and not ours and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"'{out}' exists and holds other things: name a new folder")
    numbers = [min_seconds, shard_megabytes, *([] if max_seconds is None else [max_seconds])]
    if not all(map(math.isfinite, numbers)):
        raise UserError("min_seconds, max_seconds and shard_megabytes must be finite numbers")
    if max_seconds is not None and max_seconds <= max(min_seconds, 0):
        raise UserError(f"max_seconds {max_seconds:g} must be above min_seconds {min_seconds:g}")
    if num_workers < 1 or shard_megabytes <= 0:
        raise UserError(
            f"num_workers {num_workers} must be at least 1 and shard_megabytes "
            f"{shard_megabytes:g} above 0"
        )


def _decode(work, manifest, num_workers, beam_options, progress):
    """Runs the pipeline and reports how far it is."""
    from keras_w2v2.training import beam_run

    before, total = len(manifest.rejected), len(manifest.rejected) + len(manifest.entries)
    numbers = range(work.count)

    def tell():
        if progress is not None:
            done, samples = prepare_shard.read_progress(work.folder, numbers)
            progress(before + done, total, samples / SAMPLE_RATE)

    places = [(str(work.folder), number) for number in work.missing()]
    tell()
    if places:
        beam_run.for_each(prepare_shard.write, places, num_workers, beam_options, tell, work.log)
