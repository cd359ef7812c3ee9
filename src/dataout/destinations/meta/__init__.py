"""Meta (Facebook, Instagram): Custom Audiences from a customer file, over the Marketing API."""

from dataout.destinations.meta.client import DESTINATION, Meta, Settings

__all__ = ["DESTINATION", "Meta", "Settings"]
