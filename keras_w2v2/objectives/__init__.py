"""Losses and distractors as plain functions of tensors."""
