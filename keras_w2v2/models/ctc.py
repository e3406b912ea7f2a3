"""Speech recognition with CTC on a wav2vec 2.0 backbone."""

import keras
from keras import ops

from keras_w2v2 import presets
from keras_w2v2.errors import UserError
from keras_w2v2.layers.dense import Dense
from keras_w2v2.layers.dropout import Dropout
from keras_w2v2.layers.initializers import prior_bias
from keras_w2v2.layers.noise import fold_in
from keras_w2v2.layers.span_mask import channel_mask, span_mask
from keras_w2v2.models import batch, recognition_figures
from keras_w2v2.models.backbone import Wav2Vec2Backbone
from keras_w2v2.models.backbone_settings import REGULARISATION
from keras_w2v2.models.settings import (
    KERAS_FIELDS,
    fields,
    require_bool,
    require_not_negative,
    require_positive,
    require_share,
)
from keras_w2v2.models.task import TaskModel
from keras_w2v2.objectives.ctc import foreign
from keras_w2v2.text import TextNormalizer, Vocabulary

TARGETS = ("labels", "label_length")
# Of the backbone, as fairseq's fine-tuning recipes set them.
FINETUNING_DROPOUTS = {
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "input_dropout": 0.0,
    "activation_dropout": 0.1,
}
# Logit of every symbol but the blank at padded frames: finite in float16 too.
PADDED_LOGIT = -1e4


