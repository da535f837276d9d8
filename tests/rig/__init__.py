"""The kill rig: real senders on a real database and a real wire, and everything that may happen to them in between.

Each module holds one kind of misfortune and counts what came of it; `python -m rig` runs them, `make kill-rig` in full.
"""
