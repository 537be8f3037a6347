"""Encoders: image -> feature vector, preprocessing included. An axis of its own, apart from metrics."""
