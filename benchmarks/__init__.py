"""What has a budget, measured: always as a ratio within one run, since machines are shared and noisy."""
