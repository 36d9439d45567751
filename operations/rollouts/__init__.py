"""Firmware for many charge points, in waves."""
