"""Asterisk as this product uses it: which modules, which files, in which folders."""
