"""ffmpeg behind small functions: pictures, sound, joining, measuring."""
