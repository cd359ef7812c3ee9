"""Simulated worlds: data for demonstrations and tests, made from a seed, with nobody real in it."""

from dataout.testing.worlds.world import Files, World, shop

__all__ = ["Files", "World", "shop"]
