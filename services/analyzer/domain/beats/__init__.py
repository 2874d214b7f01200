"""Where the beats of music are, how sure that is, and which of them begin a bar. Pure."""
