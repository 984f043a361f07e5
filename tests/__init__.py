"""Tests: one folder for each stage; a test is named by a sentence."""
