"""Readings of pages that are built otherwise than before: held until somebody decides or a better reader comes."""