@keras.saving.register_keras_serializable(package="keras_w2v2")
class Wav2Vec2ForCTC(TaskModel):
    """A dense head over the backbone's frames, trained with CTC (wav2vec 2.0, section 3.3).

    Args:
        backbone: Wav2Vec2Backbone; taken as it is, so what trains here trains there. For a
            pre-trained one, `from_backbone` takes a copy with the dropouts of fine-tuning.
        vocabulary: keras_w2v2.Vocabulary, travels with the model; its blank is the blank.
        vocabulary_size: int, in place of a vocabulary.
        blank: int, index of the blank, used without a vocabulary.
        normalizer: keras_w2v2.TextNormalizer of the transcripts, or None; it changes nothing
            here, but travels with the model, so that `evaluate` treats references alike.
        final_dropout: float in [0, 1), on the frames before the head.
        mask_prob, mask_span, mask_min_spans: span mask over frames while training, as in
            `layers.span_mask.span_mask`. With at least one span a clip, a model that starts from
            random weights on short clips may learn to read masked clips alone: give 0 there.
        mask_channel_prob, mask_channel_span: span mask over channels while training; a span
            wider than the backbone never fits and masks nothing.
        freeze_feature_encoder: bool, do not train the convolutions (their LayerNorm and
            projection do train).
        freeze_transformer_updates: int, the first updates train the head alone, with masks and
            dropout on. An optimizer's weight decay reaches the other weights all the same.
        blank_prior: float in [0, 1), what a new head gives the blank at every frame, the rest
            evenly to the other tokens (as Lin et al. 2017 begin with rare classes, section 3.3);
            0 gives each token the same. A head without it learns that most frames are blank
            first, from a pre-trained network in hundreds of updates that disturb it.
        seed: int, of the masks.

    Call arguments:
        inputs: dict of "waveform" float [batch, samples] and "length" int [batch].

    Returns:
        float32 logits [batch, frames, vocabulary]. At padded frames the blank's is 0 and every
        other -1e4, so that greedy decoding needs no length.

    Raises:
        UserError: for settings that do not fit.

    Example:
        >>> vocabulary = Vocabulary.from_transcripts(["one two", "three"])
        >>> model = Wav2Vec2ForCTC.from_preset("wav2vec2_tiny", vocabulary=vocabulary)
        >>> model.compile(optimizer=keras.optimizers.Adam(1e-4))
        >>> model.fit(dataset)  # ({"waveform", "length"}, {"labels", "label_length"})
    """

    preset_task = "ctc"
    known_names = ("symbols",)

    def __init__(
        self,
        backbone,
        vocabulary=None,
        vocabulary_size=None,
        blank=0,
        normalizer=None,
        final_dropout=0.0,
        mask_prob=0.65,
        mask_span=10,
        mask_min_spans=2,
        mask_channel_prob=0.25,
        mask_channel_span=64,
        freeze_feature_encoder=True,
        freeze_transformer_updates=0,
        blank_prior=0.0,
        seed=0,
        **kwargs,
    ):
        super().__init__(backbone, **kwargs)
        if isinstance(vocabulary, Vocabulary):
            vocabulary_size, blank = len(vocabulary), vocabulary.blank
        elif vocabulary is not None:
            raise UserError(
                f"vocabulary must be a keras_w2v2.Vocabulary, got {type(vocabulary).__name__}"
            )
        if not isinstance(normalizer, TextNormalizer | None):
            raise UserError(
                f"normalizer must be a keras_w2v2.TextNormalizer, got {type(normalizer).__name__}"
            )
        settings = {name: value for name, value in locals().items() if name in fields(type(self))}
        _check(settings)
        self._settings = settings
        self.vocabulary, self.normalizer = vocabulary, normalizer
        self.vocabulary_size = vocabulary_size
        self.blank = blank
        dtype = self.dtype_policy
        self.final_dropout = Dropout(final_dropout, dtype=dtype, name="final_dropout")
        # Glorot uniform as in fairseq's wav2vec2_asr, not transformers' N(0, 0.02): that small a
        # head of a small network answers blank for hundreds of updates more.
        self.head = Dense(
            vocabulary_size,
            kernel_initializer="glorot_uniform",
            bias_initializer=prior_bias(blank, vocabulary_size, blank_prior),
            dtype=dtype,
            name="head",
        )
        # Not a flag for train_step alone: Keras then leaves them out of the optimizer too.
        backbone.feature_encoder.trainable = not freeze_feature_encoder
        self.random = keras.random.SeedGenerator(seed)
        self.track(recognition_figures.FIGURES)
        self.build()

    @classmethod
    def from_backbone(cls, backbone, /, **overrides):
        """Puts a new head on a copy of a pre-trained backbone.

        The pre-trained model keeps its weights and its dropouts. The copy's dropout, attention
        dropout and input dropout are 0 and its activation dropout 0.1, unless given.

        Args:
            backbone: Wav2Vec2Backbone, such as `pretrained.backbone`.
            **overrides: settings of this class; dropouts, `layer_drop` and `feature_grad_mult`
                of the backbone; also `dtype` and `name`.

        Raises:
            UserError: for an unknown setting, or one that would change the architecture.

        Example:
            >>> model = Wav2Vec2ForCTC.from_backbone(pretrained.backbone, vocabulary=vocabulary)
        """
        keras_settings = {k: overrides.pop(k) for k in KERAS_FIELDS if k in overrides}
        for_copy, for_head = presets.split_overrides(
            overrides, REGULARISATION, fields(cls), f"{cls.__name__}.from_backbone"
        )
        config = {name: backbone.get_config()[name] for name in fields(Wav2Vec2Backbone)}
        dtype = keras_settings.pop("dtype", backbone.dtype_policy)
        copy = Wav2Vec2Backbone(
            **(config | FINETUNING_DROPOUTS | for_copy), dtype=dtype, name="backbone"
        )
        copy.set_weights(backbone.get_weights())
        return cls(copy, **for_head, **keras_settings)

    def build_head(self):
        self.head.build((None, None, self.backbone.mask_embedding.shape[0]))

    def call(self, inputs, span_mask=None, channel_mask=None, training=False):
        outputs = self.backbone(
            inputs, span_mask=span_mask, channel_mask=channel_mask, training=training
        )
        return self._logits(outputs["hidden"], outputs["frame_mask"], training)

    def _logits(self, hidden, frame_mask, training):
        hidden = self.final_dropout(hidden, training=training)
        logits = ops.cast(self.head(hidden), "float32")
        padded = ops.one_hot(self.blank, self.vocabulary_size, dtype="float32")
        padded = (1.0 - padded) * PADDED_LOGIT
        return ops.where(ops.expand_dims(frame_mask, -1), logits, padded)

    def frame_length(self, inputs):
        """Returns int32 [batch], valid frames of each clip."""
        return self.backbone.frames.frames(ops.cast(inputs["length"], "int32"))

    def masks(self, inputs, rows, seed):
        """Draws the span and channel masks of a training batch."""
        own = self._settings
        frames, channels = None, None
        if own["mask_prob"]:
            size = self.backbone.frames.frames(ops.shape(inputs["waveform"])[1])
            frames = span_mask(
                self.frame_length(inputs),
                size,
                fold_in(seed, 1),
                own["mask_prob"],
                own["mask_span"],
                own["mask_min_spans"],
                rows=rows,
            )
        if own["mask_channel_prob"]:
            channels = channel_mask(
                ops.shape(rows)[0],
                self.backbone.mask_embedding.shape[0],
                fold_in(seed, 2),
                own["mask_channel_prob"],
                own["mask_channel_span"],
                rows=rows,
            )
        return frames, channels

    def batch_of(self, x, y):
        batch.require_keys(x, batch.INPUTS, "the first part of a CTC batch")
        batch.require_keys(y, TARGETS, "the second part of a CTC batch")
        if keras.backend.backend() == "tensorflow":
            self._require_known(y)
        return x, y

    def sums(self, batch, rows, begun, training):
        inputs, targets = batch
        frames, channels = self.masks(inputs, rows, begun["seed"]) if training else (None, None)
        outputs = self.backbone(inputs, span_mask=frames, channel_mask=channels, training=training)
        hidden, frozen = outputs["hidden"], self._settings["freeze_transformer_updates"]
        if training and frozen:  # in the graph, because one program serves all updates
            hidden = ops.where(begun["updates"] >= frozen, hidden, ops.stop_gradient(hidden))
        logits = self._logits(hidden, outputs["frame_mask"], training)
        return self.sums_of(logits, inputs, targets)

    def sums_of(self, logits, inputs, targets):
        """Returns the sums over clips that the figures of these logits follow from."""
        delimiter = self.vocabulary.word_delimiter if self.vocabulary else None
        frame_length = self.frame_length(inputs)
        return recognition_figures.sums(logits, frame_length, targets, self.blank, delimiter)

    def known_sums(self, batch, rows, begun):
        inputs, targets = batch
        return {"symbols": recognition_figures.symbols(self.frame_length(inputs), targets)}

    def zero_sums(self):
        with_words = self.vocabulary is not None and self.vocabulary.word_delimiter is not None
        return recognition_figures.zeros(with_words)

    def figures_of(self, sums, begun=None):
        return recognition_figures.shares(sums)

    def figures(self, logits, inputs, targets):
        """Returns the figures of a batch and what they are shares of (`recognition_figures`).

        Args:
            logits: float32 [batch, frames, vocabulary].
            inputs: dict of "waveform" and "length".
            targets: dict of "labels" int [batch, symbols] and "label_length" int [batch].
        """
        return self.figures_of(self.sums_of(logits, inputs, targets))

    def _require_known(self, targets):
        """Refuses labels that are no text. XLA drops the check: their loss is NaN then."""
        import tensorflow as tf

        tf.debugging.Assert(
            tf.logical_not(self._any_foreign(targets)),
            [
                f"labels outside the vocabulary of {self.vocabulary_size} tokens, or its blank:",
                targets["labels"],
            ],
        )

    def _any_foreign(self, targets):
        labels = ops.cast(targets["labels"], "int32")
        length = ops.cast(targets["label_length"], "int32")
        return ops.any(foreign(labels, length, self.vocabulary_size, self.blank))


def _check(settings):
    if settings["vocabulary_size"] is None:
        raise UserError("give a vocabulary (keras_w2v2.Vocabulary) or a vocabulary_size")
    require_positive(**{k: settings[k] for k in ("vocabulary_size", "mask_span")})
    require_positive(mask_channel_span=settings["mask_channel_span"])
    require_bool(freeze_feature_encoder=settings["freeze_feature_encoder"])
    not_negative = ("blank", "freeze_transformer_updates", "mask_min_spans")
    require_not_negative(**{k: settings[k] for k in not_negative})
    shares = ("final_dropout", "mask_prob", "mask_channel_prob", "blank_prior")
    require_share(**{k: settings[k] for k in shares})
    if settings["blank"] >= settings["vocabulary_size"]:
        raise UserError(
            f"blank ({settings['blank']}) must be an index below vocabulary_size "
            f"({settings['vocabulary_size']})"
        )
