"""The same audio more than once, found by a hash of its decoded samples."""


def find(rows):
    """Finds clips that repeat another clip, sample for sample at 16 kHz.

    Of the same audio the clip that counts as the first has a transcript if one has, then the
    least id. Copies in another lossy format or at another rate decode to other samples and are
    not found.

    Args:
        rows: list of dict with id, transcript and audio (the hash).

    Returns:
        list of {"id", "same_as"}, ordered by id.
    """
    first, found = {}, []
    for row in sorted(rows, key=lambda row: (not row["transcript"], row["id"])):
        original = first.setdefault(row["audio"], row["id"])
        if original != row["id"]:
            found.append({"id": row["id"], "same_as": original})
    return sorted(found, key=lambda item: item["id"])


def as_rejected(duplicates):
    """Returns the duplicates as files set aside: list of {"path", "reason"}."""
    return [
        {"path": item["id"], "reason": f"same audio as another clip: '{item['same_as']}'"}
        for item in duplicates
    ]


def copy_without(source, target, keep):
    """Copies some records of a shard.

    Args:
        source, target: Path.
        keep: list of bool, a record each.
    """
    import tensorflow as tf

    records = tf.data.TFRecordDataset(str(source)).as_numpy_iterator()
    with tf.io.TFRecordWriter(str(target)) as writer:
        for record, kept in zip(records, keep, strict=True):
            if kept:
                writer.write(record)
