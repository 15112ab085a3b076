"""Gives headings the anchors that the links in the pages have. mkdocs loads it as a hook."""

import re


def anchor(heading, _separator="-"):
    """Returns the anchor of a heading as code hosts make it: a hyphen for each space, and no other sign."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def on_config(config, **_):
    config["mdx_configs"].setdefault("toc", {})["slugify"] = anchor
    return config
