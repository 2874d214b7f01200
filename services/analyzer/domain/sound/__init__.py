"""What sound is like over time: levels, loudness, where somebody speaks, and where nothing is to be heard. Pure."""
