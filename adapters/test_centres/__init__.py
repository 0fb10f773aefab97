"""Test centres' files: layouts from YAML, tab-separated CP1252 out and in."""

from adapters.test_centres.layouts import YamlCentreFiles

__all__ = ["YamlCentreFiles"]
