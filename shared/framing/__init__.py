"""Which part of a picture a frame of another shape shows: who is in view, what is aimed at, and a steady path to it."""
