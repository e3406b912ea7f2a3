"""wav2vec 2.0 pre-training on unlabelled speech."""

import math

import keras
from keras import ops

from keras_w2v2.layers.continuous_targets import ContinuousTargets
from keras_w2v2.layers.dense import Dense
from keras_w2v2.layers.dropout import Dropout
from keras_w2v2.layers.noise import fold_in
from keras_w2v2.layers.quantizer import GumbelProductQuantizer, gumbel_noise
from keras_w2v2.layers.span_mask import span_mask as draw_span_mask
from keras_w2v2.models import batch, pretraining_settings
from keras_w2v2.models.settings import fields
from keras_w2v2.models.task import TaskModel
from keras_w2v2.objectives import distractors as draw_distractors
from keras_w2v2.objectives import totals
from keras_w2v2.objectives.contrastive import (
    frame_similarities,
    pick,
    pick_codes,
    same_codes,
    unit_vectors,
)

FIGURES = (
    "loss",
    "contrastive_loss",
    "diversity_loss",
    "feature_penalty",
    "accuracy",
    "code_perplexity",
    "prob_perplexity",
    "temperature",
    "masked_share",
    "gradient_norm",
)
OF_CODES = ("diversity_loss", "code_perplexity", "prob_perplexity", "temperature")


@keras.saving.register_keras_serializable(package="keras_w2v2")
class Wav2Vec2ForPreTraining(TaskModel):
    """Contrastive pre-training: find a masked frame's quantized target among distractors.

    The loss is, per masked frame of all replicas and in natural log,
    contrastive + diversity_weight x diversity + feature_penalty_weight x feature penalty
    (wav2vec 2.0, section 3.2; the penalty as in fairseq).

    Args:
        backbone: Wav2Vec2Backbone.
        num_codebooks, codebook_size, code_dim: int, the quantizer: G codebooks of V entries,
            joined width; code_dim a multiple of G. With num_codebooks 0 the targets are
            continuous, the features themselves (`layers.continuous_targets`): no codes, no
            diversity loss, no perplexities, and the other settings of codes mean nothing.
        projection_dim: int, width in which contexts and targets are compared.
        num_distractors: int, from other masked frames of the same clip.
        cross_utterance_distractors: int, further ones from all masked frames of the batch.
        codebook_distractors: int, further ones from random codebook entries.
        logit_temperature: float, divides the cosine similarities.
        diversity_weight, feature_penalty_weight: float.
        mask_prob, mask_span, mask_min_spans: as in `layers.span_mask.span_mask`.
        mask_inputs: bool. False lets the transformer see the frames of the mask as they are;
            the loss is taken there all the same. For ablations: the task is then to copy.
        gumbel_start, gumbel_end, gumbel_decay: float, the Gumbel temperature is
            max(gumbel_start * gumbel_decay^updates, gumbel_end), by optimizer update.
        quantizer_dropout: float in [0, 1), on the features that the quantizer reads.
        seed: int, of masks, distractors and Gumbel noise.

    Call arguments:
        inputs: dict of "waveform" float [batch, samples] and "length" int [batch].

    Returns:
        What the backbone returns: pre-training has no output of its own.

    Example:
        >>> model = Wav2Vec2ForPreTraining.from_preset("wav2vec2_tiny")
        >>> model.compile(optimizer=keras.optimizers.AdamW(5e-4))
        >>> model.fit(dataset)  # dicts of "waveform" and "length"
    """

    preset_task = "pretraining"

    def __init__(
        self,
        backbone,
        num_codebooks=2,
        codebook_size=320,
        code_dim=256,
        projection_dim=256,
        num_distractors=100,
        cross_utterance_distractors=0,
        codebook_distractors=0,
        logit_temperature=0.1,
        diversity_weight=0.1,
        feature_penalty_weight=10.0,
        mask_prob=0.65,
        mask_span=10,
        mask_min_spans=2,
        mask_inputs=True,
        gumbel_start=2.0,
        gumbel_end=0.5,
        gumbel_decay=0.999995,
        quantizer_dropout=0.1,
        seed=0,
        **kwargs,
    ):
        super().__init__(backbone, **kwargs)
        settings = {name: value for name, value in locals().items() if name in fields(type(self))}
        pretraining_settings.check(settings)
        self._settings = settings
        dtype = self.dtype_policy
        if num_codebooks:
            self.quantizer = GumbelProductQuantizer(
                num_codebooks, codebook_size, code_dim, dtype=dtype, name="quantizer"
            )
        else:
            self.quantizer = ContinuousTargets(dtype=dtype, name="quantizer")
        self.quantizer_dropout = Dropout(quantizer_dropout, dtype=dtype, name="quantizer_dropout")
        self.project_target = Dense(projection_dim, dtype=dtype, name="project_target")
        self.project_context = Dense(projection_dim, dtype=dtype, name="project_context")
        self.random = keras.random.SeedGenerator(seed)
        self.known_names = totals.KNOWN + (totals.KNOWN_OF_CODES if num_codebooks else ())
        self.track(name for name in FIGURES if num_codebooks or name not in OF_CODES)
        self.build()

    def build_head(self):
        encoder, width = self.backbone.feature_encoder, self.backbone.mask_embedding.shape[0]
        self.quantizer.build((None, None, encoder.filters[-1]))
        self.project_target.build((None, None, self.quantizer.code_dim))
        self.project_context.build((None, None, width))

    def call(self, inputs, span_mask=None, training=False):
        return self.backbone(inputs, span_mask=span_mask, training=training)

    def temperature(self, updates=None):
        """Returns the Gumbel temperature after so many updates, by default the optimizer's."""
        updates = self.updates() if updates is None else updates
        start, decay = self._settings["gumbel_start"], self._settings["gumbel_decay"]
        # By its logarithm: 0.999995 rounded to float32 is 0.2 % off after 300,000 updates.
        decayed = start * ops.exp(ops.cast(updates, "float32") * math.log(decay))
        return ops.maximum(decayed, self._settings["gumbel_end"])

    def compute_losses(self, inputs, span_mask=None, distractors=None, training=False):
        """Computes the loss and its parts, each per masked frame, natural log.

        Args:
            inputs: dict of "waveform" float [batch, samples] and "length" int [batch].
            span_mask: bool [batch, frames], in place of a drawn one.
            distractors: int [batch, frames, n], frame indices within the clip, read at masked
                frames, in place of drawn ones (all kinds).
            training: bool. True draws masks anew at each call, samples codes with Gumbel noise
                and applies dropout. False takes each frame's best code; drawn masks are then
                the same at every call, so that evaluations compare.

        Returns:
            dict of float32 scalars: "loss", "contrastive_loss", "diversity_loss",
            "feature_penalty", "accuracy" (share of masked frames whose target beats every
            distractor), "code_perplexity" and "prob_perplexity" (summed over codebooks, of the
            codes picked and of the mean softmax), "temperature", "masked_share" of valid frames,
            "masked_frames" (a count, not per frame). With continuous targets those of `OF_CODES`
            are missing.
        """
        begun = self.begin(training)
        batch.require_keys(inputs, batch.INPUTS, "inputs")
        rows = ops.arange(ops.shape(inputs["waveform"])[0])
        sums = self.sums(inputs, rows, begun, training, span_mask, distractors)
        return self.figures_of(sums, begun)[0]

    def batch_of(self, x, y=None):
        batch.require_keys(x, batch.INPUTS, "a pre-training batch")
        return x

    def sums(self, inputs, rows, begun, training, span_mask=None, distractors=None):
        seed = begun["seed"]
        if span_mask is None:
            span_mask = self._draw_span_mask(inputs, fold_in(seed, 1), rows)
        hidden = span_mask if self._settings["mask_inputs"] else None
        outputs = self(inputs, span_mask=hidden, training=training)
        span_mask = ops.logical_and(span_mask, outputs["frame_mask"])
        targets = self._quantize(outputs["features"], training, begun, rows)
        candidates = self._similarities(outputs, targets, span_mask, distractors, seed, rows)
        temperature = self._settings["logit_temperature"]
        return totals.over_frames(candidates, targets, outputs, span_mask, temperature)

    def known_sums(self, inputs, rows, begun):
        outputs = self.backbone.extract(inputs)
        span_mask = self._draw_span_mask(inputs, fold_in(begun["seed"], 1), rows)
        span_mask = ops.logical_and(span_mask, outputs["frame_mask"])
        features = self.quantizer_dropout(outputs["features"], training=True)
        return totals.known(self.quantizer(features), outputs, span_mask)

    def zero_sums(self):
        return totals.zeros(self._settings["num_codebooks"], self._settings["codebook_size"])

    def figures_of(self, sums, begun):
        own = self._settings
        figures = totals.per_masked_frame(
            sums, own["diversity_weight"], own["feature_penalty_weight"]
        )
        if self.quantizer.num_codebooks:
            figures["temperature"] = self.temperature(begun["updates"])
        return figures, dict.fromkeys(figures, figures["masked_frames"])

    def _draw_span_mask(self, inputs, seed, rows):
        own = self._settings
        frame_length = self.backbone.frames.frames(ops.cast(inputs["length"], "int32"))
        size = self.backbone.frames.frames(ops.shape(inputs["waveform"])[1])
        spans = (own["mask_prob"], own["mask_span"], own["mask_min_spans"])
        return draw_span_mask(frame_length, size, seed, *spans, rows=rows)

    def _quantize(self, features, training, begun, rows):
        features = self.quantizer_dropout(features, training=training)
        if not (training and self.quantizer.num_codebooks):
            return self.quantizer(features)
        noise = self.gumbel_noise(features, fold_in(begun["seed"], 2), rows)
        return self.quantizer(features, self.temperature(begun["updates"]), noise)

    def gumbel_noise(self, features, seed, rows):
        """Returns the noise added to the code scores in training: float32 [batch, frames, G, V].

        A method of its own, so that a test can put known noise in its place.
        """
        shape = (ops.shape(features)[1], self.quantizer.num_codebooks, self.quantizer.codebook_size)
        return gumbel_noise(shape, seed, rows)

    def _similarities(self, outputs, targets, span_mask, distractors, seed, rows):
        """Cosine similarities with the true target and with each distractor.

        Returns:
            (positive [batch, frames], negatives [batch, frames, n], excluded the same in bool).
        """
        own, codes = self._settings, targets["codes"]
        context = unit_vectors(self.project_context(outputs["hidden"]))
        target = unit_vectors(self.project_target(targets["quantized"]))
        given = distractors is not None
        if given:  # elsewhere than at masked frames a caller may have put anything
            distractors = ops.where(ops.expand_dims(span_mask, -1), distractors, 0)
        else:
            distractors = draw_distractors.same_utterance(
                span_mask, own["num_distractors"], fold_in(seed, 3), rows
            )
        similarities = frame_similarities(context, target)
        negatives = [pick(similarities, distractors)]
        excluded = [same_codes(codes, pick_codes(codes, distractors))]
        if own["cross_utterance_distractors"] and not given:
            count = own["cross_utterance_distractors"]
            index = draw_distractors.cross_utterance(span_mask, count, fold_in(seed, 4), rows)
            flat = ops.reshape(target, [-1, target.shape[-1]])
            negatives.append(pick(ops.matmul(context, ops.transpose(flat)), index))
            flat_codes = ops.reshape(codes, [-1, codes.shape[-1]])
            excluded.append(same_codes(codes, ops.take(flat_codes, index, axis=0)))
        if own["codebook_distractors"] and not given:
            drawn = self._codebook_distractors(codes, fold_in(seed, 5), rows)
            entries = unit_vectors(self.project_target(self.quantizer.entries(drawn)))
            negatives.append(ops.sum(ops.expand_dims(context, 2) * entries, axis=-1))
            excluded.append(same_codes(codes, drawn))
        positive = ops.sum(context * target, axis=-1)
        return positive, ops.concatenate(negatives, -1), ops.concatenate(excluded, -1)

    def _codebook_distractors(self, codes, seed, rows):
        quantizer = self.quantizer
        return draw_distractors.codes(
            ops.shape(codes)[1],
            self._settings["codebook_distractors"],
            quantizer.num_codebooks,
            quantizer.codebook_size,
            seed,
            rows,
        )
