"""What `prepare` made, in words."""

import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

REJECTED, DUPLICATES = "rejected.tsv", "duplicates.tsv"
_MOST_LANGUAGES = 8  # shown one by one
_MOST_NAMES = 3  # of duplicates


@dataclass(frozen=True)
class Summary:
    """What `prepare` made; its text is what the command prints.

    Attributes:
        folder: Path of the shards.
        clips, labelled, shards: int.
        hours: float.
        speaker_hours, language_hours: dict of name to hours; unnamed ones are in neither.
        language_clips: dict of name to number of clips.
        rejected: list of {"path", "reason"}, every file set aside.
        duplicates: list of {"id", "same_as"}, clips with the audio of another.
        duplicates_dropped: bool, whether those were left out.
        kept_shards: int, shards that were done before, by the same command when it was stopped.
    """

    folder: Path
    clips: int
    labelled: int
    shards: int
    hours: float
    speaker_hours: dict = field(default_factory=dict)
    language_hours: dict = field(default_factory=dict)
    language_clips: dict = field(default_factory=dict)
    rejected: list = field(default_factory=list)
    duplicates: list = field(default_factory=list)
    duplicates_dropped: bool = False
    kept_shards: int = 0

    @classmethod
    def of(cls, folder, content, kept_shards=0):
        """Returns the Summary of an index (dict)."""
        return cls(
            folder=folder,
            clips=content["counts"]["clips"],
            labelled=content["counts"]["labelled"],
            shards=len(content["shards"]),
            hours=content["hours"],
            speaker_hours=content["hours_by_speaker"],
            language_hours=content["hours_by_language"],
            language_clips=content["languages"],
            rejected=content["rejected"],
            duplicates=content["duplicates"],
            duplicates_dropped=content["source"]["duplicates"] == "drop",
            kept_shards=kept_shards,
        )

    @property
    def speakers(self):
        """Number of speakers (int)."""
        return len(self.speaker_hours)

    def __str__(self):
        lines = [
            f"{self.clips} clips ({self.labelled} with transcript), {length(self.hours)}, "
            f"{self.speakers} speakers, in '{self.folder}' (shards: {self.shards})",
            self._languages(),
            self._speakers(),
            self._duplicates(),
        ]
        if self.rejected:
            listed = self.folder / REJECTED
            lines.append(f"set aside {reasons(self.rejected)} (each listed in '{listed}')")
        if self.kept_shards:
            lines.append(f"carried on: {self.kept_shards} shards were done before")
        return "\n".join(line for line in lines if line)

    def _languages(self):
        by_hours = sorted(self.language_hours, key=lambda name: -self.language_hours[name])
        shown = [
            f"{name} {length(self.language_hours[name])} ({self.language_clips[name]} clips)"
            for name in by_hours[:_MOST_LANGUAGES]
        ]
        more = len(by_hours) - len(shown)
        return _listed("languages", shown + [f"{more} more"] * (more > 0))

    def _speakers(self):
        if self.speakers < 2:
            return ""
        hours = sorted(self.speaker_hours.values())
        return (
            f"speakers: {length(hours[0])} to {length(hours[-1])} each, "
            f"median {length(statistics.median(hours))}"
        )

    def _duplicates(self):
        if not self.duplicates:
            return ""
        pairs = [f"'{item['id']}' = '{item['same_as']}'" for item in self.duplicates]
        names = ", ".join(pairs[:_MOST_NAMES]) + ", …" * (len(pairs) > _MOST_NAMES)
        done = "left out" if self.duplicates_dropped else "kept; --duplicates drop leaves them out"
        clips = "1 clip repeats" if len(pairs) == 1 else f"{len(pairs)} clips repeat"
        return (
            f"{clips} the audio of another ({done}): {names} "
            f"(each listed in '{self.folder / DUPLICATES}')"
        )


def length(hours):
    """Returns hours in words (str): "1.20 h", "3.5 min"."""
    return f"{hours:.2f} h" if hours >= 1 else f"{60 * hours:.1f} min"


def reasons(rejected):
    """Returns "3 files: 2 too short, 1 missing file"."""
    kinds = Counter(item["reason"].split(":")[0].split(" (")[0] for item in rejected)
    parts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(8))
    return f"{len(rejected)} file{'s' * (len(rejected) != 1)}: {parts}"


def _listed(name, parts):
    return f"{name}: {', '.join(parts)}" if parts else ""
