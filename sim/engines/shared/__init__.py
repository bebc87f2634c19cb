"""Decisions and accounts that both engines share: plain functions over arrays."""
