"""Conditions in words: labels of one line, and whole rules as one paragraph of plain English."""

from dataout.segments.describe.english import describe
from dataout.segments.describe.labels import label
from dataout.segments.describe.spelling import duration_text, instant_text

__all__ = ["describe", "duration_text", "instant_text", "label"]
