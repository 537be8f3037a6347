"""Lesion translation: Gupta, Venkatesh, Chopra & Ledig, "Generative image translation for data augmentation of bone lesion
pathology", MIDL 2019 (arXiv:1902.02248).

Patches without a finding become patches with one, to fill the rare class: a CycleGAN between the healthy patches of a set and
the diseased ones of another. What it makes carries the class of the second set, which the site writes as its label.
"""

from .cyclegan import Generator, System

__all__ = ["Generator", "System"]
