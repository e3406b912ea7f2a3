"""Every replica's share of a batch, so that all of them together train on the batch of one."""

import tensorflow as tf


def distribute(strategy, dataset, own=False):
    """Splits every batch of a dataset over the replicas of a strategy.

    Every worker reads the whole stream and keeps its rows: the order of clips, their crops and
    what stands in one batch are then those of a single device, whatever the number of replicas.
    Rows that do not divide evenly go to the later replicas; a replica may get none.

    Args:
        strategy: tf.distribute.Strategy.
        dataset: tf.data.Dataset of nests of tensors [batch, ...].
        own: bool, whether the dataset holds this worker's rows alone.

    Returns:
        tf.distribute.DistributedDataset for `fit` and `evaluate`.

    Example:
        >>> model.fit(distribute(strategy, dataset), steps_per_epoch=100)
    """
    replicas = strategy.num_replicas_in_sync

    def of_one_worker(context):
        local = replicas // context.num_input_pipelines
        first, among = (0, local) if own else (context.input_pipeline_id * local, replicas)

        def shares(*batch):
            batch = batch[0] if len(batch) == 1 else batch

            def share(replica):
                return tf.nest.map_structure(lambda rows: _share(rows, replica, among), batch)

            return tf.data.Dataset.range(first, first + local).map(share)

        split = dataset.flat_map(shares)
        if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
            # Otherwise all workers would ask each other before every step whether it is the last.
            split = split.apply(tf.data.experimental.assert_cardinality(dataset.cardinality()))
        return split.prefetch(2 * local)

    return strategy.distribute_datasets_from_function(of_one_worker)


def _share(rows, replica, replicas):
    count = tf.shape(rows, tf.int64)[0]
    share = rows[count * replica // replicas : count * (replica + 1) // replicas]
    if rows.shape[0] is not None and rows.shape[0] % replicas == 0:
        share.set_shape([rows.shape[0] // replicas, *rows.shape[1:]])
    return share
